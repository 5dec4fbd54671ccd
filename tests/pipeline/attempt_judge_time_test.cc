// What sinks say of time: held events, budgets, calls; and the end.
#include "pipeline/attempt_judge_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

class SinkTimesTest : public AttemptJudgeTest {
 protected:
  // All of `outcome`; the sink wants to be called again after `delay`.
  FakeReceiver::Answer AgainAfter(Duration delay, Outcome outcome,
                                  const std::optional<std::string>& state = std::nullopt) {
    return [=, this](const EventBatch& batch) {
      ExportResult result = AllOf(batch, outcome);
      result.again_at = now_ + delay;
      result.state = state;
      result.held = state ? batch.events.size() : 0;
      return result;
    };
  }
};

TEST_F(SinkTimesTest, AHeldEventPassesTheCursorTogetherWithTheState) {
  Make(10);
  Add(1, 3);
  const Verdict verdict = Try(AgainAfter(20s, Outcome::kHeld, "memory"));
  EXPECT_EQ(verdict.progress.settled.size(), 3u);
  EXPECT_EQ(verdict.progress.settled[0].outcome, Outcome::kHeld);
  EXPECT_EQ(verdict.progress.state, "memory");
  EXPECT_EQ(verdict.progress.held, 3u);
  EXPECT_EQ(verdict.delivered, 0u);
  EXPECT_FALSE(verdict.failure);
}

TEST_F(SinkTimesTest, NewEventsReachASinkThatHoldsSome) {
  Make(10);
  Add(1, 3);
  Try(AgainAfter(20s, Outcome::kHeld, "memory"));
  Add(4, 1);
  EXPECT_THAT(Batch(), ElementsAre("4"));
}

TEST_F(SinkTimesTest, AHeldEventIsNoSignThatTheReceiverIsBack) {
  Make(1);
  Add(1, 2);
  for (const Duration wanted : {1s, 2s}) {
    Try(kFails);
    EXPECT_EQ(Wait(), wanted);
  }
  Try(AgainAfter(0s, Outcome::kHeld, "memory"));
  Try(kFails);
  EXPECT_EQ(Wait(), 4s);
}

TEST_F(SinkTimesTest, AHeldEventWithoutAStateStays) {
  Make(10);
  Add(1, 3);
  EXPECT_THAT(Try(AgainAfter(20s, Outcome::kHeld)).progress.settled, IsEmpty());
  EXPECT_EQ(Wait(), 20s);
  EXPECT_THAT(Batch(), ElementsAre("1", "2", "3"));
}

