// One sink and its thread.
#include <stdexcept>
#include <thread>

#include "pipeline/dead_letters.h"
#include "pipeline/sink_manager_fixture.h"
#include "support/captured_log.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using SinkWorkerTest = SinkManagerTest;

TEST_F(SinkWorkerTest, DeliversWhatIsAppended) {
  FakeReceiver& receiver = AddSink("log");
  Start();
  Append(MakeEntries(1, 3));
  AwaitPending(0, 0);
  EXPECT_EQ(receiver.Delivered(), Numbers(1, 3));
  EXPECT_EQ(Books(0).name, "log");
  EXPECT_EQ(Books(0).exporter, "FakeSink");
  EXPECT_EQ(Books(0).delivered, 3u);
  EXPECT_EQ(Books(0).attempts, 1u);
  EXPECT_EQ(Books(0).last_delivery_wall_us, clock_.Wall().time_since_epoch().count());
  ExpectBalance();
}

TEST_F(SinkWorkerTest, NothingIsSentBeforeTheStart) {
  FakeReceiver& receiver = AddSink("log");
  Make();
  Append(MakeEntries(1, 3));
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();  // whoever could, would
  manager_.reset();
  EXPECT_THAT(receiver.Attempts(), IsEmpty());
  EXPECT_EQ(Books(0).pending, 3u);
}

TEST_F(SinkWorkerTest, FirstAttemptsAreInOrderAndWithinTheLimits) {
  FakeReceiver& receiver = AddSink("log", 3);
  Start();
  Append(MakeEntries(1, 8));
  AwaitPending(0, 0);
  EXPECT_THAT(receiver.Attempts(), ElementsAre(Numbers(1, 3), Numbers(4, 3), Numbers(7, 2)));
}

TEST_F(SinkWorkerTest, SendsOnlyWhatTheFilterWants) {
  FakeReceiver& receiver = AddSink("log", 10, MakeFilter("level=Warning"));
  Start();
  Append(MakeEntries(1, 100));
  Append(MakeEntries(101, 2, "Warning"));
  Append(MakeEntries(103, 100));
  AwaitPending(0, 0);
  EXPECT_EQ(receiver.Delivered(), Numbers(101, 2));
  EXPECT_EQ(Books(0).filtered, 200u);
  EXPECT_EQ(log_->Look(0).cursor, 202u);
  ExpectBalance();
}

TEST_F(SinkWorkerTest, RetriesAfterABackOff) {
  FakeReceiver& receiver = AddSink("log");
  receiver.Once(kFails);
  Start();
  Append(MakeEntries(1, 2));
  AwaitAttempts(0, 1);
  EXPECT_EQ(Books(0).failures[static_cast<std::size_t>(Cause::kServer)], 1u);
  EXPECT_EQ(Books(0).trouble.Get(), "server: said the receiver");
  EXPECT_EQ(Books(0).pending, 2u);
  AdvanceUntil([&] { return Books(0).pending == 0; });
  EXPECT_THAT(receiver.Attempts(), ElementsAre(Numbers(1, 2), Numbers(1, 2)));
  EXPECT_EQ(Books(0).trouble.Get(), "");
  ExpectBalance();
}

TEST_F(SinkWorkerTest, DoesNotKnockDuringABackOff) {
  FakeReceiver& receiver = AddSink("log");
  receiver.Once([](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kThrottled);
    result.retry_after = 100s;
    return result;
  });
  Start();
  Append(MakeEntries(1, 1));
  Eventually([&] { return clock_.NextDeadline() == clock_.Steady() + 100s; });
  Append(MakeEntries(2, 1));
  clock_.Advance(99s);
  EXPECT_EQ(clock_.NextDeadline(), clock_.Steady() + 1s);
  EXPECT_EQ(receiver.Attempts().size(), 1u);
  clock_.Advance(1s);
  AwaitPending(0, 0);
  EXPECT_EQ(receiver.Attempts().back(), Numbers(1, 2));
}

TEST_F(SinkWorkerTest, ARetryResendsOnlyWhatIsNotYetDelivered) {
  FakeReceiver& receiver = AddSink("log", 3);
  receiver.Once(Only({"2"}, Outcome::kRetry, Cause::kServer));
  Start();
  Append(MakeEntries(1, 5));
  AdvanceUntil([&] { return Books(0).pending == 0; });
  EXPECT_THAT(receiver.Attempts(),
              ElementsAre(Numbers(1, 3), ElementsAre("4", "5"), ElementsAre("2")));
  EXPECT_THAT(receiver.Delivered(), ElementsAre("1", "3", "4", "5", "2"));
}

