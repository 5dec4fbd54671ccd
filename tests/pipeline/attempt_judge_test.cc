// Batches, retries and their pace.
#include "pipeline/attempt_judge.h"

#include "pipeline/attempt_judge_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const auto kTooLarge = Everything(Outcome::kTooLarge, Cause::kTooLarge);

FakeReceiver::Answer RetryAfter(Duration delay) {
  return [=](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kThrottled);
    result.retry_after = delay;
    return result;
  };
}

TEST_F(AttemptJudgeTest, TriesInOrderAndWithinTheSinksLimits) {
  Make(3);
  Add(1, 5);
  EXPECT_THAT(Batch(), ElementsAre("1", "2", "3"));
  const Verdict verdict = Try(kDelivers);
  EXPECT_EQ(verdict.delivered, 3u);
  EXPECT_EQ(verdict.progress.settled.size(), 3u);
  EXPECT_FALSE(verdict.failure);
  EXPECT_THAT(Batch(), ElementsAre("4", "5"));
}

TEST_F(AttemptJudgeTest, ABatchKeepsToTheSinksBytes) {
  Make(10, 250);
  Add(1, 5, 100);
  EXPECT_THAT(Batch(), ElementsAre("1", "2"));
}

TEST_F(AttemptJudgeTest, ALargerEventGoesAlone) {
  Make(10, 250);
  Add(1, 2, 1000);
  EXPECT_THAT(Batch(), ElementsAre("1"));
}

TEST_F(AttemptJudgeTest, WithoutWorkItWaitsForSome) {
  Make(3);
  const Plan plan = Next();
  EXPECT_FALSE(plan.attempt);
  EXPECT_FALSE(plan.paused);
  EXPECT_GT(plan.wait_until, now_);
}

TEST_F(AttemptJudgeTest, AFailureBacksOffFromOneSecondToThirty) {
  Make(3);
  Add(1, 3);
  for (Duration wanted : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    const Verdict verdict = Try(kFails);
    EXPECT_EQ(verdict.failure->cause, Cause::kServer);
    EXPECT_FALSE(verdict.failure->misconfigured);
    EXPECT_THAT(verdict.progress.settled, IsEmpty());
    EXPECT_TRUE(Next().paused);
    EXPECT_EQ(Wait(), wanted);
  }
}

TEST_F(AttemptJudgeTest, AReceiversFaultIsRetriedWithoutLimit) {
  Make(3);
  Add(1, 3);
  TryFor(std::chrono::hours(48), kFails);
  EXPECT_EQ(waiting_.size(), 3u);
  while (!waiting_.empty()) {
    if (Next().attempt)
      Try(kDelivers);
    else
      Wait();
  }
}

TEST_F(AttemptJudgeTest, AMisconfigurationIsTriedUpToFiveMinutesApart) {
  Make(3);
  Add(1, 3);
  for (Duration wanted : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s}) {
    const Verdict verdict = Try(Everything(Outcome::kMisconfigured, Cause::kUnauthorized));
    EXPECT_TRUE(verdict.failure->misconfigured);
    EXPECT_EQ(Wait(), wanted);
  }
}

TEST_F(AttemptJudgeTest, RetryAfterWins) {
  Make(3);
  Add(1, 3);
  Try(RetryAfter(42s));
  EXPECT_EQ(Wait(), 42s);
  Try(RetryAfter(std::chrono::hours(2)));
  EXPECT_EQ(Wait(), 15min);
}

TEST_F(AttemptJudgeTest, ASuccessEndsTheBackOff) {
  Make(1);
  Add(1, 3);
  Try(kFails);
  Wait();
  Try(kFails);
  Wait();
  Try(kDelivers);
  EXPECT_THAT(Batch(), ElementsAre("2"));
  Try(kFails);
  EXPECT_EQ(Wait(), 1s);
}

TEST_F(AttemptJudgeTest, ARetryResendsOnlyWhatIsNotDelivered) {
  Make(3);
  Add(1, 3);
  Try(Only({"2"}, Outcome::kRetry, Cause::kServer));
  Wait();
  EXPECT_THAT(Batch(), ElementsAre("2"));
}

TEST_F(AttemptJudgeTest, NothingOvertakesWhereTheSinkStoppedAtTheFirstRetry) {
  Make(3);
  Add(1, 5);
  Try(Only({"2", "3"}, Outcome::kRetry, Cause::kServer));
  EXPECT_THAT(Batch(), IsEmpty());
  EXPECT_TRUE(Next().paused);
  EXPECT_EQ(Wait(), 1s);
  EXPECT_THAT(Batch(), ElementsAre("2", "3", "4"));
}

TEST_F(AttemptJudgeTest, AReaderThatTakesAPartOfEachBatchIsOfferedAWholeOneASecondLater) {
  Make(10);
  Add(1, 100);
  for (int i = 0; i < 20; ++i) {
    Try([](const EventBatch& batch) {
      ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kOutput);
      std::fill_n(result.events.begin(), 3, EventOutcome{});
      return result;
    });
    EXPECT_EQ(Wait(), 1s);
    EXPECT_THAT(Batch(), SizeIs(10));
  }
  EXPECT_EQ(Batch().front(), "61");
}

