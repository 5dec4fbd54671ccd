// Buffer, Housekeeper, log and several sinks together: the delivery rules of docs/design.md.
#include <algorithm>
#include <atomic>
#include <thread>

#include "pipeline/event_buffer.h"
#include "pipeline/housekeeper.h"
#include "pipeline/sink_manager_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::IsEmpty;

class DeliveryTest : public SinkManagerTest {
 protected:
  void StartAll() {
    Start();
    housekeeper_.emplace(
        clock_, stats_, buffer_, *log_,
        [this](SteadyTime full_since) { return manager_->Stalled(full_since); }, 5s);
    loop_ = std::jthread([this](std::stop_token stop) { housekeeper_->Run(stop); });
    ++threads_;
  }

  // As a source would: offers each entry until it is taken.
  void Watch(std::vector<SourceEntry> entries) {
    watch_ = std::jthread([this, entries = std::move(entries)](std::stop_token stop) mutable {
      for (SourceEntry& entry : entries) {
        // No patience, so that it is none of the threads that wait for the time.
        while (!buffer_.Push(entry, 0s, stop) && !stop.stop_requested()) std::this_thread::yield();
        if (!entry.event) ++pushed_;
      }
    });
  }

  std::size_t StopReading() {
    watch_ = {};
    loop_ = {};
    return housekeeper_->DrainAtShutdown();
  }

  static std::size_t RoomFor(std::size_t events) {
    return events * EventLog::Bytes(*MakeEvent("1"));
  }

  EventBuffer buffer_{clock_, stats_};
  std::optional<Housekeeper> housekeeper_;
  std::atomic<int> pushed_{0};
  std::jthread loop_, watch_;
};

TEST_F(DeliveryTest, ThreeSinksEachGetEverythingInOrderAtTheirOwnPace) {
  FakeReceiver& fast = AddSink("fast", 1000);
  FakeReceiver& slow = AddSink("slow", 1);
  FakeReceiver& shaky = AddSink("shaky", 50);
  for (int i = 0; i < 5; ++i) {
    shaky.Once({});
    shaky.Once(kCannotConnect);
  }
  StartAll();
  Watch(MakeEntries(1, 1000));
  AdvanceUntil([&] {
    return pushed_ == 1000 && fast.Delivered().size() == 1000 && slow.Delivered().size() == 1000 &&
           shaky.Delivered().size() == 1000;
  });
  EXPECT_EQ(fast.Delivered(), Numbers(1, 1000));
  EXPECT_EQ(slow.Delivered(), Numbers(1, 1000));
  EXPECT_EQ(shaky.Delivered(), Numbers(1, 1000));
  for (std::size_t sink : {0, 1, 2}) AwaitPending(sink, 0);
  AwaitIdle(threads_);
  EXPECT_EQ(stats_.log_events, 0u);
  ExpectBalance();
}

TEST_F(DeliveryTest, ADeadSinkNeverDelaysTheOthers) {
  FakeReceiver& dead = AddSink("dead");
  FakeReceiver& alive = AddSink("alive");
  dead.Always(kCannotConnect);
  StartAll();
  Watch(MakeEntries(1, 100));
  AdvanceUntil([&] { return alive.Delivered().size() == 100; });
  AwaitIdle(threads_);
  EXPECT_THAT(dead.Delivered(), IsEmpty());
  EXPECT_EQ(Books(0).pending, 100u);
  ExpectBalance();
}

TEST_F(DeliveryTest, ASinkThatNeverAnswersLosesOnlyUnderPressureAndTheOthersGoOn) {
  MakeLog(RoomFor(100));
  FakeReceiver& hung = AddSink("hung", 5);
  FakeReceiver& alive = AddSink("alive", 50);
  hung.Hang();
  StartAll();
  --threads_;
  Watch(MakeEntries(1, 1000));
  AdvanceUntil([&] { return alive.Delivered().size() == 1000; });
  EXPECT_EQ(alive.Delivered(), Numbers(1, 1000));
  EXPECT_TRUE(Books(0).stalled);
  EXPECT_FALSE(Books(1).stalled);
  EXPECT_EQ(Dropped(Books(1)), 0u);
  AwaitPending(1, 0);
  EXPECT_EQ(Books(0).received, 1000u);
  EXPECT_GE(Dropped(Books(0)), 900u);
  ExpectBalance();
  hung.Release();  // what was in its hands is still delivered
  AwaitPending(0, 0);
  const Strings in_hands = hung.Attempts().front();
  const Strings delivered = hung.Delivered();
  EXPECT_TRUE(std::equal(in_hands.begin(), in_hands.end(), delivered.begin()));
  EXPECT_EQ(Books(0).delivered + Dropped(Books(0)), 1000u);
  ExpectBalance();
}

TEST_F(DeliveryTest, AFullLogWaitsFirst) {
  MakeLog(RoomFor(100));
  FakeReceiver& dead = AddSink("dead");
  dead.Always(kCannotConnect);
  StartAll();
  const SteadyTime begin = clock_.Steady();
  Watch(MakeEntries(1, 200));
  AdvanceUntil([&] { return Dropped(Books(0)) > 0; });
  EXPECT_GE(clock_.Steady() - begin, 60s);
  AdvanceUntil([&] { return Books(0).received == 200; });
  EXPECT_EQ(Dropped(Books(0)), 100u);  // no more than was needed
  EXPECT_EQ(Books(0).pending, 100u);
  ExpectBalance();
}

