// Whose fault is it: suspects, rejections.
#include <functional>
#include <random>
#include <utility>

#include "pipeline/attempt_judge_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

const auto kRejects = Everything(Outcome::kRejected, Cause::kMapping);
const auto kRefusesOne = Only({"1"}, Outcome::kRetry, Cause::kServer);

TEST_F(AttemptJudgeTest, OneBadEventNeverHoldsUpTheOthers) {
  Make(1);
  Add(1, 9);
  const SteadyTime begin = now_;
  Verdict verdict;
  while (verdict.rejected.empty()) {
    if (Next().attempt)
      verdict = Try(kRefusesOne);
    else
      Wait();
    if (tried_ != Strings{"1"}) ASSERT_GE(now_ - begin, 10min);
    ASSERT_LE(now_ - begin, 11min);
  }
  EXPECT_EQ(verdict.rejected[0].entry.event->name, "1");
  EXPECT_EQ(verdict.rejected[0].cause, Cause::kSuspect);
  EXPECT_EQ(verdict.rejected[0].detail, "said the receiver");
  EXPECT_EQ(verdict.progress.settled.back().cause, Cause::kSuspect);
  EXPECT_EQ(verdict.delivered, 1u);  // the last probe
  while (!waiting_.empty()) Try(kRefusesOne);
}

TEST_F(AttemptJudgeTest, FourFailuresOverTenMinutesAreNoSuspicion) {
  Make(1);
  Add(1, 2);
  const auto fails_slowly = [](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kServer);
    result.retry_after = std::chrono::minutes(10);
    return result;
  };
  for (int i = 0; i < 4; ++i) {
    Try(fails_slowly);
    EXPECT_THAT(tried_, ElementsAre("1"));
    Wait();
  }
  Try(fails_slowly);  // the fifth
  Wait();             // what the receiver asked for is kept to
  Try(fails_slowly);
  EXPECT_THAT(tried_, ElementsAre("1"));  // a receiver may take one each ten minutes
  Wait();
  EXPECT_THAT(Batch(), ElementsAre("2"));
}

