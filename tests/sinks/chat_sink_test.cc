#include "common/chat_sink.h"

#include <gmock/gmock.h>

#include "sinks/chat_sink_fixture.h"
#include "support/captured_log.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(ChatSinkTest, WhatFitsIntoTheBudgetIsOneMessageEachInOrder) {
  Add(1, 3);
  Finish();
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_EQ(told_[0].text, "1");
  EXPECT_EQ(told_[2].text, "3");
  EXPECT_EQ(told_[0].id, "u1-1");
  EXPECT_THAT(delivered_, ElementsAre("1", "2", "3"));
}

TEST_F(ChatSinkTest, EachMessageIsCommittedBeforeTheNext) {
  Add(1, 2);
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kDelivered);
  EXPECT_EQ(result.events[1].outcome, Outcome::kWaiting);
  EXPECT_LE(*result.again_at, clock_.Steady());
}

TEST_F(ChatSinkTest, WithAnEmptyBudgetEventsWaitUntilThereIsRoom) {
  Add(1, 3);
  Finish();
  Add(4, 1);
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kWaiting);
  EXPECT_EQ(*result.again_at - clock_.Steady(), Duration(60s));
  clock_.Advance(60s);
  Attempt();
  EXPECT_THAT(delivered_, ElementsAre("1", "2", "3", "4"));
}

TEST_F(ChatSinkTest, WhatDoesNotFitIsOneDigestAndNothingJoinsIt) {
  Add(1, 6);  // pages of two groups: more than fits into one
  Attempt();
  Add(7, 1);
  const std::size_t told = told_.size();
  Finish();
  EXPECT_EQ(told, 1u);
  EXPECT_THAT(told_[0].text, StartsWith("1 × BackOff1"));
  EXPECT_THAT(told_[0].id, StartsWith("u6-1-1-"));
  EXPECT_THAT(told_[1].id, StartsWith("u6-1-2-"));
  for (std::size_t i = 0; i + 1 < told_.size(); ++i) {
    EXPECT_EQ(told_[i].text.find("BackOff7"), std::string::npos);
  }
  EXPECT_EQ(told_.back().text, "7");  // alone it fits again
  EXPECT_THAT(delivered_, SizeIs(7));
}

TEST_F(ChatSinkTest, ADigestNeverExceedsTheBudgetEither) {
  Add(1, 30);
  std::vector<SteadyTime> sent;
  for (int i = 0; i < 200 && !waiting_.empty(); ++i) {
    const std::size_t before = told_.size();
    const ExportResult result = Attempt();
    if (told_.size() > before) sent.push_back(clock_.Steady());
    if (result.again_at && *result.again_at > clock_.Steady()) {
      clock_.Advance(*result.again_at - clock_.Steady());
    }
  }
  EXPECT_THAT(delivered_, SizeIs(30));
  for (std::size_t i = 3; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 3], Duration(60s));
}

TEST_F(ChatSinkTest, AnotherProcessGoesOnWithTheNextPageOfADigest) {
  Add(1, 6);
  Attempt();
  Add(7, 2);
  Restart();
  Attempt();
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_THAT(told_[0].id, StartsWith("u6-1-1-"));
  EXPECT_THAT(told_[1].id, StartsWith("u6-1-2-"));
  Finish();
  EXPECT_THAT(delivered_, SizeIs(8));
}

TEST_F(ChatSinkTest, AnotherProcessKnowsTheBudget) {
  Add(1, 3);
  Finish();
  Restart();
  Add(4, 1);
  Attempt();
  EXPECT_THAT(told_, SizeIs(3));
}

TEST_F(ChatSinkTest, AWarningIsToldBeforeTheNormalPagesThatAreLeft) {
  Add(1, 6);
  Attempt();
  Add(7, 1, "Failed", "Warning");
  Finish();
  EXPECT_THAT(told_[1].text, StartsWith("1 × Failed7"));
  EXPECT_THAT(delivered_, testing::UnorderedElementsAre("1", "2", "3", "4", "5", "6", "7"));
}

TEST_F(ChatSinkTest, WarningsWithoutEndDoNotStarveNormalEvents) {
  Add(1, 6);
  for (int i = 0; i < 60 && !std::ranges::count(delivered_, "6"); ++i) {
    Add(100 + i, 1, "Failed", "Warning");
    const ExportResult result = Attempt();
    if (result.again_at && *result.again_at > clock_.Steady()) {
      clock_.Advance(*result.again_at - clock_.Steady());
    }
  }
  EXPECT_THAT(delivered_, testing::IsSupersetOf({"1", "2", "3", "4", "5", "6"}));
}

TEST_F(ChatSinkTest, APageWhoseAnswerWasNotHeardDoesNotGiveWay) {
  answers_ = {{Outcome::kRetry, Cause::kTimeout, "late"}};
  Add(1, 6);
  Attempt();
  Add(7, 1, "Failed", "Warning");
  Finish();
  EXPECT_EQ(told_[0].id, told_[1].id);
  EXPECT_EQ(told_[0].text, told_[1].text);
}

