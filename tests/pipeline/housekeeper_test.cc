#include "pipeline/housekeeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "pipeline/testing.h"
#include "support/captured_log.h"
#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;
using testing::ElementsAre;
using testing::IsEmpty;

// 2024-05-01T02:03:04Z
constexpr WallTime kWall{std::chrono::seconds(1714528984)};

TEST(UntilNextTick, IsTheNextMultipleOfTheWallClock) {
  EXPECT_EQ(UntilNextTick(kWall, 30s), 26s);
  EXPECT_EQ(UntilNextTick(kWall, 5s), 1s);
  EXPECT_EQ(UntilNextTick(kWall, 3min), 176s);
  EXPECT_EQ(UntilNextTick(kWall + 1us, 5s), 999'999us);
}

TEST(UntilNextTick, CountsFromYearOneAsGoDoes) { EXPECT_EQ(UntilNextTick(kWall, 7s), 3s); }

TEST(UntilNextTick, OnATickIsAWholePeriod) { EXPECT_EQ(UntilNextTick(kWall + 1s, 5s), 5s); }

TEST(UntilNextTick, BeforeYearOneIsNoTrouble) {
  const Duration wait = UntilNextTick(WallTime(std::chrono::hours(-24 * 366 * 2000)) + 1s, 5s);
  EXPECT_GT(wait, 0s);
  EXPECT_LE(wait, 5s);
}

class HousekeeperTest : public testing::Test {
 protected:
  HousekeeperTest() : reader_(log_->Open(stats_.sinks.emplace_back(), {})) {}

  void Start() {
    thread_ = std::jthread([this](std::stop_token stop) { housekeeper_.Run(stop); });
    AwaitTick(26s);
  }

  void Stop() {
    thread_.request_stop();
    thread_.join();
  }

  // Until the Housekeeper has nothing to do for so long.
  void AwaitTick(Duration from_now) {
    Eventually([&] { return clock_.NextDeadline() == clock_.Steady() + from_now; });
  }

  void Push(std::vector<SourceEntry> entries) {
    for (SourceEntry& entry : entries) ASSERT_TRUE(buffer_.Push(entry, 0s, {}));
  }

  std::vector<std::string> InLog() {
    const LogSlice slice = log_->Read(reader_, 100'000, kAnyBytes);
    log_->Commit(reader_, {});
    return Names(slice.entries);
  }

  void DeliverAll() {
    LogProgress progress;
    for (const LogEntry& entry : log_->Read(reader_, 100'000, kAnyBytes).entries) {
      progress.settled.push_back({entry.sequence, Outcome::kDelivered, Cause::kNone});
    }
    log_->Commit(reader_, progress);
  }

  static constexpr std::size_t kAnyBytes = 1 << 30;
  static constexpr std::size_t kRoomFor = 10;

  FakeClock clock_;
  Stats stats_;
  EventBuffer buffer_{clock_, stats_};
  std::unique_ptr<EventLog> log_ =
      NewMemoryEventLog(clock_, stats_, kRoomFor* EventLog::Bytes(*MakeEvent("1")));
  ReaderId reader_;
  std::atomic<bool> stalled_{false};
  std::atomic<SteadyTime> full_since_{SteadyTime{}};
  Housekeeper housekeeper_{clock_,
                           stats_,
                           buffer_,
                           *log_,
                           [this](SteadyTime full_since) {
                             full_since_ = full_since;
                             return stalled_ ? std::set<ReaderId>{reader_} : std::set<ReaderId>{};
                           },
                           30s};
  std::jthread thread_;
};

TEST_F(HousekeeperTest, DrainsAtEachTick) {
  Start();
  Push(MakeEntries(1, 2));
  EXPECT_THAT(InLog(), IsEmpty());
  clock_.Advance(26s);
  AwaitTick(30s);
  EXPECT_THAT(InLog(), ElementsAre("1", "2"));
  Push(MakeEntries(3, 1));
  clock_.Advance(30s);
  AwaitTick(30s);
  EXPECT_THAT(InLog(), ElementsAre("1", "2", "3"));
}

TEST_F(HousekeeperTest, CountsWhatTheOriginalCounted) {
  Start();
  Push(MakeEntries(1, 2));
  Push({{nullptr, "", "3"}});  // no event
  clock_.Advance(26s);
  AwaitTick(30s);
  EXPECT_EQ(stats_.scrapes, 1u);
  EXPECT_EQ(stats_.scraped_events, 2u);
  EXPECT_EQ(stats_.scrape_wall_us, (kWall + 26s).time_since_epoch().count());
  EXPECT_EQ(stats_.housekeep_wall_us, (kWall + 26s).time_since_epoch().count());
  EXPECT_EQ(log_->position().at(""), "3");
}

TEST_F(HousekeeperTest, NeverWaitsLongerThanThePeriodWhateverTheWallClockDoes) {
  Start();
  Push(MakeEntries(1, 1));
  clock_.JumpWall(-5h);
  clock_.Advance(26s);
  AwaitTick(30s);  // 21:03:30: again on a multiple
  EXPECT_THAT(InLog(), ElementsAre("1"));
}

TEST_F(HousekeeperTest, DrainsAtOnceWhenTheBufferIsHalfFull) {
  Start();
  Push({{MakeEvent("big", "Normal", EventBuffer::kMaxBytes / 2), "", "1"}});
  Eventually([&] { return stats_.log_events == 1; });
  AwaitTick(26s);  // the tick is not moved
  EXPECT_THAT(InLog(), ElementsAre("big"));
}

TEST_F(HousekeeperTest, WaitsWhileTheLogIsFullAndNobodyIsStalled) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  const SteadyTime full = clock_.Steady();
  for (int i = 0; i < 200; ++i) {
    AwaitTick(1s);  // asks again at each second
    EXPECT_EQ(full_since_.load(), full);
    clock_.Advance(1s);
  }
  EXPECT_TRUE(stats_.log_full);
  EXPECT_FALSE(stats_.housekeeper_pulse.Stuck(clock_.Steady()));
  EXPECT_EQ(Dropped(stats_.sinks[0]), 0u);
  EXPECT_EQ(InLog(), Numbers(1, 10));
  EXPECT_EQ(log_->position().at(""), "10");  // never the reader's
}

TEST_F(HousekeeperTest, GoesOnAsSoonAsThereIsRoom) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  AwaitTick(1s);
  DeliverAll();
  AwaitTick(30s);
  EXPECT_EQ(InLog(), Numbers(11, 5));
  clock_.Advance(30s);
  AwaitTick(30s);
  EXPECT_FALSE(stats_.log_full);
}

TEST_F(HousekeeperTest, DropsForStalledReadersOnlyWhatIsNeeded) {
  stalled_ = true;
  Start();
  Push(MakeEntries(1, 13));
  clock_.Advance(26s);
  AwaitTick(30s);
  EXPECT_EQ(InLog(), Numbers(4, 10));
  EXPECT_EQ(Dropped(stats_.sinks[0]), 3u);
  EXPECT_EQ(Imbalance(stats_.sinks[0]), 0);
}

TEST_F(HousekeeperTest, TheLogSaysThatItIsFullAndWhatIsDropped) {
  const CapturedLog log;
  stalled_ = true;
  Start();
  Push(MakeEntries(1, 13));
  clock_.Advance(26s);
  AwaitTick(30s);
  Stop();
  EXPECT_EQ(log.Count("warning the event log is full (10 events,"), 1);
  EXPECT_GE(log.Count("events dropped: the log is full and stalled sinks"), 1);
}

TEST_F(HousekeeperTest, MoreNormalEventsThanTheLogHoldsPushOutNoWarning) {
  stalled_ = true;
  Start();
  Push(MakeEntries(1, 5, "Warning"));
  Push(MakeEntries(6, 25));
  clock_.Advance(26s);
  AwaitTick(30s);
  std::vector<std::string> kept = Numbers(1, 5);
  for (const std::string& normal : Numbers(26, 5)) kept.push_back(normal);
  EXPECT_EQ(InLog(), kept);
  EXPECT_EQ(Dropped(stats_.sinks[0]), 20u);
  EXPECT_EQ(Imbalance(stats_.sinks[0]), 0);
}

TEST_F(HousekeeperTest, DropsOnlyOnceSomebodyIsStalled) {
  Start();
  Push(MakeEntries(1, 13));
  clock_.Advance(26s);
  AwaitTick(1s);
  stalled_ = true;
  EXPECT_EQ(Dropped(stats_.sinks[0]), 0u);
  clock_.Advance(1s);
  AwaitTick(29s);
  EXPECT_EQ(Dropped(stats_.sinks[0]), 3u);
}

TEST_F(HousekeeperTest, AFullLogIsFullSinceItWasFirstFull) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  const SteadyTime full = clock_.Steady();
  AwaitTick(1s);
  clock_.Advance(1s);
  AwaitTick(1s);
  DeliverAll();
  AwaitTick(29s);
  clock_.Advance(4s);
  // The rest of a burst comes as soon as there is room for it.
  Push({{MakeEvent("big", "Normal", EventBuffer::kMaxBytes / 2), "", "16"}});
  AwaitTick(1s);
  EXPECT_EQ(full_since_.load(), full);
}