TEST_F(AttemptJudgeTest, WhateverTheSign) {
  Make(1);
  Add(1, 5);
  TryFor(30min, Only({"1"}, Outcome::kMisconfigured, Cause::kNotFound));
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(AttemptJudgeTest, AReceiverThatIsDownForHoursCostsNoEvent) {
  Make(1);
  Add(1, 10);
  TryFor(std::chrono::hours(10), kFails);
  EXPECT_EQ(waiting_.size(), 10u);
  for (int i = 0; i < 30 && !waiting_.empty(); ++i) {
    if (!Next().attempt) Wait();
    EXPECT_THAT(Try(kDelivers).rejected, IsEmpty());
  }
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(AttemptJudgeTest, AReceiverThatComesBackBetweenTwoAttemptsCostsNoEvent) {
  Make(1);
  Add(1, 2);
  while (tried_ != Strings{"2"}) {
    if (Next().attempt) {
      Try([&](const EventBatch& batch) {
        const bool back = batch.events[0]->name == "2";
        return AllOf(batch, back ? Outcome::kDelivered : Outcome::kRetry, Cause::kServer);
      });
    } else {
      Wait();
    }
  }
  EXPECT_THAT(Try(kDelivers).rejected, IsEmpty());
  EXPECT_THAT(tried_, ElementsAre("1"));
  EXPECT_THAT(waiting_, IsEmpty());
}

// Many events wait for a receiver that was down for long.
class LongOutageTest : public AttemptJudgeTest {
 protected:
  void Outage(std::size_t most) {
    Make(most);
    Add(1, 60);
    TryFor(4h, kFails);
  }
  void Deliver() {
    if (!Next().attempt) Wait();
    ASSERT_FALSE(Try(kDelivers).failure);
  }
  // Until nothing waits; `up`: whether the receiver takes anything now.
  void TryAll(const std::function<bool(const EventBatch& batch)>& up) {
    const SteadyTime end = now_ + 2h;
    while (now_ < end && !waiting_.empty()) {
      if (!Next().attempt) {
        Wait();
        continue;
      }
      const Verdict verdict = Try([&](const EventBatch& batch) {
        const Outcome outcome = up(batch) ? Outcome::kDelivered : Outcome::kRetry;
        return AllOf(batch, outcome, Cause::kServer);
      });
      rejected_ += verdict.rejected.size();
    }
    EXPECT_THAT(waiting_, IsEmpty());
  }
  std::size_t rejected_ = 0;
};

TEST_F(LongOutageTest, SuspectsAreTriedTogetherOnceTheReceiverTakesOne) {
  Outage(100);
  Deliver();
  EXPECT_THAT(tried_, testing::SizeIs(1));
  Deliver();
  EXPECT_THAT(tried_, testing::SizeIs(testing::Ge(10)));
}

TEST_F(LongOutageTest, HalfAsManyIfThatFails) {
  Outage(100);
  Deliver();
  EXPECT_THAT(Try(kFails).rejected, IsEmpty());
  const std::size_t together = tried_.size();
  Deliver();
  EXPECT_EQ(tried_.size(), together / 2);
}

TEST_F(LongOutageTest, TogetherTheyMayBeTooLarge) {
  Outage(100);
  Deliver();
  EXPECT_THAT(Try(Everything(Outcome::kTooLarge, Cause::kTooLarge)).rejected, IsEmpty());
  const std::size_t together = tried_.size();
  EXPECT_EQ(Batch().size(), together / 2);
}

TEST_F(LongOutageTest, AReceiverThatIsBackForOneEventOnlyCostsNone) {
  for (const std::size_t most : {1U, 100U}) {
    for (const Duration again : {Duration(3s), Duration(1min)}) {
      waiting_.clear();
      Outage(most);
      SteadyTime down_until{};
      bool failed = false;  // a suspect did; the probe behind it is taken
      TryAll([&](const EventBatch&) {
        if (down_until == SteadyTime() && !std::exchange(failed, true)) return false;
        if (down_until == SteadyTime()) return down_until = now_ + again, true;
        return now_ >= down_until;
      });
    }
  }
  EXPECT_EQ(rejected_, 0u);
}

TEST_F(LongOutageTest, AReceiverThatTakesEverySecondRequestByChanceCostsHardlyAny) {
  std::mt19937 random(7);
  for (const std::size_t most : {1U, 100U}) {
    for (int i = 0; i < 10; ++i) {
      waiting_.clear();
      Outage(most);
      TryAll([&](const EventBatch&) { return random() % 2 == 0; });
    }
  }
  EXPECT_LE(rejected_, 12u);  // of 1200
}

TEST_F(LongOutageTest, BackendsThatAreAskedByTurnsCostNoneIfOnlyOneIsUp) {
  for (const std::size_t most : {1U, 100U}) {
    for (const int backends : {2, 3}) {
      for (int first = 0; first < backends; ++first) {
        waiting_.clear();
        Outage(most);
        int turn = first;
        TryAll([&](const EventBatch&) { return turn++ % backends == 0; });
        EXPECT_EQ(rejected_, 0u) << most << " " << backends;
      }
    }
  }
}

TEST_F(LongOutageTest, AReceiverThatTakesOneAMinuteCostsNone) {
  Outage(1);
  SteadyTime open = now_;
  while (!waiting_.empty()) {
    if (!Next().attempt) {
      Wait();
      continue;
    }
    const Verdict verdict = Try([&](const EventBatch& batch) {
      if (now_ >= open) return open = now_ + 1min, AllOf(batch, Outcome::kDelivered);
      ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kThrottled);
      result.retry_after = open - now_;
      return result;
    });
    EXPECT_THAT(verdict.rejected, IsEmpty());
  }
}

TEST_F(LongOutageTest, NoneIsRejectedInTheLastAttempts) {
  for (const std::size_t most : {1U, 100U}) {
    waiting_.clear();
    Outage(most);
    Deliver();
    judge_->BeginLastAttempts();
    while (Next().attempt) EXPECT_THAT(Try(kFails).rejected, IsEmpty());
    EXPECT_EQ(waiting_.size(), 59u);
  }
}

TEST_F(LongOutageTest, SuspectsWithNothingBehindThemAreNotTriedAllTheTime) {
  Make(1);
  Add(1, 10);
  TryFor(6h, kFails);
  int attempts = 0;
  TryFor(1h, [&](const EventBatch& batch) {
    ++attempts;
    return AllOf(batch, Outcome::kRetry, Cause::kServer);
  });
  EXPECT_LE(attempts, 2 * 120);  // a suspect and a probe each 30 s
}

TEST_F(LongOutageTest, TheOnlyOneThatWaitsIsTriedForAsLongAsItTakes) {
  Make(1);
  Add(1, 1);
  TryFor(6h, kFails);
  TryFor(1min, kDelivers);
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(LongOutageTest, ABadSuspectDoesNotHoldUpTheOthersIfNothingElseWaits) {
  Make(1);
  Add(1, 4);
  TryFor(6h, kFails);  // all are suspects
  TryFor(1h, Only({"1"}, Outcome::kRetry, Cause::kServer));
  EXPECT_THAT(waiting_, testing::SizeIs(testing::Le(1)));
}

TEST_F(AttemptJudgeTest, EventsThatAreAlwaysThrottledDoNotHoldUpTheOthers) {
  for (const int bad : {1, 2, 3}) {
    waiting_.clear();
    Make(1);
    Add(1, 30);
    TryFor(6h, [&](const EventBatch& batch) {
      if (std::stoi(batch.events[0]->name) > bad) return AllOf(batch, Outcome::kDelivered);
      ExportResult result = AllOf(batch, Outcome::kRetry, Cause::kThrottled);
      result.retry_after = 5s;
      return result;
    });
    EXPECT_THAT(waiting_, IsEmpty()) << bad;
  }
}

// Three that the receiver refuses item by item wait for their turns; these come together at times.
TEST_F(AttemptJudgeTest, EventsThatWaitForTheirTurnNeverHoldUpTheOthers) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    waiting_.clear();
    Make(100);
    SteadyTime last = now_;  // that a good one was delivered, or none waited
    Duration longest{};
    int next = 0;
    for (const SteadyTime end = now_ + 1h; now_ < end; now_ += 1s) {
      if (next == 0 || random() % 9 == 0) Add(next + 1, 3), next += 3;
      while (Next().attempt) {
        if (Try(Only({"2", "4", "8"}, Outcome::kRetry, Cause::kServer)).delivered > 0) last = now_;
      }
      if (std::ranges::all_of(waiting_, [](auto& entry) { return entry.sequence <= 8; }))
        last = now_;
      longest = std::max<Duration>(longest, now_ - last);
    }
    EXPECT_LE(longest, 60s) << seed;
  }
}