TEST_F(SinkWorkerTest, CommitsPerMessageWhereABatchIsOneEvent) {
  FakeReceiver& receiver = AddSink("chat", 1);
  Start();
  receiver.Once([&](const EventBatch& batch) {
    EXPECT_EQ(Books(0).delivered, 0u);
    return AllOf(batch, Outcome::kDelivered);
  });
  receiver.Once([&](const EventBatch& batch) {
    EXPECT_EQ(Books(0).delivered, 1u);
    return AllOf(batch, Outcome::kDelivered);
  });
  Append(MakeEntries(1, 2));
  AwaitPending(0, 0);
}

TEST_F(SinkWorkerTest, ARejectedEventIsCountedByCause) {
  FakeReceiver& receiver = AddSink("log");
  receiver.Always(Only({"2"}, Outcome::kRejected, Cause::kMapping));
  Start();
  Append(MakeEntries(1, 3));
  AwaitPending(0, 0);
  EXPECT_EQ(Books(0).rejected[static_cast<std::size_t>(Cause::kMapping)], 1u);
  EXPECT_THAT(receiver.Delivered(), ElementsAre("1", "3"));
  EXPECT_EQ(receiver.Attempts().size(), 1u);
  ExpectBalance();
}

TEST_F(SinkWorkerTest, ARejectedEventIsADeadLetterBeforeItIsCommitted) {
  const TempDir dir;
  FakeReceiver& receiver = AddSink("es");
  receiver.Always(Only({"2"}, Outcome::kRejected, Cause::kMapping));
  sinks_.back().dead_letters = std::make_unique<DeadLetterFile>(dir.path(), "es", 1 << 20);
  Start();
  Append(MakeEntries(1, 3));
  AwaitPending(0, 0);
  EXPECT_EQ(Books(0).dead_letters, 1u);
  EXPECT_EQ(Books(0).dead_letters_lost, 0u);
  EXPECT_EQ(ListDeadLetters(dir.path())["es"].causes["mapping"], 1u);
  ExpectBalance();
}

TEST_F(SinkWorkerTest, ADeadLetterThatCannotBeWrittenIsCountedAndHoldsUpNothing) {
  const TempDir dir;
  dir.Write("dead-letters", "in the way");
  FakeReceiver& receiver = AddSink("es");
  receiver.Always(Only({"2"}, Outcome::kRejected, Cause::kMapping));
  sinks_.back().dead_letters = std::make_unique<DeadLetterFile>(dir.path(), "es", 1 << 20);
  Start();
  Append(MakeEntries(1, 3));
  AwaitPending(0, 0);
  EXPECT_EQ(Books(0).dead_letters, 0u);
  EXPECT_EQ(Books(0).dead_letters_lost, 1u);
  EXPECT_THAT(receiver.Delivered(), ElementsAre("1", "3"));
  ExpectBalance();
}

TEST_F(SinkWorkerTest, ADeadLetterThatCannotBeWrittenGoesToTheLogAsAWhole) {
  const CapturedLog log;
  const TempDir dir;
  dir.Write("dead-letters", "in the way");
  FakeReceiver& receiver = AddSink("es");
  receiver.Always(Only({"2"}, Outcome::kRejected, Cause::kMapping));
  sinks_.back().dead_letters = std::make_unique<DeadLetterFile>(dir.path(), "es", 1 << 20);
  Start();
  const std::vector<SourceEntry> entries = MakeEntries(1, 3);
  Append(entries);
  AwaitPending(0, 0);
  manager_.reset();
  EXPECT_THAT(log.Text(), HasSubstr(entries[1].event->json));
}

// A thread that is told what the sink said of its budget.
TEST_F(SinkWorkerTest, WaitingForItsOwnBudgetIsNoStall) {
  FakeReceiver& chat = AddSink("chat");
  chat.Always([&](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kWaiting);
    result.again_at = clock_.Steady() + std::chrono::minutes(10);
    return result;
  });
  Start();
  Append(MakeEntries(1, 3));
  AwaitAttempts(0, 1);
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_THAT(manager_->Stalled(clock_.Steady()), IsEmpty());
  EXPECT_FALSE(Books(0).stalled);
}

TEST_F(SinkWorkerTest, ASinkThatThrowsIsTriedAgain) {
  FakeReceiver& receiver = AddSink("log");
  receiver.Once([](const EventBatch&) -> ExportResult { throw std::runtime_error("oh"); });
  receiver.Once([](const EventBatch&) -> ExportResult { throw 42; });
  Start();
  Append(MakeEntries(1, 2));
  AwaitAttempts(0, 1);
  EXPECT_EQ(Books(0).trouble.Get(), "garbage: the sink threw: oh");
  AdvanceUntil([&] { return Books(0).pending == 0; });
  EXPECT_EQ(Books(0).failures[static_cast<std::size_t>(Cause::kGarbage)], 2u);
  EXPECT_EQ(receiver.Delivered(), Numbers(1, 2));
}

