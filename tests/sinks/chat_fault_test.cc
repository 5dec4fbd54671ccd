// A chat sink as its worker drives it, and a robot that refuses.
#include "sinks/chat_fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

class PoisonedDigestTest : public ChatFaultTest {
 protected:
  void TellOneBadAmong(int good, int before, const ChatOptions& options, Outcome how) {
    Make(options);
    Refuse("Poison", how);
    for (int i = 0; i < before; ++i) Add("Good");
    Add("Poison");
    for (int i = before; i < good; ++i) Add("Good");
    Pass(6h);
    EXPECT_EQ(delivered_, good);
    EXPECT_EQ(rejected_, 1);
    EXPECT_EQ(waiting_.size(), 0u);
  }
};

TEST_F(PoisonedDigestTest, OneEventThatIsAlwaysAnsweredWithRetryDoesNotHoldUpTheOthers) {
  TellOneBadAmong(100, 5, TwentyAMinute(), Outcome::kRetry);
}

TEST_F(PoisonedDigestTest, NorOneThatReadsAsAWrongConfiguration) {
  TellOneBadAmong(100, 5, TwentyAMinute(), Outcome::kMisconfigured);
}

TEST_F(PoisonedDigestTest, NorOneBehindThousands) {
  TellOneBadAmong(6000, 5000, TwentyAMinute(), Outcome::kRetry);
}

TEST_F(PoisonedDigestTest, NorWhereEventsGatherOrTheBudgetIsOneMessageAMinute) {
  ChatOptions options = TwentyAMinute();
  options.rates.front().messages = 1;
  options.group_wait = 30s;
  TellOneBadAmong(30, 5, options, Outcome::kRetry);
}

TEST_F(ChatFaultTest, ARobotThatIsBackAfterADayIsToldAllInAFewMessages) {
  Make(TwentyAMinute());
  Refuse("", Outcome::kRetry);
  for (int i = 0; i < 500; ++i) Add("Good");
  Pass(24h);
  int messages = 0;
  answer_ = [&](const std::string&) { return ++messages, kTaken; };
  Pass(1h);
  EXPECT_EQ(delivered_, 500);
  EXPECT_LE(messages, 5);
}

TEST_F(ChatFaultTest, ARobotThatRefusesAllItIsToldCostsTwentyEventsAndIsFoundOutInMinutes) {
  for (const Duration mended : {Duration(5min), Duration(6h)}) {
    Make(TwentyAMinute());
    delivered_ = rejected_ = 0;
    int messages = 0;
    answer_ = [&](const std::string&) {
      ++messages;
      return ChatAnswer{{Outcome::kRejected, Cause::kContent, "no keyword"}, std::nullopt};
    };
    for (int i = 0; i < 500; ++i) {
      Add("Reason" + std::to_string(i % 50), i % 50 < 25 ? "Warning" : "Normal");
    }
    Pass(5min);
    EXPECT_EQ(rejected_, 20);
    EXPECT_LE(messages, 100);
    Pass(mended - 5min);
    answer_ = [](const auto&) { return kTaken; };
    Pass(3h);
    EXPECT_EQ(rejected_, 20);
    EXPECT_EQ(delivered_, 480);
  }
}

TEST_F(ChatFaultTest, ARobotThatIsBackAfterHoursButRefusesOneIsToldTheOthersInFewMessagesToo) {
  for (const int place : {0, 200}) {
    Make(TwentyAMinute());
    Refuse("", Outcome::kRetry);
    for (int i = 0; i < 300; ++i) Add(i == place ? "Poison" : "Good");
    Pass(4h);
    delivered_ = rejected_ = 0;
    int messages = 0;
    answer_ = [&](const std::string& text) {
      ++messages;
      const bool taken = text.find("Poison") == std::string::npos;
      return taken ? kTaken : ChatAnswer{{Outcome::kRetry, Cause::kServer, "no"}, std::nullopt};
    };
    Pass(3h);
    EXPECT_EQ(delivered_, 299);
    EXPECT_EQ(rejected_, 1);
    EXPECT_LE(messages, 100);  // 20 of them until the bad one is a suspect
  }
}

// A robot that takes the first page of a digest and nothing more until it is back.
class HalfToldDigestTest : public ChatFaultTest {
 protected:
  void SetUp() override {
    Make(TwentyAMinute());
    answer_ = [this](const std::string& text) { return Hear(text); };
  }
  // Each with a reason of its own; Warnings are on the first pages.
  void AddMany(int events, const std::string& type) {
    for (int i = 0; i < events; ++i) Add("Reason" + std::to_string(10'000 + ++added_), type);
  }
  ChatAnswer Hear(const std::string& text) {
    if (down_ && !told_.empty()) return {{Outcome::kRetry, Cause::kServer, "no"}, std::nullopt};
    told_ += text + "\n";
    return kTaken;
  }
  void ExpectEachToldOnce() {
    for (int i = 1; i <= added_; ++i) {
      const std::string reason = "Reason" + std::to_string(10'000 + i);
      const std::size_t first = told_.find(reason);
      EXPECT_NE(first, std::string::npos) << reason << " was told to nobody";
      EXPECT_EQ(told_.find(reason, first + 1), std::string::npos) << reason << " was told twice";
    }
    EXPECT_EQ(rejected_, 0);
    EXPECT_EQ(waiting_.size(), 0u);
  }

  bool down_ = true;
  int added_ = 0;
  std::string told_;  // all messages that were taken
};

TEST_F(HalfToldDigestTest, ALongOutageBehindTheFirstPageCostsNoEvent) {
  AddMany(1, "Normal");
  AddMany(300, "Warning");
  Pass(1h);
  EXPECT_EQ(rejected_, 0);
  down_ = false;
  Pass(1h);
  ExpectEachToldOnce();
}

TEST_F(HalfToldDigestTest, WhatThePageToldIsNotToldAgainWithWhatWaitedBeforeIt) {
  AddMany(300, "Normal");
  AddMany(300, "Warning");
  Pass(5min);
  down_ = false;
  Pass(1h);
  ExpectEachToldOnce();
}

TEST_F(HalfToldDigestTest, NorByAnotherProcessThatBeginsInTheOutage) {
  AddMany(300, "Normal");
  AddMany(300, "Warning");
  Pass(5min);
  Make(TwentyAMinute());
  Pass(5min);
  down_ = false;
  Pass(1h);
  ExpectEachToldOnce();
}

TEST_F(HalfToldDigestTest, WhatTheLogDroppedIsRememberedForAnHourOfAWorkingRobot) {
  AddMany(300, "Normal");
  AddMany(300, "Warning");
  Pass(3h);
  EXPECT_NE(state_.find("settled"), std::string::npos);
  waiting_.clear();
  down_ = false;
  AddMany(1, "Normal");
  Pass(50min);
  EXPECT_NE(state_.find("settled"), std::string::npos);
  Pass(20min);
  AddMany(1, "Normal");
  Pass(1min);
  EXPECT_EQ(state_.find("settled"), std::string::npos);
}

// Sums up what it was told before, and has an event that waits.
TEST_F(ChatFaultTest, ADeadRobotIsStalledAlsoWhereSummariesFail) {
  ChatOptions options = TwentyAMinute();
  options.repeat = {RepeatPolicy::kSummary, 10min, {}};
  Make(options);
  for (int i = 0; i < 2; ++i) {
    Add("BackOff");
    Pass(5s);
  }
  Refuse("", Outcome::kRetry);
  Pass(11min);
  Add("Other");
  Pass(1h);
  EXPECT_TRUE(stalled_);
}

}  // namespace
}  // namespace eventer