TEST_F(ChatSinkTest, ADigestMentionsPeopleOnceAndOnlyForWarnings) {
  FakeRobot::mentions = 0;
  Add(1, 6);
  Finish();
  EXPECT_EQ(FakeRobot::mentions, 0);
  Add(7, 9, "Failed", "Warning");
  Finish();
  EXPECT_EQ(FakeRobot::mentions, 1);
}

TEST_F(ChatSinkTest, APageSaysWhetherItTellsAWarning) {
  Add(1, 6);
  Add(7, 1, "Failed", "Warning");
  Finish();
  ASSERT_THAT(told_, SizeIs(testing::Gt(1u)));
  EXPECT_TRUE(told_.front().warning);
  EXPECT_FALSE(told_.back().warning);
}

// A short window only delays: what fits into the minute is told one by one all the same.
class HurriedChatSinkTest : public ChatSinkTest {
 protected:
  HurriedChatSinkTest()
      : ChatSinkTest({.rates = {{10, 60s}, {2, 1s}}, .style = {.page_bytes = 150}}) {}
};

TEST_F(HurriedChatSinkTest, EventsThatFitIntoTheMinuteAreOneMessageEachWhateverTheSecondTakes) {
  const SteadyTime begin = clock_.Steady();
  Add(1, 9);
  Finish();
  EXPECT_THAT(told_, SizeIs(9));
  EXPECT_EQ(told_.back().text, "9");
  EXPECT_EQ(clock_.Steady() - begin, Duration(4s));
}

TEST_F(ChatSinkTest, TwoSinksOfOneRobotShareItsBudget) {
  const auto other = NewChatSink({clock_, {}, {}, "theirs"}, kChatOptions,
                                 std::make_unique<FakeRobot>(told_, answers_, rest_));
  Add(1, 2);
  Finish();
  Add(3, 1);
  const std::vector<EventPtr> two = {waiting_.front(), waiting_.front()};
  other->ExportEvents({clock_.Wall(), two}, {});
  EXPECT_THAT(told_.back().text, StartsWith("2 × BackOff3"));
  EXPECT_EQ(Attempt().events[0].outcome, Outcome::kWaiting);
}

TEST_F(ChatSinkTest, ARobotThatAsksForARestIsLeftAloneByAnotherProcess) {
  answers_ = {{Outcome::kRetry, Cause::kThrottled, "too fast"}};
  rest_ = 600s;
  Add(1, 1);
  Attempt();
  Restart();
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kWaiting);
  EXPECT_EQ(*result.again_at - clock_.Steady(), Duration(600s));
}

TEST_F(ChatSinkTest, ADigestWhoseEventsAreGoneIsToldAnew) {
  Add(1, 6);
  Attempt();
  waiting_.erase(waiting_.begin());
  Restart();
  Finish();
  EXPECT_THAT(told_[1].id, StartsWith("u6-1-1-"));
  EXPECT_THAT(delivered_, SizeIs(5));
}

TEST_F(ChatSinkTest, ADigestWhoseEventsAreDroppedWhileItIsToldIsToldAnew) {
  Add(1, 6);
  Attempt();
  waiting_.erase(waiting_.begin());  // by a log that is full
  Finish();
  EXPECT_THAT(told_[1].text, StartsWith("1 × BackOff4"));  // three were on the page that was told
  EXPECT_THAT(delivered_, ElementsAre("2", "3", "4", "5", "6"));
}

// Else an event that moves to a page that was told would be settled without a word.
TEST_F(ChatSinkTest, ADigestThatLooksDifferentInAnotherProcessIsToldAnew) {
  Add(1, 6);
  Attempt();
  options_.style.page_bytes = 280;  // two pages still
  Restart();
  Finish();
  std::string again;
  for (std::size_t page = 1; page < told_.size(); ++page) again += told_[page].text;
  for (int i = 1; i <= 6; ++i) {
    EXPECT_THAT(again, testing::HasSubstr("BackOff" + std::to_string(i)));
  }
  EXPECT_THAT(delivered_, SizeIs(6));
}

TEST_F(ChatSinkTest, ARobotThatAsksForARestOfDaysIsAskedAgainAfterAQuarterOfAnHour) {
  answers_ = {{Outcome::kRetry, Cause::kThrottled, "too fast"}};
  rest_ = std::chrono::hours(24);
  Add(1, 1);
  Attempt();
  clock_.Advance(std::chrono::minutes(15));
  Attempt();
  EXPECT_THAT(delivered_, SizeIs(1));
}