TEST_F(DeliveryTest, UnderPressureNormalGoesBeforeWarning) {
  MakeLog(RoomFor(100));
  FakeReceiver& dead = AddSink("dead", 5);
  dead.Always(kCannotConnect);
  StartAll();
  std::vector<SourceEntry> entries = MakeEntries(1, 50, "Warning");
  for (SourceEntry& entry : MakeEntries(51, 100)) entries.push_back(std::move(entry));
  Watch(std::move(entries));
  AdvanceUntil([&] { return Books(0).received == 150; });
  dead.Always({});
  AdvanceUntil([&] { return Books(0).pending == 0; });
  Strings wanted = Numbers(1, 50);
  for (const std::string& name : Numbers(101, 50)) wanted.push_back(name);
  EXPECT_EQ(dead.Delivered(), wanted);
  ExpectBalance();
}

TEST_F(DeliveryTest, ABurstLargerThanTheLogWithASlowButMovingSinkLosesNothing) {
  MakeLog(RoomFor(100));
  FakeReceiver& slow = AddSink("slow", 10);
  slow.Always([&](const EventBatch& batch) {
    clock_.Advance(20s);  // what an attempt takes
    return AllOf(batch, Outcome::kDelivered);
  });
  StartAll();
  Watch(MakeEntries(1, 1000));
  AdvanceUntil([&] { return slow.Delivered().size() == 1000; });
  EXPECT_EQ(slow.Delivered(), Numbers(1, 1000));
  AwaitPending(0, 0);
  EXPECT_EQ(Dropped(Books(0)), 0u);
  ExpectBalance();
}

TEST_F(DeliveryTest, AFullBufferHoldsTheWatchUntilTheLogHasRoom) {
  MakeLog(RoomFor(10));
  FakeReceiver& sink = AddSink("sink", 10);
  sink.Hang();
  StartAll();
  // Ten in the log, 2,000 drained at half full, 4,000 in the buffer, the rest waits.
  Watch(MakeEntries(1, 10'000));
  Eventually([&] { return stats_.log_full && stats_.buffer_entries == EventBuffer::kMaxEntries; });
  EXPECT_LT(pushed_, 10'000);
  sink.Release();
  AdvanceUntil([&] { return pushed_ == 10'000 && sink.Delivered().size() == 10'000; });
  EXPECT_EQ(sink.Delivered(), Numbers(1, 10'000));
  EXPECT_EQ(Dropped(Books(0)), 0u);
}

TEST_F(DeliveryTest, OneBadEventAmongGoodOnesCostsItselfAlone) {
  FakeReceiver& sink = AddSink("sink", 1);
  sink.Always(Only({"50"}, Outcome::kRetry, Cause::kTimeout));
  StartAll();
  Watch(MakeEntries(1, 100));
  AdvanceUntil([&] { return sink.Delivered().size() == 99; }, 5s);
  AwaitPending(0, 0);
  Strings wanted = Numbers(1, 49);
  for (const std::string& name : Numbers(51, 50)) wanted.push_back(name);
  EXPECT_EQ(sink.Delivered(), wanted);
  EXPECT_EQ(Books(0).rejected[static_cast<std::size_t>(Cause::kSuspect)], 1u);
  ExpectBalance();
}

TEST_F(DeliveryTest, ABadConfigurationNeverEatsTheEvents) {
  FakeReceiver& sink = AddSink("sink", 10);
  sink.Always(Everything(Outcome::kRejected, Cause::kMapping));
  StartAll();
  Watch(MakeEntries(1, 200));
  AdvanceUntil([&] { return Books(0).received == 200 && Books(0).attempts > 5; });
  EXPECT_EQ(Sum(Books(0).rejected), 20u);
  EXPECT_EQ(Books(0).pending, 180u);
  sink.Always({});  // mended
  AdvanceUntil([&] { return Books(0).pending == 0; });
  EXPECT_EQ(sink.Delivered(), Numbers(21, 180));
  ExpectBalance();
}

TEST_F(DeliveryTest, TwentyThousandEventsPassThroughASmallLog) {
  constexpr int kEvents = 20'000;
  MakeLog(RoomFor(3000));
  FakeReceiver& bulk = AddSink("bulk", 1000);
  FakeReceiver& warnings = AddSink("warnings", 100, MakeFilter("level=Warning"));
  StartAll();
  Watch(MakeEntries(1, kEvents));
  AdvanceUntil([&] { return pushed_ == kEvents && Books(1).filtered == kEvents; });
  AdvanceUntil([&] { return Books(0).delivered == kEvents; });
  EXPECT_EQ(bulk.Delivered(), Numbers(1, kEvents));
  EXPECT_THAT(warnings.Attempts(), IsEmpty());
  ExpectBalance();
}

TEST_F(DeliveryTest, AtShutdownWhatFitsIsReceivedAndDelivered) {
  FakeReceiver& sink = AddSink("sink");
  StartAll();
  Watch(MakeEntries(1, 25));
  Eventually([&] { return pushed_ == 25; });
  EXPECT_EQ(StopReading(), 0u);
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + 20s), 0u);
  EXPECT_EQ(sink.Delivered(), Numbers(1, 25));
  EXPECT_EQ(Books(0).pending, 0u);
  ExpectBalance();
}

}  // namespace
}  // namespace eventer
