// A chat sink as its worker drives it, on one thread, and a robot that the test plays.
#pragma once

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

using std::chrono_literals::operator""s;

inline const ChatAnswer kTaken = {};

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
    if (!state_.empty()) judge_->CallAgainAt(clock_.Steady());
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
  std::string state_;
  int delivered_ = 0, rejected_ = 0, attempts_ = 0;
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
    ++attempts_;
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
  std::optional<AttemptJudge> judge_;
  StallDetector stalls_{1000};
  std::uint64_t last_ = 0;
  SteadyTime still_since_{};
};

inline ChatOptions TwentyAMinute() { return {.rates = {{20, 60s}}, .style = {.page_bytes = 4000}}; }

}  // namespace eventer