TEST_F(SinkWorkerTest, HeldEventsArePendingUntilTheSinkTellsThem) {
  FakeReceiver& receiver = AddSink("chat");
  receiver.Once([&](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kHeld);
    result.state = "three";
    result.held = 3;
    result.again_at = clock_.Steady() + 100s;
    return result;
  });
  receiver.Once([&](const EventBatch& batch) {
    EXPECT_THAT(batch.events, IsEmpty());
    ExportResult result;
    result.state = "";
    return result;
  });
  Start();
  Append(MakeEntries(1, 3));
  Eventually([&] { return log_->State(0) == "three"; });
  EXPECT_EQ(Books(0).pending, 3u);
  EXPECT_EQ(log_->Look(0).waiting, 0u);
  ExpectBalance();
  AdvanceUntil([&] { return Books(0).pending == 0; });
  EXPECT_EQ(Books(0).delivered, 3u);
  EXPECT_THAT(receiver.Attempts(), ElementsAre(Numbers(1, 3), IsEmpty()));
  ExpectBalance();
}

TEST_F(SinkWorkerTest, AStoredStateIsRestoredBeforeTheFirstAttempt) {
  FakeReceiver& receiver = AddSink("chat");
  Start();
  log_->Commit(0, {.settled = {}, .state = "stored", .held = 0});
  receiver.Once([&](const EventBatch& batch) {
    EXPECT_EQ(receiver.RestoredState(), "stored");
    return AllOf(batch, Outcome::kDelivered);
  });
  Append(MakeEntries(1, 1));
  AwaitPending(0, 0);
  EXPECT_EQ(receiver.Delivered().size(), 1u);
}

class AnotherKindOfSinkTest : public SinkWorkerTest {
 protected:
  // A chat that held three events had this name before.
  void Start(FakeReceiver& receiver) {
    receiver.Always([](const EventBatch& batch) { return AllOf(batch, Outcome::kDelivered); });
    Make();
    Append(MakeEntries(1, 3));
    LogProgress held{.settled = {}, .state = "three", .held = 3};
    for (const LogEntry& entry : log_->Read(0, 10, 1 << 20).entries) {
      held.settled.push_back({entry.sequence, Outcome::kHeld});
    }
    log_->Commit(0, held);
    manager_->Start();
  }
  void ExpectForgotten() {
    EXPECT_EQ(Books(0).dropped[static_cast<std::size_t>(Cause::kRemoved)], 3u);
    EXPECT_EQ(Books(0).delivered, 0u);
    EXPECT_EQ(log_->State(0), "");
    ExpectBalance();
  }
};

TEST_F(AnotherKindOfSinkTest, WhatTheOneBeforeHeldUnderTheNameIsForgottenAndCounted) {
  FakeReceiver& receiver = AddSink("once-a-chat");
  const CapturedLog log;
  Start(receiver);
  AwaitPending(0, 0);
  ExpectForgotten();
  manager_.reset();
  EXPECT_EQ(log.Count("once-a-chat: what another kind of sink remembered"), 1);
}

TEST_F(AnotherKindOfSinkTest, AlsoIfItsFirstAttemptThrows) {
  FakeReceiver& receiver = AddSink("once-a-chat");
  receiver.Once([](const EventBatch&) -> ExportResult { throw std::runtime_error("oh"); });
  Start(receiver);
  AdvanceUntil([&] { return Books(0).pending == 0; });
  ExpectForgotten();
}

