// A chat with any options, through outages of its robot, events that it never takes, other
// processes and a log that drops: all others are told once, within the budget.
#include <deque>
#include <map>
#include <random>

#include "sinks/chat_fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

class ChatModelTest : public ChatFaultTest, public testing::WithParamInterface<unsigned> {
 protected:
  std::size_t Any(std::size_t below) { return random_() % below; }

  void ChooseOptions() {
    options_.rates = {{1 + Any(20), 60s}};
    options_.style.page_bytes = 100 + Any(4000);
    if (Any(3) == 0) options_.group_wait = 30s;
    if (Any(3) == 0) options_.max_age = 10min;
    if (Any(3) == 0) options_.repeat = {RepeatPolicy::kSummary, 10min, {}};
    drops_ = Any(2) == 0;
    bad_answer_ = Any(2) == 0 ? Outcome::kRetry : Outcome::kRejected;
    answer_ = [this](const std::string& text) { return Hear(text); };
  }
  ChatAnswer Hear(const std::string& text) {
    const SteadyTime now = clock_.Steady();
    while (!sent_.empty() && sent_.front() <= now - options_.rates[0].window) sent_.pop_front();
    sent_.push_back(now);
    ++messages_;
    EXPECT_LE(sent_.size(), options_.rates[0].messages);
    if (down_) return {{Outcome::kRetry, Cause::kServer, "down"}, std::nullopt};
    if (text.find("Bad") != std::string::npos) {
      return {{bad_answer_, Cause::kContent, "bad"}, std::nullopt};
    }
    for (std::size_t at = 0; (at = text.find("Good", at)) != std::string::npos; ++at) {
      ++told_[text.substr(at, 9)];
    }
    return kTaken;
  }
  void AddSome() {
    const std::size_t count = Any(12) == 0 ? Any(300) : Any(8) * Any(8);
    for (std::size_t i = 0; i < count; ++i) {
      const bool bad = bad_ < 3 && Any(50) == 0;
      bad_ += bad ? 1 : 0;
      Add((bad ? "Bad" : "Good") + std::to_string(10'000 + ++added_),
          Any(2) == 0 ? "Normal" : "Warning");
    }
  }
  void DropSome() {
    const std::size_t count = Any(waiting_.size() + 1);
    for (std::size_t i = 0; i < count; ++i) dropped_.push_back(waiting_[i].event->reason);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<long>(count));
  }

  std::mt19937 random_{GetParam()};
  ChatOptions options_ = TwentyAMinute();
  bool drops_ = false, down_ = false;
  Outcome bad_answer_ = Outcome::kRetry;
  int bad_ = 0, added_ = 0, messages_ = 0;
  std::deque<SteadyTime> sent_;      // within the budget's window
  std::map<std::string, int> told_;  // how often, by reason
  std::vector<std::string> dropped_;
};

TEST_P(ChatModelTest, EachEventIsToldOnce) {
  ChooseOptions();
  Make(options_);
  for (int i = 0; i < 18; ++i) {
    AddSome();
    down_ = Any(3) == 0;
    if (Any(4) == 0 && !drops_) Make(options_);
    if (Any(6) == 0 && drops_) DropSome();
    Pass(Any(8) == 0 ? 3h : Any(2) == 0 ? 20min : 1min);
  }
  down_ = false;
  for (int i = 0; i < 6; ++i) {
    Add("Good" + std::to_string(10'000 + ++added_));
    Pass(2h);
  }
  for (const std::string& reason : dropped_) told_.try_emplace(reason, 1);
  for (const auto& [reason, times] : told_) EXPECT_EQ(times, 1) << reason;
  for (const LogEntry& entry : waiting_) ADD_FAILURE() << entry.event->reason << " waits";
  EXPECT_LE(rejected_, bad_);
  EXPECT_LE(attempts_, 2 * messages_ + 3 * added_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChatModelTest, testing::Range(0U, 20U));

}  // namespace
}  // namespace eventer
