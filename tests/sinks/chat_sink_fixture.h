// A chat sink with the test as its worker and its robot.
#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/chat_sink.h"
#include "support/fake_clock.h"

namespace eventer {

using std::chrono_literals::operator""s;

inline const ChatOptions kChatOptions = {.rates = {{3, 60s}}, .style = {.page_bytes = 150}};

struct Told {
  std::string text, id;
  bool warning = false;
};

// Notes what it is told; answers as the test says, and "delivered" when it says nothing.
class FakeRobot final : public ChatRobot {
 public:
  FakeRobot(std::vector<Told>& told, std::deque<EventOutcome>& answers,
            std::optional<Duration>& rest)
      : told_(told), answers_(answers), rest_(rest) {}
  std::string_view name() const override { return "FakeRobot"; }
  static inline int mentions = 0;  // asked for since the test set it to 0
  std::string address() override { return "fake"; }
  ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token) override {
    told_.push_back({event.name, id, event.type == "Warning"});
    return Answer();
  }
  ChatAnswer TellPage(const ChatPage& page, const std::string& id, std::stop_token) override {
    mentions += page.mention ? 1 : 0;
    std::string text;
    for (const std::string& line : page.lines) text += line + "\n";
    told_.push_back({text, id, page.warning});
    return Answer();
  }

 private:
  ChatAnswer Answer() {
    if (answers_.empty()) return {};
    const EventOutcome answer = answers_.front();
    answers_.pop_front();
    return {answer, rest_, 1};
  }

  std::vector<Told>& told_;
  std::deque<EventOutcome>& answers_;
  std::optional<Duration>& rest_;
};

class ChatSinkTest : public testing::Test {
 protected:
  explicit ChatSinkTest(ChatOptions options = kChatOptions) : options_(std::move(options)) {
    Restart();
  }

  // Another process: it knows the state and nothing else.
  void Restart() {
    sink_.reset();
    paused_until_ = {};
    sink_ = NewChatSink({clock_, {}, {}, "ours"}, options_,
                        std::make_unique<FakeRobot>(told_, answers_, rest_));
    sink_->RestoreState(state_);
  }
  void Add(int first, int count, const std::string& reason = "BackOff",
           const std::string& type = "Normal") {
    for (int i = first; i < first + count; ++i) {
      auto event = std::make_shared<Event>();
      event->name = std::to_string(i);
      event->uid = "u" + std::to_string(i);
      event->resource_version = "1";
      event->reason = reason + std::to_string(i);
      event->type = type;
      waiting_.push_back(std::move(event));
    }
  }
  // One event of a Warning, BackOff of shop/web unless the test says otherwise.
  void AddWarning(int count = 1, const std::string& pod = "web-5cfb7ff945-8cph2",
                  const std::string& reason = "BackOff") {
    auto event = std::make_shared<Event>();
    event->name = std::to_string(++made_);
    event->uid = "uid-of-" + pod + reason;
    event->resource_version = event->name;
    event->involved_object = {.kind = "Pod", .ns = "shop", .name = pod};
    event->reason = reason;
    event->type = "Warning";
    event->message = "text " + event->name;
    event->count = count;
    event->first_seen = event->last_seen = clock_.Wall();
    waiting_.push_back(std::move(event));
  }
  // One attempt on all that waits; what is settled waits no more.
  ExportResult Attempt() {
    ExportResult result = sink_->ExportEvents({clock_.Wall(), waiting_}, {});
    EXPECT_EQ(result.events.size(), waiting_.size());
    std::vector<EventPtr> left;
    const bool sets_aside =
        options_.repeat.policy != RepeatPolicy::kAll || !options_.silences.empty();
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Outcome outcome = result.events[i].outcome;
      if (outcome == Outcome::kHeld) held_names_.push_back(waiting_[i]->name);
      // A page told it, if nothing is set aside.
      const bool told = outcome == Outcome::kHeld && !sets_aside;
      if (told || outcome == Outcome::kDelivered) delivered_.push_back(waiting_[i]->name);
      if (outcome == Outcome::kRejected) rejected_.push_back(waiting_[i]->name);
      if (outcome == Outcome::kWaiting || outcome == Outcome::kRetry) {
        left.push_back(waiting_[i]);
      }
    }
    waiting_ = std::move(left);
    if (result.state) state_ = *result.state;
    if (result.state) held_ = result.held;
    again_at_ = result.again_at;
    paused_until_ = waiting_.empty() ? SteadyTime() : again_at_.value_or(SteadyTime());
    return result;
  }
  // As the worker: calls until the sink wants nothing more before `by` has passed.
  void Pass(Duration by) {
    const SteadyTime end = clock_.Steady() + by;
    for (int i = 0; i < 1000; ++i) {
      const SteadyTime now = clock_.Steady();
      const bool paused = paused_until_ > now;
      if (!paused && (!waiting_.empty() || (again_at_ && *again_at_ <= now))) Attempt();
      if (!again_at_ || *again_at_ > end) break;
      if (*again_at_ > now) clock_.Advance(*again_at_ - now);
    }
    clock_.Advance(end - clock_.Steady());
  }
  // Until nothing waits, time passing as the sink asks for it.
  void Finish() {
    for (int i = 0; i < 100 && !waiting_.empty(); ++i) {
      const ExportResult result = Attempt();
      if (result.again_at && *result.again_at > clock_.Steady()) {
        clock_.Advance(*result.again_at - clock_.Steady());
      }
    }
  }

  ChatOptions options_;
  FakeClock clock_;
  std::vector<Told> told_;
  std::deque<EventOutcome> answers_;
  std::optional<Duration> rest_;  // that a bad answer asks for
  std::unique_ptr<EventSink> sink_;
  std::vector<EventPtr> waiting_;
  std::vector<std::string> delivered_, rejected_, held_names_;
  std::optional<SteadyTime> again_at_;
  SteadyTime paused_until_{};  // the worker leaves a sink alone with what waits
  std::string state_;
  std::uint64_t held_ = 0;
  int made_ = 0;
};

}  // namespace eventer
