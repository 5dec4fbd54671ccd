// The end of the workers, from each state that they may be in.
#include <atomic>
#include <thread>

#include "pipeline/sink_manager_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

using ShutdownTest = SinkManagerTest;

constexpr Duration kStopTimeout = 20s;

TEST_F(ShutdownTest, OfIdleSinksTakesNoTime) {
  AddSink("a");
  AddSink("b");
  Start();
  AwaitIdle(2);
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
}

TEST_F(ShutdownTest, WithoutSinksIsNothing) {
  Start();
  EXPECT_EQ(manager_->Shutdown(clock_.Steady()), 0u);
}

TEST_F(ShutdownTest, ABackOffEndsForOneLastAttempt) {
  FakeReceiver& receiver = AddSink("a");
  receiver.Once(kCannotConnect);
  Start();
  Append(MakeEntries(1, 3));
  AwaitAttempts(0, 1);
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
  EXPECT_EQ(receiver.Delivered(), Numbers(1, 3));
  EXPECT_EQ(Books(0).pending, 0u);
}

TEST_F(ShutdownTest, ALastAttemptThatFailsLeavesItPending) {
  FakeReceiver& receiver = AddSink("a");
  receiver.Always(kCannotConnect);
  Start();
  Append(MakeEntries(1, 3));
  AwaitAttempts(0, 1);
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
  EXPECT_EQ(receiver.Attempts().size(), 2u);
  EXPECT_EQ(Books(0).pending, 3u);
  EXPECT_EQ(Imbalance(Books(0)), 0);
}

TEST_F(ShutdownTest, WorkersGoOnAsLongAsAttemptsSucceedAndSomethingWaits) {
  FakeReceiver& receiver = AddSink("a", 1);
  receiver.Hang();
  Start();
  Append(MakeEntries(1, 100));
  receiver.AwaitAttempts(1);
  std::jthread release([&] {
    clock_.AwaitWaiters(1);  // Shutdown has begun to wait
    receiver.Release();
  });
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
  EXPECT_EQ(receiver.Delivered(), Numbers(1, 100));
}

TEST_F(ShutdownTest, AfterTheDeadlineAnAttemptIsStopped) {
  FakeReceiver& receiver = AddSink("a");
  receiver.Hang();
  Start();
  Append(MakeEntries(1, 3));
  receiver.AwaitAttempts(1);
  std::jthread time([&] {
    clock_.AwaitWaiters(1);
    clock_.Advance(kStopTimeout);
  });
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
  EXPECT_EQ(Books(0).pending, 3u);
  EXPECT_EQ(Books(0).trouble.Get(), "");  // nobody's fault
}

TEST_F(ShutdownTest, ASinkThatDoesNotHeedTheStopIsCountedAfterTwoSeconds) {
  FakeReceiver& deaf = AddSink("deaf");
  FakeReceiver& good = AddSink("good");
  deaf.Hang(/*heeds_stop=*/false);
  Start();
  Append(MakeEntries(1, 3));
  deaf.AwaitAttempts(1);
  AwaitPending(1, 0);
  std::atomic<bool> over{false};
  std::jthread time([&] {
    // An ended worker's pulse rests.
    Eventually([&] { return !Books(1).pulse.Stuck(clock_.Steady() + std::chrono::hours(1)); });
    while (!over) {
      clock_.Advance(1s);
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 1u);
  over = true;
  EXPECT_EQ(Books(0).pending, 3u);
  EXPECT_EQ(good.Delivered(), Numbers(1, 3));
  deaf.Release();  // else the destructor would wait for ever
}

TEST_F(ShutdownTest, AChatsBudgetIsNotWaitedFor) {
  FakeReceiver& chat = AddSink("chat");
  chat.Always([&](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kWaiting);
    result.again_at = clock_.Steady() + 10min;
    return result;
  });
  Start();
  Append(MakeEntries(1, 3));
  AwaitAttempts(0, 1);
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
  EXPECT_EQ(chat.Attempts().size(), 2u);
  EXPECT_EQ(Books(0).pending, 3u);
}

TEST_F(ShutdownTest, AChatWhoseBudgetIsFreeTellsAllThatWaits) {
  FakeReceiver& chat = AddSink("chat");
  chat.Always([&](const EventBatch& batch) {  // a message an attempt
    ExportResult result = AllOf(batch, Outcome::kWaiting);
    if (!result.events.empty()) result.events[0].outcome = Outcome::kDelivered;
    result.again_at = clock_.Steady();
    return result;
  });
  chat.Hang();
  Start();
  Append(MakeEntries(1, 5));
  chat.AwaitAttempts(1);
  std::jthread release([&] {
    clock_.AwaitWaiters(1);  // Shutdown has begun to wait
    chat.Release();
  });
  EXPECT_EQ(manager_->Shutdown(clock_.Steady() + kStopTimeout), 0u);
  EXPECT_EQ(chat.Delivered(), Numbers(1, 5));
  EXPECT_EQ(Books(0).pending, 0u);
}

TEST_F(ShutdownTest, TheDestructorStopsAtOnce) {
  FakeReceiver& hanging = AddSink("hanging");
  FakeReceiver& waiting = AddSink("waiting");
  hanging.Hang();
  waiting.Always(kCannotConnect);
  Start();
  Append(MakeEntries(1, 3));
  hanging.AwaitAttempts(1);
  AwaitAttempts(1, 1);
  manager_.reset();
  EXPECT_EQ(Books(0).pending, 3u);
  EXPECT_EQ(Books(1).pending, 3u);
}

TEST(SinkManagerStalled, FollowsTheWorkersAndTheirBooks) {
  FakeClock clock;
  Stats stats;
  const auto log = NewMemoryEventLog(clock, stats, 64 << 20);
  auto receiver = std::make_shared<FakeReceiver>();
  receiver->Hang();
  std::vector<ConfiguredSink> sinks;
  sinks.push_back({"a", std::make_unique<FakeSink>(receiver, BatchLimits{}), {}});
  SinkManager manager(clock, stats, *log, std::move(sinks));
  manager.Start();
  EXPECT_THAT(manager.Stalled(clock.Steady()), IsEmpty());
  log->Append(MakeEntries(1, 3));
  clock.Advance(59s);
  EXPECT_THAT(manager.Stalled(clock.Steady()), IsEmpty());
  clock.Advance(1s);
  EXPECT_THAT(manager.Stalled(clock.Steady()), ElementsAre(0));
  EXPECT_TRUE(stats.sinks[0].stalled);
  receiver->Release();
  Eventually([&] { return stats.sinks[0].pending == 0; });
  EXPECT_THAT(manager.Stalled(clock.Steady()), IsEmpty());
  EXPECT_FALSE(stats.sinks[0].stalled);
}

}  // namespace
}  // namespace eventer
