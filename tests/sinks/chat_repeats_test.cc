// Repetitions of what a chat was told, and the end of it.
#include <gmock/gmock.h>

#include "sinks/chat_sink_fixture.h"
#include "support/captured_log.h"
#include "support/local_zone.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ChatOptions With(const RepeatOptions& repeat) {
  ChatOptions options = kChatOptions;
  options.style.page_bytes = 4000;
  options.repeat = repeat;
  return options;
}

class SummaryTest : public ChatSinkTest {
 protected:
  explicit SummaryTest(Duration closing = {})
      : ChatSinkTest(With({RepeatPolicy::kSummary, 10min, closing})) {}
  const LocalZone zone_{"UTC"};
};

TEST_F(SummaryTest, TheFirstIsToldAtOnceAndTheRestInOneLineWhenTheWindowEnds) {
  AddWarning(1);
  Pass(1min);
  ASSERT_THAT(told_, SizeIs(1));
  for (int i = 2; i <= 6; ++i) {
    AddWarning(2 * i);
    Pass(1min);
  }
  EXPECT_THAT(told_, SizeIs(1));
  EXPECT_EQ(held_, 5u);
  Pass(10min);
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_EQ(told_[1].text,
            "5 × BackOff · shop/web (Pod, Warning), 11 times from 2024-05-01 02:04:04 to 02:08:04, "
            "web-5cfb7ff945-8cph2: text 6\n");
  EXPECT_EQ(held_, 0u);
}

TEST_F(SummaryTest, AnotherPodOfTheWorkloadIsARepetitionAnotherReasonIsNot) {
  AddWarning();
  Pass(1s);
  AddWarning(1, "web-5cfb7ff945-24567");
  AddWarning(1, "web-5cfb7ff945-8cph2", "Failed");
  Pass(1s);
  EXPECT_THAT(held_names_, ElementsAre("2"));
  EXPECT_THAT(delivered_, ElementsAre("1", "3"));
}

TEST_F(SummaryTest, AtMostOneMessageInAWindowHoweverLongItLasts) {
  std::vector<SteadyTime> sent;
  for (int i = 1; i <= 720; ++i) {  // two hours, every 10 s
    AddWarning(i);
    const std::size_t before = told_.size();
    Pass(10s);
    if (told_.size() > before) sent.push_back(clock_.Steady());
  }
  EXPECT_THAT(sent, SizeIs(testing::AllOf(testing::Ge(11u), testing::Le(13u))));
  for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 1], Duration(590s));
  std::uint64_t events = delivered_.size() + held_;
  for (std::size_t i = 1; i < told_.size(); ++i) events += std::stoul(told_[i].text);
  EXPECT_EQ(events, 720u);
}

TEST_F(SummaryTest, AnotherProcessLosesNoCount) {
  AddWarning(1);
  Pass(1min);
  AddWarning(4);
  AddWarning(6, "web-5cfb7ff945-24567");
  Pass(1min);
  Restart();
  again_at_ = clock_.Steady();  // the worker calls a sink that has a state
  AddWarning(9);
  Pass(1min);
  EXPECT_EQ(held_, 3u);
  Pass(10min);
  EXPECT_THAT(told_.back().text, testing::StartsWith("3 × BackOff · shop/web (Pod, Warning), 14 "));
  EXPECT_THAT(told_.back().text, HasSubstr("web-5cfb7ff945-8cph2, web-5cfb7ff945-24567: text 4"));
}

TEST_F(SummaryTest, AClockThatJumpedBetweenProcessesNeitherLosesNorHoldsForEver) {
  for (const Duration jump : {Duration(5h), Duration(-300h)}) {
    told_.clear();
    AddWarning(1, "a");
    Pass(1min);
    AddWarning(2, "a");
    Pass(1min);
    clock_.JumpWall(jump);
    Restart();
    again_at_ = clock_.Steady();
    Pass(12min);
    ASSERT_THAT(told_, SizeIs(2));
    EXPECT_THAT(told_[1].text, testing::StartsWith("1 × BackOff"));
    Pass(30min);
  }
}

