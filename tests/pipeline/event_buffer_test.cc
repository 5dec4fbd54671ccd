#include "pipeline/event_buffer.h"

#include <gtest/gtest.h>

#include <thread>

#include "pipeline/testing.h"
#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

class EventBufferTest : public testing::Test {
 protected:
  bool Push(SourceEntry entry) { return buffer_.Push(entry, 0s, {}); }

  FakeClock clock_;
  Stats stats_;
  EventBuffer buffer_{clock_, stats_};
};

TEST_F(EventBufferTest, KeepsTheOrder) {
  Push(MakeEntry("a"));
  Push({nullptr, "shop", "7"});
  Push(MakeEntry("b"));
  const auto entries = buffer_.Drain();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].event->name, "a");
  EXPECT_EQ(entries[1].event, nullptr);
  EXPECT_EQ(entries[1].resource_version, "7");
  EXPECT_EQ(entries[2].event->name, "b");
  EXPECT_TRUE(buffer_.Drain().empty());
}

TEST_F(EventBufferTest, HoldsAtMost4000Entries) {
  for (int i = 0; i < 4000; ++i) ASSERT_TRUE(Push(MakeEntry("e")));
  EXPECT_FALSE(Push(MakeEntry("one too many")));
  EXPECT_EQ(stats_.buffer_entries, 4000u);
  buffer_.Drain();
  EXPECT_TRUE(Push(MakeEntry("e")));
}

TEST_F(EventBufferTest, HoldsAtMost4MiB) {
  while (Push(MakeEntry("e", "1", "Normal", 100'000))) {
  }
  EXPECT_LE(stats_.buffer_bytes, 4u << 20);
  EXPECT_GT(stats_.buffer_bytes, (4u << 20) - 110'000);
}

TEST_F(EventBufferTest, TakesAnyOneEntryWhenEmpty) {
  EXPECT_TRUE(Push(MakeEntry("huge", "1", "Normal", 10 << 20)));
  EXPECT_FALSE(Push(MakeEntry("small")));
  buffer_.Drain();
  EXPECT_TRUE(Push(MakeEntry("huge", "1", "Normal", 10 << 20)));
}

TEST_F(EventBufferTest, ARefusedEntryIsUntouched) {
  Push(MakeEntry("huge", "1", "Normal", 10 << 20));
  SourceEntry entry = MakeEntry("kept", "9");
  EXPECT_FALSE(buffer_.Push(entry, 0s, {}));
  ASSERT_NE(entry.event, nullptr);
  EXPECT_EQ(entry.resource_version, "9");
}

TEST_F(EventBufferTest, APusherWaitsUntilThereIsRoom) {
  Push(MakeEntry("huge", "1", "Normal", 10 << 20));
  bool taken = false;
  std::jthread pusher([&](std::stop_token stop) {
    SourceEntry entry = MakeEntry("late");
    taken = buffer_.Push(entry, 30s, stop);
  });
  clock_.AwaitWaiters(1);
  buffer_.Drain();
  pusher.join();
  EXPECT_TRUE(taken);
  EXPECT_EQ(buffer_.Drain().at(0).event->name, "late");
}

TEST_F(EventBufferTest, APushersPatienceEnds) {
  Push(MakeEntry("huge", "1", "Normal", 10 << 20));
  bool taken = true;
  std::jthread pusher([&](std::stop_token stop) {
    SourceEntry entry = MakeEntry("late");
    taken = buffer_.Push(entry, 30s, stop);
  });
  clock_.AwaitWaiters(1);
  clock_.Advance(30s);
  pusher.join();
  EXPECT_FALSE(taken);
}

TEST_F(EventBufferTest, AStopEndsAPushersWait) {
  Push(MakeEntry("huge", "1", "Normal", 10 << 20));
  bool taken = true;
  std::jthread pusher([&](std::stop_token stop) {
    SourceEntry entry = MakeEntry("late");
    taken = buffer_.Push(entry, 30s, stop);
  });
  clock_.AwaitWaiters(1);
  pusher.request_stop();
  pusher.join();
  EXPECT_FALSE(taken);
}

TEST_F(EventBufferTest, IsHalfFullWith2000EntriesOr2MiB) {
  for (int i = 0; i < 1999; ++i) Push(MakeEntry("e"));
  EXPECT_FALSE(buffer_.WaitHalfFull(clock_.Steady(), {}));
  Push(MakeEntry("e"));
  EXPECT_TRUE(buffer_.WaitHalfFull(clock_.Steady(), {}));
  buffer_.Drain();
  EXPECT_FALSE(buffer_.WaitHalfFull(clock_.Steady(), {}));
  Push(MakeEntry("big", "1", "Normal", 2 << 20));
  EXPECT_TRUE(buffer_.WaitHalfFull(clock_.Steady(), {}));
}

TEST_F(EventBufferTest, HalfFullWakesWhoWaitsForIt) {
  bool half_full = false;
  std::jthread waiter(
      [&](std::stop_token stop) { half_full = buffer_.WaitHalfFull(clock_.Steady() + 30s, stop); });
  clock_.AwaitWaiters(1);
  Push(MakeEntry("big", "1", "Normal", 2 << 20));
  waiter.join();
  EXPECT_TRUE(half_full);
}

}  // namespace
}  // namespace eventer