TEST_F(ChatSinkTest, AStateThatIsGarbageIsNone) {
  for (const char* garbage : {"{", "[]", "{\"sent\":[],\"digest\":7}", "{\"sent\":[\"x\"]}"}) {
    state_ = garbage;
    Restart();
  }
  Add(1, 1);
  Attempt();
  EXPECT_THAT(delivered_, SizeIs(1));
}

TEST_F(ChatSinkTest, AMessageThatFailsHoldsUpTheRest) {
  answers_ = {{Outcome::kRetry, Cause::kServer, "busy"}};
  Add(1, 2);
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kRetry);
  EXPECT_EQ(result.events[1].outcome, Outcome::kRetry);
  Finish();
  EXPECT_EQ(told_[1].id, "u1-1");
  EXPECT_THAT(delivered_, ElementsAre("1", "2"));
}

TEST_F(ChatSinkTest, APageThatFailsIsSentAgainAndNoOther) {
  answers_ = {{}, {Outcome::kRetry, Cause::kServer, "busy"}};
  Add(1, 6);
  Attempt();
  const ExportResult failed = Attempt();
  for (const EventOutcome& event : failed.events) EXPECT_EQ(event.outcome, Outcome::kRetry);
  Finish();
  EXPECT_THAT(told_[1].id, StartsWith("u6-1-2-"));
  EXPECT_THAT(told_[2].id, StartsWith("u6-1-2-"));
  EXPECT_THAT(delivered_, SizeIs(6));
}

class RefusedPageTest : public ChatSinkTest {
 protected:
  RefusedPageTest() : ChatSinkTest(Options()) {
    refused_ = {Outcome::kRejected, Cause::kContent, "unsafe"};
  }
  static ChatOptions Options() {
    ChatOptions options = kChatOptions;
    options.style.page_bytes = 4000;
    return options;
  }
  EventOutcome refused_;
};

TEST_F(RefusedPageTest, ItsEventsAreToldOnSmallerPagesUntilTheBadOneIsAlone) {
  answers_ = {refused_, {}, refused_, refused_};  // 1-4, 1-2, 3-4, 3
  Add(1, 4);
  Finish();
  EXPECT_THAT(rejected_, ElementsAre("3"));
  EXPECT_THAT(delivered_, testing::UnorderedElementsAre("1", "2", "4"));
  ASSERT_THAT(told_, SizeIs(5));
  EXPECT_THAT(told_[1].text, testing::AllOf(HasSubstr("BackOff1"), HasSubstr("BackOff2"),
                                            testing::Not(HasSubstr("BackOff3"))));
  EXPECT_THAT(told_[3].text, HasSubstr("BackOff3"));
  EXPECT_THAT(told_[4].text, HasSubstr("BackOff4"));
}

TEST_F(RefusedPageTest, ThatItIsSplitIsLoggedOnce) {
  const CapturedLog log;
  answers_ = {{}, {}, refused_, refused_};  // 1 and 2 alone, 3-4, 3
  Add(1, 2);
  Finish();
  Add(3, 2);
  Finish();
  EXPECT_THAT(rejected_, ElementsAre("3"));
  EXPECT_EQ(log.Count("a digest was refused"), 1);
}

TEST_F(RefusedPageTest, PeopleAreMentionedInTheFirstOneThatIsTaken) {
  FakeRobot::mentions = 0;
  answers_ = {refused_, refused_, refused_};  // 1-4, 1-2, 1
  Add(1, 4, "BackOff", "Warning");
  Finish();
  EXPECT_EQ(FakeRobot::mentions, 4);  // in each until one is taken
}

TEST_F(RefusedPageTest, ASmallerPageIsAnotherMessage) {
  answers_ = {refused_};
  Add(1, 4);
  Finish();
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_NE(told_[1].id, told_[0].id);
  EXPECT_NE(told_[2].id, told_[1].id);
}

TEST_F(RefusedPageTest, AnotherProcessGoesOnWithTheSmallerPages) {
  answers_ = {refused_, {}, refused_, refused_};
  Add(1, 4);
  for (int i = 0; i < 3; ++i) {
    Attempt();
    Restart();
    clock_.Advance(60s);
  }
  Finish();
  EXPECT_THAT(rejected_, ElementsAre("3"));
  EXPECT_THAT(delivered_, testing::UnorderedElementsAre("1", "2", "4"));
  EXPECT_THAT(told_, SizeIs(5));
}

TEST_F(RefusedPageTest, EventsOfOneGroupAreToldApartToo) {
  answers_ = {refused_, refused_};  // 1-4, 1-2
  for (int i = 0; i < 4; ++i) AddWarning();
  Finish();
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_THAT(delivered_, SizeIs(4));
  EXPECT_THAT(told_[1].text, StartsWith("2 × BackOff"));
}

TEST_F(ChatSinkTest, AnEmptyBatchDoesNothing) {
  EXPECT_THAT(sink_->ExportEvents({}, {}).events, SizeIs(0));
}

}  // namespace
}  // namespace eventer