TEST_F(SummaryTest, ManyProblemsWhoseWindowsEndAreOneMessage) {
  for (int i = 0; i < 3; ++i) AddWarning(1, "app" + std::string(1, static_cast<char>('a' + i)));
  Pass(1s);
  for (int i = 0; i < 3; ++i) AddWarning(2, "app" + std::string(1, static_cast<char>('a' + i)));
  Pass(12min);
  ASSERT_THAT(told_, SizeIs(4));
  EXPECT_EQ(std::ranges::count(told_[3].text, '\n'), 3);
}

TEST_F(SummaryTest, WhatADigestToldIsRepeatedToo) {
  for (int i = 0; i < 9; ++i) AddWarning(1, "app" + std::string(1, static_cast<char>('a' + i)));
  Pass(1s);
  ASSERT_THAT(told_, SizeIs(1));
  AddWarning(2, "appa");
  Pass(1s);
  EXPECT_EQ(held_, 1u);
}

TEST_F(SummaryTest, AQuietProblemIsForgottenSoThatItsNextEventIsToldAtOnce) {
  AddWarning();
  Pass(11min);
  AddWarning(2);
  Pass(1s);
  EXPECT_THAT(delivered_, ElementsAre("1", "2"));
}

TEST_F(SummaryTest, ASummaryThatFailsIsTriedAgainAndOneThatIsRefusedNextWindow) {
  answers_ = {
      {}, {Outcome::kRetry, Cause::kServer, "busy"}, {Outcome::kRejected, Cause::kContent, "bad"}};
  const CapturedLog log;
  AddWarning();
  Pass(1s);
  AddWarning(2);
  Pass(12min);
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_EQ(told_[1].id, told_[2].id);
  EXPECT_EQ(held_, 1u);
  EXPECT_EQ(log.Text(),
            "warning ours: a summary is not told yet: busy\n"
            "error ours: a summary was refused: bad\n");
  Pass(12min);
  ASSERT_THAT(told_, SizeIs(4));
  EXPECT_THAT(told_[3].text, testing::StartsWith("1 × BackOff"));
  EXPECT_EQ(held_, 0u);
}

TEST_F(SummaryTest, AtTheEndOfTheProcessWhatIsHeldIsTold) {
  AddWarning();
  Pass(1s);
  AddWarning(2);
  Pass(1s);
  Attempt();  // before the time that the sink asked for: the last one
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_EQ(held_, 0u);
}

TEST_F(SummaryTest, AtTheEndOfTheProcessWhatWasJustSetAsideIsToldAsWell) {
  AddWarning();
  Attempt();
  AddWarning(2);
  Attempt();
  ASSERT_THAT(told_, SizeIs(1));
  Attempt();  // at once: nothing else waits
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_EQ(held_, 0u);
}