TEST_F(AttemptJudgeTest, SeveralBadEventsInARowDoNotHoldUpTheRest) {
  Make(1);
  Add(1, 20);
  TryFor(2h, Only({"1", "2", "3"}, Outcome::kRetry, Cause::kTimeout));
  EXPECT_THAT(waiting_, IsEmpty());
}

TEST_F(AttemptJudgeTest, ABadEventInABatchThatFailsAsAWholeIsFound) {
  Make(100);
  Add(1, 300);
  std::vector<Rejection> rejected;
  const SteadyTime begin = now_;
  while (!waiting_.empty() && now_ - begin < 60min) {
    if (!Next().attempt) {
      Wait();
      continue;
    }
    Verdict verdict = Try([](const EventBatch& batch) {
      const bool poisoned = std::ranges::any_of(
          batch.events, [](const EventPtr& event) { return event->name == "150"; });
      return AllOf(batch, poisoned ? Outcome::kRetry : Outcome::kDelivered, Cause::kConnection);
    });
    for (Rejection& rejection : verdict.rejected) rejected.push_back(rejection);
  }
  EXPECT_THAT(waiting_, IsEmpty());
  ASSERT_EQ(rejected.size(), 1u);
  EXPECT_EQ(rejected[0].entry.event->name, "150");
}

TEST_F(AttemptJudgeTest, AnEventThatItemwiseReceiversRefuseIsASuspectToo) {
  Make(3);
  Add(1, 3);
  int next = 4;
  const SteadyTime begin = now_;
  bool rejected = false;
  while (!rejected && now_ - begin < 30min) {
    while (!rejected && Next().attempt) rejected = !Try(kRefusesOne).rejected.empty();
    if (!rejected) Wait();
    Add(next++, 1);  // there is always something new
  }
  EXPECT_TRUE(rejected);
  EXPECT_GE(now_ - begin, 10min);
}