TEST_F(AttemptJudgeTest, WhereEventsAreJudgedOneByOneTheOthersGoOn) {
  Make(3);
  Add(1, 6);
  Try(Only({"1"}, Outcome::kRetry, Cause::kServer));
  EXPECT_THAT(Batch(), ElementsAre("4", "5", "6"));
  Try(kDelivers);
  EXPECT_FALSE(Next().paused);  // new ones are welcome
  EXPECT_EQ(Wait(), 1s);
  Add(7, 2);
  EXPECT_THAT(Batch(), ElementsAre("1", "7", "8"));
  Try(Only({"1"}, Outcome::kRetry, Cause::kServer));
  EXPECT_EQ(Wait(), 2s);
}

TEST_F(AttemptJudgeTest, AThrottlingReceiverIsLeftAlone) {
  Make(3);
  Add(1, 6);
  Try(Only({"1"}, Outcome::kRetry, Cause::kThrottled));
  EXPECT_TRUE(Next().paused);
}

TEST_F(AttemptJudgeTest, WhatWaitsForItsTurnIsBounded) {
  Make(10);
  Add(1, 1000);
  const auto refuse_all_but_the_last = [](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kServer);
    result.events.back() = {Outcome::kDelivered, Cause::kNone, ""};
    return result;
  };
  while (Next().attempt) {
    Try(refuse_all_but_the_last);
    EXPECT_LE(Slice().entries.size(), 20u);
  }
  EXPECT_EQ(waiting_.size(), 19u);  // one place is always left for the others
}

TEST_F(AttemptJudgeTest, WhatWaitsForItsTurnIsBoundedInBytes) {
  Make(10, 100);
  Add(1, 6, 50);
  Add(7, 10, 60);
  for (const char* refused : {"1", "3", "5"}) {
    Try(Only({refused}, Outcome::kRetry, Cause::kServer));
  }
  EXPECT_FALSE(Next().attempt);
  EXPECT_TRUE(Next().paused);  // there is more, but it does not fit
  EXPECT_EQ(Wait(), 1s);
}

TEST_F(AttemptJudgeTest, ATooLargeBatchIsHalvedAtOnce) {
  Make(8);
  Add(1, 8);
  const Verdict verdict = Try(kTooLarge);
  EXPECT_THAT(verdict.rejected, IsEmpty());
  EXPECT_THAT(Batch(), ElementsAre("1", "2", "3", "4"));
  Try(kTooLarge);
  EXPECT_THAT(Batch(), ElementsAre("1", "2"));
  Try(kDelivers);
  EXPECT_THAT(Batch(), ElementsAre("3", "4"));
}

TEST_F(AttemptJudgeTest, ABatchThatIsThrottledAsAWholeIsHalvedAfterItsBackOff) {
  Make(8);
  Add(1, 16);
  const auto throttles = [](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kThrottled);
    result.smaller = true;
    return result;
  };
  Try(throttles);
  EXPECT_EQ(Wait(), 1s);
  EXPECT_THAT(Batch(), ElementsAre("1", "2", "3", "4"));
  Try(throttles);
  EXPECT_EQ(Wait(), 2s);
  EXPECT_THAT(Batch(), ElementsAre("1", "2"));
  Try(kDelivers);
  EXPECT_THAT(Batch(), ElementsAre("3", "4"));
}

TEST_F(AttemptJudgeTest, ATooLargeEventAloneIsRejected) {
  Make(2);
  Add(1, 2);
  Try(kTooLarge);
  const Verdict verdict = Try(kTooLarge);
  ASSERT_EQ(verdict.rejected.size(), 1u);
  EXPECT_EQ(verdict.rejected[0].cause, Cause::kTooLarge);
  EXPECT_EQ(verdict.rejected[0].entry.event->name, "1");
  EXPECT_EQ(verdict.progress.settled[0].outcome, Outcome::kRejected);
  EXPECT_EQ(verdict.progress.settled[0].cause, Cause::kTooLarge);
  EXPECT_THAT(Batch(), ElementsAre("2"));
}

TEST_F(AttemptJudgeTest, AfterFiveFailuresOneEventIsTriedAtATimeUntilOneIsDelivered) {
  Make(4);
  Add(1, 20);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Batch().size(), 4u);
    Try(kFails);
    Wait();
  }
  EXPECT_THAT(Batch(), ElementsAre("1"));
  Try(kDelivers);
  EXPECT_THAT(Batch(), ElementsAre("2", "3"));
  Try(kDelivers);
  EXPECT_EQ(Batch().size(), 4u);
}

TEST_F(AttemptJudgeTest, AWrongNumberOfOutcomesIsGarbageAndSettlesNothing) {
  Make(3);
  Add(1, 3);
  const Verdict verdict = Try([](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kDelivered);
    result.events.pop_back();
    return result;
  });
  EXPECT_THAT(verdict.progress.settled, IsEmpty());
  EXPECT_EQ(verdict.failure->cause, Cause::kGarbage);
  EXPECT_EQ(verdict.failure->detail, "the sink told of 2 of 3 events");
  EXPECT_EQ(Wait(), 1s);
}

TEST_F(AttemptJudgeTest, WhatWasDroppedMeanwhileIsForgotten) {
  Make(3);
  Add(1, 3);
  Try(Only({"1"}, Outcome::kRetry, Cause::kServer));
  waiting_.clear();
  EXPECT_GT(Wait(), 10s);  // not for the event that is gone
}

}  // namespace
}  // namespace eventer