TEST(RepeatBook, RemembersABoundedNumberAndWhatItForgetsIsToldAgain) {
  FakeClock clock;
  RepeatBook book(clock, {RepeatPolicy::kSummary, 10min, {}});
  const auto event = [](int i) {
    Event made;
    made.uid = made.involved_object.name = "w" + std::to_string(i) + "x";
    return made;
  };
  for (int i = 0; i < 10'001; ++i) book.Tell(event(i));
  EXPECT_THAT(book.problems(), SizeIs(RepeatBook::kMostProblems));
  EXPECT_FALSE(book.Repeat(event(0)));
  EXPECT_TRUE(book.Repeat(event(1)));
  for (int i = 10'001; i < 20'001; ++i) book.Tell(event(i));
  EXPECT_EQ(book.held(), 1u);  // what is held is never forgotten
  EXPECT_TRUE(book.Repeat(event(1)));
}

class GatheringSummaryTest : public ChatSinkTest {
 protected:
  GatheringSummaryTest() : ChatSinkTest(Options()) {}
  static ChatOptions Options() {
    ChatOptions options = With({RepeatPolicy::kSummary, 10min, {}});
    options.style.page_bytes = 150;  // one summary
    options.group_wait = 30s;
    options.rates = {{20, 60s}};
    return options;
  }
};

TEST_F(GatheringSummaryTest, ASummaryThatIsDueBehindWhatGathersIsNotAskedForAllTheTime) {
  for (int i = 0; i < 2; ++i) {
    for (const char* reason : {"One", "Two", "Three"})
      AddWarning(1, "web-5cfb7ff945-8cph2", reason);
    Pass(1min);
  }
  ASSERT_EQ(held_, 3u);
  clock_.Advance(10min);
  AddWarning(1, "web-5cfb7ff945-8cph2", "New");
  const std::size_t before = told_.size();
  int attempts = 0;
  const SteadyTime end = clock_.Steady() + 2min;
  while (clock_.Steady() < end) {
    if (!waiting_.empty() || (again_at_ && *again_at_ <= clock_.Steady())) ++attempts, Attempt();
    clock_.Advance(std::max<Duration>(again_at_.value_or(end) - clock_.Steady(), 10ms));
  }
  EXPECT_EQ(told_.size() - before, 4u);
  EXPECT_EQ(held_, 0u);
  EXPECT_LE(attempts, 10);
}

class FirstTest : public ChatSinkTest {
 protected:
  FirstTest() : ChatSinkTest(With({RepeatPolicy::kFirst, {}, {}})) {}
};

TEST_F(FirstTest, OnlyTheFirstIsToldUntilItWasQuietForAnHour) {
  for (int i = 1; i < 30; ++i) {
    AddWarning(i);
    Pass(10min);
  }
  EXPECT_THAT(told_, SizeIs(1));
  EXPECT_THAT(held_names_, SizeIs(28));
  EXPECT_EQ(held_, 0u);  // settled for good
  Pass(1h);
  AddWarning(30);
  Pass(1s);
  EXPECT_THAT(told_, SizeIs(2));
}

class ClosingTest : public ChatSinkTest {
 protected:
  ClosingTest() : ChatSinkTest(With({RepeatPolicy::kAll, {}, 15min})) {}
};

TEST_F(ClosingTest, AProblemThatStaysQuietGetsOneLine) {
  AddWarning(1);
  Pass(12min);
  AddWarning(41);
  Pass(14min);
  EXPECT_THAT(told_, SizeIs(2));
  Restart();
  again_at_ = clock_.Steady();
  Pass(2min);
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_EQ(told_[2].text, "over: BackOff of shop/web, 41 times in 12 min\n");
  Pass(1h);
  EXPECT_THAT(told_, SizeIs(3));
}

TEST_F(ClosingTest, NormalEventsAreNoProblems) {
  Add(1, 1);
  Pass(1h);
  EXPECT_THAT(told_, SizeIs(1));
}

class FirstAndClosingTest : public ChatSinkTest {
 protected:
  FirstAndClosingTest() : ChatSinkTest(With({RepeatPolicy::kFirst, {}, 15min})) {}
};

TEST_F(FirstAndClosingTest, ANormalEventOnceADayIsToldEachDay) {
  for (int day = 1; day <= 3; ++day) {
    AddWarning();
    auto normal = std::make_shared<Event>(*waiting_.back());
    normal->type = "Normal";
    waiting_ = {normal};
    Attempt();  // nothing wakes the sink in between
    clock_.Advance(24h);
  }
  EXPECT_THAT(delivered_, ElementsAre("1", "2", "3"));
}

TEST_F(FirstAndClosingTest, AWarningThatComesBackBeforeItsEndIsToldIsTheSameProblem) {
  AddWarning(1);
  Attempt();
  clock_.Advance(16min);
  AddWarning(2);
  Attempt();
  EXPECT_THAT(delivered_, ElementsAre("1"));
  EXPECT_THAT(held_names_, ElementsAre("2"));
}

class SummaryAndClosingTest : public SummaryTest {
 protected:
  SummaryAndClosingTest() : SummaryTest(15min) {}
};

TEST_F(SummaryAndClosingTest, TheLastSummaryComesBeforeTheEnd) {
  AddWarning(1);
  Pass(1min);
  AddWarning(5);
  Pass(1h);
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_THAT(told_[1].text, testing::StartsWith("1 × BackOff · shop/web (Pod, Warning), 4 times"));
  EXPECT_EQ(told_[2].text, "over: BackOff of shop/web, 5 times in 1 min\n");
}

}  // namespace
}  // namespace eventer