TEST_F(HousekeeperTest, ALogThatStoodWithRoomIsFullAnew) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  AwaitTick(1s);
  DeliverAll();
  AwaitTick(30s);
  Push(MakeEntries(16, 10));
  clock_.Advance(30s);
  AwaitTick(1s);
  EXPECT_EQ(full_since_.load(), clock_.Steady());
}

TEST_F(HousekeeperTest, ALogThatTookAllThatWaitedIsNotFull) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  AwaitTick(1s);
  EXPECT_TRUE(stats_.log_full);
  DeliverAll();
  AwaitTick(30s);
  EXPECT_FALSE(stats_.log_full);
}

TEST_F(HousekeeperTest, WhileThereIsRoomTheLogIsFullSinceNow) {
  Start();
  clock_.Advance(26s);
  AwaitTick(30s);
  EXPECT_EQ(full_since_.load(), clock_.Steady());
}

TEST_F(HousekeeperTest, AStopEndsItsWaitForATick) {
  Start();
  Push(MakeEntries(1, 3));
  Stop();
  EXPECT_EQ(housekeeper_.DrainAtShutdown(), 0u);
  EXPECT_EQ(InLog(), Numbers(1, 3));
  EXPECT_FALSE(stats_.housekeeper_pulse.Stuck(clock_.Steady() + 1h));
}