TEST_F(SinkWorkerTest, WhatIsInItsHandsIsASmallPartOfTheLog) {
  MakeLog(4 << 20);
  FakeReceiver& receiver = AddSink("bulk", 1000);  // a batch may have 1 MiB
  receiver.Hang();
  Start();
  Append(MakeEntries(1, 30, "Normal", 100'000));
  receiver.AwaitAttempts(1);
  EXPECT_EQ(receiver.Attempts()[0].size(), 5u);  // an eighth of the log
  log_->Drop({0}, 4 << 20);
  EXPECT_GE(Dropped(Books(0)), 20u);
}

TEST_F(SinkWorkerTest, AHangingAttemptIsNoStuckThreadForTwoAndAHalfMinutes) {
  FakeReceiver& receiver = AddSink("log");
  receiver.Hang();
  Start();
  Append(MakeEntries(1, 1));
  receiver.AwaitAttempts(1);
  clock_.Advance(150s);
  EXPECT_FALSE(Books(0).pulse.Stuck(clock_.Steady()));
  clock_.Advance(2min + 1s);
  EXPECT_TRUE(Books(0).pulse.Stuck(clock_.Steady()));
}

TEST_F(SinkWorkerTest, AnIdleThreadIsNeverStuck) {
  AddSink("log");
  Start();
  for (int i = 0; i < 10; ++i) {
    AwaitIdle(1);
    EXPECT_FALSE(Books(0).pulse.Stuck(clock_.Steady()));
    clock_.Advance(60s);
    Eventually([&] { return clock_.NextDeadline() == clock_.Steady() + 60s; });
  }
}

class SinkWorkerLogTest : public SinkManagerTest {
 protected:
  std::string Ended() {
    manager_.reset();
    return captured_.Text();
  }

  CapturedLog captured_;
};

TEST_F(SinkWorkerLogTest, ABatchIsOneLine) {
  AddSink("log", 10, MakeFilter("level=Warning"));
  Start();
  std::vector<SourceEntry> entries = MakeEntries(1, 12);
  for (SourceEntry& entry : MakeEntries(13, 25, "Warning")) entries.push_back(std::move(entry));
  Append(entries);
  AwaitPending(0, 0);
  EXPECT_EQ(Ended(), "info log: delivered 25 events (12 filtered), 0 pending\n");
}

TEST_F(SinkWorkerLogTest, EachEventIsADebugLine) {
  spdlog::set_level(spdlog::level::debug);
  FakeReceiver& receiver = AddSink("log");
  receiver.Once(Only({"2"}, Outcome::kRetry, Cause::kServer));
  Start();
  Append(MakeEntries(1, 3));
  AwaitAttempts(0, 1);
  const std::string text = Ended();
  EXPECT_THAT(text, HasSubstr("debug log: delivered /1 ()\ndebug log: kept /2 ()\n"
                              "debug log: delivered /3 ()\n"));
}

TEST_F(SinkWorkerLogTest, AFailureIsSaidOnceAMinuteWithItsCountAndTheReceiversWords) {
  FakeReceiver& receiver = AddSink("es");
  receiver.Always(kFails);
  Start();
  Append(MakeEntries(1, 3));
  AdvanceUntil([&] { return Books(0).attempts >= 10; });
  receiver.Always({});
  AdvanceUntil([&] { return Books(0).pending == 0; });
  const std::string text = Ended();
  EXPECT_THAT(text, HasSubstr("warning es: 1 failed attempts since 0s, 3 events kept (server: "
                              "said the receiver)\n"));
  EXPECT_THAT(text, Not(HasSubstr("es: 2 failed attempts")));
  EXPECT_THAT(text, HasSubstr("info es: delivering again after "));
}

TEST_F(SinkWorkerLogTest, WhereOthersAreDeliveredThereIsNoRecoveryToTell) {
  FakeReceiver& receiver = AddSink("es", 3);
  receiver.Once(Only({"2"}, Outcome::kRetry, Cause::kServer));
  Start();
  Append(MakeEntries(1, 5));
  AdvanceUntil([&] { return Books(0).pending == 0; });
  const std::string text = Ended();
  EXPECT_THAT(text, HasSubstr("warning es: not all events were taken"));
  EXPECT_THAT(text, Not(HasSubstr("again after")));
}

TEST_F(SinkWorkerLogTest, AMisconfigurationIsAnError) {
  FakeReceiver& receiver = AddSink("es");
  receiver.Always(Everything(Outcome::kMisconfigured, Cause::kUnauthorized));
  Start();
  Append(MakeEntries(1, 1));
  AwaitAttempts(0, 1);
  EXPECT_THAT(Ended(), HasSubstr("error es: 1 failed attempts since 0s, 1 events kept "
                                 "(unauthorized: said the receiver)\n"));
}

TEST_F(SinkWorkerLogTest, ARejectedEventIsWrittenAsAWhole) {
  FakeReceiver& receiver = AddSink("es");
  receiver.Always(Everything(Outcome::kRejected, Cause::kMapping));
  Start();
  Append(MakeEntries(1, 1));
  AwaitPending(0, 0);
  EXPECT_THAT(Ended(),
              HasSubstr("error es: rejected (mapping: said the receiver), never sent again: " +
                        MakeEntries(1, 1).front().event->json + "\n"));
}

}  // namespace
}  // namespace eventer