TEST_F(AttemptJudgeTest, SeveralThatFailTogetherAreNoSuspects) {
  Make(10);
  Add(1, 10);
  const auto half_is_down = Only({"1", "2", "3"}, Outcome::kRetry, Cause::kServer);
  const SteadyTime begin = now_;
  while (now_ - begin < 3h) {
    if (!Next().attempt) {
      Wait();
      continue;
    }
    EXPECT_THAT(Try(half_is_down).rejected, IsEmpty());
  }
  EXPECT_EQ(waiting_.size(), 3u);
}

TEST_F(AttemptJudgeTest, ARejectedEventIsSettledAndTheNextOneTriedAtOnce) {
  Make(2);
  Add(1, 3);
  const Verdict verdict = Try(Only({"1"}, Outcome::kRejected, Cause::kBadRequest));
  EXPECT_EQ(verdict.progress.settled.size(), 2u);
  EXPECT_EQ(verdict.rejected[0].cause, Cause::kBadRequest);
  EXPECT_EQ(verdict.delivered, 1u);
  EXPECT_FALSE(verdict.failure);
  EXPECT_THAT(Batch(), ElementsAre("3"));
}

TEST_F(AttemptJudgeTest, AfterTwentyRejectionsOfOneCauseTheRestIsKept) {
  Make(100);
  Add(1, 100);
  const Verdict verdict = Try(kRejects);
  EXPECT_EQ(verdict.rejected.size(), 20u);
  EXPECT_EQ(waiting_.size(), 80u);
  ASSERT_TRUE(verdict.failure);
  EXPECT_TRUE(verdict.failure->misconfigured);
  EXPECT_EQ(verdict.failure->cause, Cause::kMapping);
}

TEST_F(AttemptJudgeTest, ThenOneEventIsTriedPerBackOffUntilOneIsDelivered) {
  Make(100);
  Add(1, 100);
  Try(kRejects);
  for (Duration wanted : {1s, 2s, 4s, 8s, 16s, 32s}) {
    EXPECT_EQ(Wait(), wanted);
    EXPECT_THAT(Batch(), ElementsAre("21"));
    EXPECT_THAT(Try(kRejects).rejected, IsEmpty());
  }
  Wait();
  Try(kDelivers);
  while (!waiting_.empty()) EXPECT_FALSE(Try(kDelivers).failure);
}

TEST_F(AttemptJudgeTest, AfterAnOutageASinkThatRemembersIsOfferedAllThatWaitsAtOnce) {
  Make(100);
  Add(1, 100);
  const FakeReceiver::Answer down = [](const EventBatch& batch) {
    ExportResult result;
    result.events.assign(batch.events.size(), {Outcome::kRetry, Cause::kServer, "down"});
    result.state = "";
    return result;
  };
  const FakeReceiver::Answer well = [](const EventBatch& batch) {
    ExportResult result;
    result.events.resize(batch.events.size());
    result.state = "";
    return result;
  };
  for (unsigned i = 0; i < AttemptJudge::kNarrowAfter; ++i) {
    Try(down);
    Wait();
  }
  Try(well);
  EXPECT_THAT(tried_, ElementsAre("1"));
  EXPECT_THAT(Batch(), testing::SizeIs(99));
}

TEST_F(AttemptJudgeTest, TwentyRejectionsOneByOneCountAsWell) {
  Make(1);
  Add(1, 30);
  int rejected = 0;
  while (Next().attempt) rejected += static_cast<int>(Try(kRejects).rejected.size());
  EXPECT_EQ(rejected, 20);
}

TEST_F(AttemptJudgeTest, ADeliveryBetweenRejectionsBeginsTheCountAnew) {
  Make(100);
  Add(1, 100);
  EXPECT_EQ(Try(Only(Numbers(1, 19), Outcome::kRejected, Cause::kMapping)).rejected.size(), 19u);
  Add(101, 19);
  EXPECT_EQ(Try(kRejects).rejected.size(), 19u);
}

TEST_F(AttemptJudgeTest, TwentyFiveBadEventsInARowAreOvercomeAtLast) {
  Make(1);
  Add(1, 26);
  TryFor(3h, Only(Numbers(1, 25), Outcome::kRejected, Cause::kMapping));
  EXPECT_THAT(waiting_, IsEmpty());
}

}  // namespace
}  // namespace eventer