TEST_F(HousekeeperTest, AtShutdownWhatDoesNotFitIsNotReceived) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  AwaitTick(1s);
  Push(MakeEntries(16, 4));
  Stop();  // ends the wait for room, too
  EXPECT_EQ(housekeeper_.DrainAtShutdown(), 9u);
  EXPECT_EQ(log_->position().at(""), "10");
  EXPECT_EQ(stats_.sinks[0].received, 10u);
}

TEST_F(HousekeeperTest, BackPressureReachesThePusher) {
  Start();
  Push(MakeEntries(1, 15));
  clock_.Advance(26s);
  AwaitTick(1s);
  Push({{MakeEvent("fills", "Normal", EventBuffer::kMaxBytes), "", "16"}});
  SourceEntry entry = MakeEntry("17", "17");
  EXPECT_FALSE(buffer_.Push(entry, 0s, {}));
  EXPECT_EQ(stats_.scrapes, 1u);  // the Housekeeper does not drain what it cannot append
  DeliverAll();
  Eventually([&] { return stats_.scrapes == 2; });
  EXPECT_TRUE(buffer_.Push(entry, 0s, {}));
}

TEST(Housekeeper, WithoutSinksEventsAreReadCountedAndGone) {
  FakeClock clock;
  Stats stats;
  EventBuffer buffer(clock, stats);
  const auto log = NewMemoryEventLog(clock, stats, 1);
  Housekeeper housekeeper(
      clock, stats, buffer, *log, [](SteadyTime) { return std::set<ReaderId>{}; }, 30s);
  for (SourceEntry& entry : MakeEntries(1, 100)) ASSERT_TRUE(buffer.Push(entry, 0s, {}));
  EXPECT_EQ(housekeeper.DrainAtShutdown(), 0u);
  EXPECT_EQ(stats.scraped_events, 100u);
  EXPECT_EQ(stats.log_events, 0u);
  EXPECT_EQ(log->position().at(""), "100");
}

}  // namespace
}  // namespace eventer