TEST_F(SinkTimesTest, ASinkWithoutBudgetIsOfferedAllThatWaitsWhenItAsks) {
  Make(10);
  Add(1, 3);
  const Verdict verdict = Try(AgainAfter(20s, Outcome::kWaiting, "budget: 0"));
  EXPECT_THAT(verdict.progress.settled, IsEmpty());
  EXPECT_EQ(verdict.progress.state, "budget: 0");
  EXPECT_FALSE(verdict.failure);
  Add(4, 2);
  EXPECT_EQ(Wait(), 20s);
  EXPECT_THAT(Batch(), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(SinkTimesTest, WaitingForABudgetIsKnownAsSuch) {
  Make(10);
  Add(1, 3);
  EXPECT_LE(judge_->budget_until(), now_);
  Try(AgainAfter(20s, Outcome::kWaiting));
  EXPECT_EQ(judge_->budget_until(), now_ + 20s);
}

TEST_F(SinkTimesTest, ABudgetWithoutATimeIsAskedForAfterASecond) {
  Make(10);
  Add(1, 3);
  Try(Everything(Outcome::kWaiting));
  EXPECT_EQ(Wait(), 1s);
}

TEST_F(SinkTimesTest, IsCalledAgainEvenWithAnEmptyBatch) {
  Make(10);
  Add(1, 3);
  Try(AgainAfter(20s, Outcome::kHeld, "memory"));
  EXPECT_EQ(Wait(), 20s);
  const Plan plan = Next();
  EXPECT_TRUE(plan.attempt);
  EXPECT_THAT(plan.batch, IsEmpty());
  Try(kDelivers);  // asks for nothing more
  EXPECT_FALSE(Next().attempt);
  EXPECT_GT(Wait(), 20s);
}

TEST_F(SinkTimesTest, AStoredStateIsACallAtOnce) {
  Make(10);
  judge_->CallAgainAt(now_);
  EXPECT_TRUE(Next().attempt);
}

TEST_F(SinkTimesTest, ASinkThatAlwaysAsksAtOnceDoesNotSpin) {
  Make(10);
  Add(1, 1);
  Try(AgainAfter(0s, Outcome::kHeld, "memory"));
  EXPECT_FALSE(Next().attempt);
  EXPECT_GE(Wait(), std::chrono::milliseconds(10));
}

TEST_F(SinkTimesTest, ABackOffComesBeforeACallAgain) {
  Make(10);
  Add(1, 1);
  Try([&](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kServer);
    result.retry_after = 60s;
    result.again_at = now_ + 5s;
    return result;
  });
  EXPECT_EQ(Wait(), 60s);
}

TEST_F(SinkTimesTest, ASinkThatThrowsOnAnEmptyBatchIsGivenTime) {
  Make(10);
  judge_->CallAgainAt(now_);
  const Verdict verdict = judge_->JudgeGarbage({}, "the sink threw: oh", now_);
  EXPECT_EQ(verdict.failure->detail, "the sink threw: oh");
  EXPECT_EQ(Wait(), 1s);
  EXPECT_TRUE(Next().attempt);  // its call is not forgotten
}

TEST_F(SinkTimesTest, AtTheEndABackOffEndsForOneLastAttempt) {
  Make(10);
  Add(1, 3);
  Try(kFails);
  EXPECT_FALSE(Next().attempt);
  judge_->BeginLastAttempts();
  EXPECT_THAT(Batch(), ElementsAre("1", "2", "3"));
  Try(kFails);
  EXPECT_FALSE(Next().attempt);
}

TEST_F(SinkTimesTest, AtTheEndItGoesOnAsLongAsAttemptsSucceed) {
  Make(2);
  Add(1, 5);
  judge_->BeginLastAttempts();
  Try(kDelivers);
  Try(kDelivers);
  Try(kDelivers);
  EXPECT_THAT(waiting_, IsEmpty());
  EXPECT_FALSE(Next().attempt);
}

TEST_F(SinkTimesTest, AtTheEndWhatIsRefusedAloneIsTriedOnce) {
  Make(3);
  Add(1, 7);
  Try(Only({"1"}, Outcome::kRetry, Cause::kServer));
  judge_->BeginLastAttempts();
  while (Next().attempt) Try(Only({"1"}, Outcome::kRetry, Cause::kServer));
  EXPECT_THAT(Names(waiting_), ElementsAre("1"));
}

TEST_F(SinkTimesTest, AtTheEndABatchThatIsTooLargeIsStillHalved) {
  Make(4);
  Add(1, 4);
  judge_->BeginLastAttempts();
  Try(Everything(Outcome::kTooLarge));
  while (Next().attempt) Try(kDelivers);
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(SinkTimesTest, AtTheEndNobodyWaitsForABudget) {
  Make(4);
  Add(1, 4);
  Try(AgainAfter(10min, Outcome::kWaiting));
  judge_->BeginLastAttempts();
  Try(AgainAfter(10min, Outcome::kWaiting));
  EXPECT_FALSE(Next().attempt);
}

TEST_F(SinkTimesTest, AtTheEndASinkThatAskedToBeCalledIsCalledOnce) {
  Make(4);
  Add(1, 1);
  Try(AgainAfter(10min, Outcome::kHeld, "memory"));
  judge_->BeginLastAttempts();
  EXPECT_TRUE(Next().attempt);
  Try(AgainAfter(10min, Outcome::kHeld, "memory"));
  EXPECT_FALSE(Next().attempt);
}

TEST_F(SinkTimesTest, AtTheEndASinkThatTellsOneMessageAnAttemptTellsAllThatWaits) {
  Make(10);
  Add(1, 5);
  judge_->BeginLastAttempts();
  const auto one = [&](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kWaiting);
    result.events.front() = {};
    result.again_at = now_;
    return result;
  };
  while (Next().attempt) Try(one);
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(SinkTimesTest, AtTheEndADigestGoesOnBehindItsFirstPage) {
  Make(4);
  Add(1, 4);
  judge_->BeginLastAttempts();
  Try(AgainAfter(0s, Outcome::kWaiting, "page 1"));
  EXPECT_FALSE(Batch().empty());
  Try(kDelivers);
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(SinkTimesTest, AtTheEndWhatIsHeldIsAskedForBehindAllThatWaits) {
  Make(1);
  Add(1, 2);
  judge_->BeginLastAttempts();
  Try(AgainAfter(10min, Outcome::kHeld, "memory"));
  EXPECT_THAT(Batch(), ElementsAre("2"));
  Try(kDelivers);
  const Plan last = Next();
  EXPECT_TRUE(last.attempt);
  EXPECT_THAT(last.batch, IsEmpty());
  Try(AgainAfter(10min, Outcome::kHeld, "memory"));
  EXPECT_FALSE(Next().attempt);
}

}  // namespace
}  // namespace eventer
