// A chat sink as its worker drives it, and a robot that refuses.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/chat_sink.h"
#include "pipeline/attempt_judge.h"
#include "pipeline/stall_detector.h"
#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

const ChatAnswer kTaken = {};

// Answers as the test says.
class ChoosyRobot final : public ChatRobot {
 public:
  explicit ChoosyRobot(std::function<ChatAnswer(const std::string&)> answer)
      : answer_(std::move(answer)) {}
  std::string_view name() const override { return "ChoosyRobot"; }
  std::string address() override { return "choosy"; }
  ChatAnswer TellEvent(const Event& event, const std::string&, std::stop_token) override {
    return answer_(event.reason);
  }
  ChatAnswer TellPage(const ChatPage& page, const std::string&, std::stop_token) override {
    std::string text;
    for (const std::string& line : page.lines) text += line + "\n";
    return answer_(text);
  }

 private:
  std::function<ChatAnswer(const std::string&)> answer_;
};

// The log and the worker, on one thread.
class ChatFaultTest : public testing::Test {
 protected:
  // Another process, if there was one: it knows the state and nothing else.
  void Make(const ChatOptions& options) {
    const auto answer = [this](const std::string& text) { return answer_(text); };
    sink_ = NewChatSink({clock_, {}, {}, "chat"}, options, std::make_unique<ChoosyRobot>(answer));
    sink_->RestoreState(state_);
    judge_.emplace(sink_->limits(), [] { return 1.0; });
  }
  void Refuse(const std::string& word, Outcome how) {
    answer_ = [=](const std::string& text) {
      const bool taken = text.find(word) == std::string::npos;
      return taken ? kTaken : ChatAnswer{{how, Cause::kServer, "no"}, std::nullopt};
    };
  }
  void Add(const std::string& reason, const std::string& type = "Warning") {
    auto event = std::make_shared<Event>();
    event->uid = "u" + std::to_string(++last_);
    event->resource_version = "1";
    event->reason = reason;
    event->type = type;
    if (waiting_.empty()) still_since_ = clock_.Steady();
    waiting_.push_back({last_, std::move(event)});
  }
  void Pass(Duration time) {
    const SteadyTime end = clock_.Steady() + time;
    while (clock_.Steady() < end) Step(end);
  }

  FakeClock clock_;
  std::function<ChatAnswer(const std::string&)> answer_ = [](const auto&) { return kTaken; };
  std::vector<LogEntry> waiting_;
  int delivered_ = 0, rejected_ = 0;
  bool stalled_ = false;  // was once

 private:
  void Step(SteadyTime end) {
    LogSlice slice{waiting_, false};
    slice.more = waiting_.size() > judge_->window_events();
    if (slice.more) slice.entries.resize(judge_->window_events());
    const Plan plan = judge_->Next(slice, clock_.Steady());
    Look();
    if (plan.attempt) return Attempt(plan.batch);
    const SteadyTime next = std::min({plan.wait_until, clock_.Steady() + 10s, end});
    clock_.Advance(std::max<Duration>(next - clock_.Steady(), std::chrono::milliseconds(1)));
  }
  void Look() {
    std::vector<SinkPace> paces(1);
    paces[0].state.waiting = waiting_.size();
    paces[0].state.still_since = still_since_;
    paces[0].budget_until = judge_->budget_until();
    stalled_ |= !stalls_.Stalled(paces, clock_.Steady(), clock_.Steady()).empty();
  }
  void Attempt(const std::vector<LogEntry>& entries) {
    EventBatch batch{clock_.Wall(), {}};
    for (const LogEntry& entry : entries) batch.events.push_back(entry.event);
    const ExportResult result = sink_->ExportEvents(batch, {});
    if (result.state) state_ = *result.state;
    const Verdict verdict = judge_->Judge(entries, result, clock_.Steady());
    for (const SettledEvent& event : verdict.progress.settled) {
      still_since_ = clock_.Steady();
      ++(event.outcome == Outcome::kRejected ? rejected_ : delivered_);
      std::erase_if(waiting_, [&](auto& entry) { return entry.sequence == event.sequence; });
    }
  }

  std::unique_ptr<EventSink> sink_;
  std::string state_;
  std::optional<AttemptJudge> judge_;
  StallDetector stalls_{1000};
  std::uint64_t last_ = 0;
  SteadyTime still_since_{};
};

ChatOptions TwentyAMinute() { return {.rates = {{20, 60s}}, .style = {.page_bytes = 4000}}; }

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

TEST_F(ChatFaultTest, ARobotThatIsBackAfterADayButRefusesOneIsToldTheOthers) {
  Make(TwentyAMinute());
  Refuse("", Outcome::kRetry);
  for (int i = 0; i < 200; ++i) Add(i == 60 ? "Poison" : "Good");
  Pass(24h);
  Refuse("Poison", Outcome::kRetry);
  Pass(3h);
  EXPECT_EQ(delivered_, 199);
  EXPECT_EQ(rejected_, 1);
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
