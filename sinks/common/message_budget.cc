#include "common/message_budget.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

// Until another sink's message is answered.
constexpr Duration kSoon = 1s;
// Windows that are shorter only delay.
constexpr Duration kDelay = 10s;
// Nothing makes a robot rest for longer: the worker waits for as long at most.
constexpr Duration kLongestRest = 15min;

}  // namespace

RobotPace::RobotPace(Clock& clock, std::vector<MessageRate> rates)
    : clock_(clock), rates_(std::move(rates)) {}

std::shared_ptr<RobotPace> RobotPace::Of(Clock& clock, std::string_view robot,
                                         const std::vector<MessageRate>& rates) {
  static std::mutex mutex;
  static std::map<std::pair<const Clock*, std::string>, std::weak_ptr<RobotPace>> paces;
  std::lock_guard lock(mutex);
  std::erase_if(paces, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<RobotPace>& place = paces[{&clock, std::string(robot)}];
  std::shared_ptr<RobotPace> pace = place.lock();
  if (!pace) {
    pace = std::make_shared<RobotPace>(clock, rates);
    place = pace;
    return pace;
  }
  std::lock_guard pace_lock(pace->mutex_);
  pace->rates_.insert(pace->rates_.end(), rates.begin(), rates.end());
  return pace;
}

void RobotPace::Forget() {
  Duration longest{};
  for (const MessageRate& rate : rates_) longest = std::max(longest, rate.window);
  const SteadyTime now = clock_.Steady();
  while (!sent_.empty() && sent_.front().time + longest <= now) sent_.pop_front();
}

std::size_t RobotPace::SentWithin(Duration window) const {
  const SteadyTime now = clock_.Steady();
  const auto first =
      std::ranges::find_if(sent_, [&](const auto& sent) { return sent.time + window > now; });
  return static_cast<std::size_t>(sent_.end() - first);
}

std::size_t RobotPace::Available(Duration window) const {
  if (clock_.Steady() < rest_until_) return 0;
  std::size_t available = SIZE_MAX;
  for (const MessageRate& rate : rates_) {
    if (rate.window < window) continue;
    const std::size_t used = SentWithin(rate.window) + on_the_way_;
    available = std::min(available, rate.messages - std::min(rate.messages, used));
  }
  return available;
}

SteadyTime RobotPace::NextBy(const MessageRate& rate) const {
  const SteadyTime now = clock_.Steady();
  if (on_the_way_ >= rate.messages) return now + kSoon;
  const std::size_t room = rate.messages - on_the_way_;
  if (sent_.size() < room) return now;
  return std::max(now, sent_[sent_.size() - room].time + rate.window);
}

SteadyTime RobotPace::Next() const {
  SteadyTime next = std::max(clock_.Steady(), rest_until_);
  for (const MessageRate& rate : rates_) next = std::max(next, NextBy(rate));
  return next;
}

std::size_t MessageBudget::Available() {
  std::lock_guard lock(pace_->mutex_);
  pace_->Forget();
  return pace_->Available(kDelay);
}

SteadyTime MessageBudget::Next() {
  std::lock_guard lock(pace_->mutex_);
  pace_->Forget();
  return pace_->Next();
}

bool MessageBudget::Take() {
  std::lock_guard lock(pace_->mutex_);
  pace_->Forget();
  if (pace_->Available(Duration::zero()) == 0) return false;
  ++pace_->on_the_way_;
  return true;
}

void MessageBudget::Spend(std::size_t messages) {
  std::lock_guard lock(pace_->mutex_);
  if (pace_->on_the_way_ > 0) --pace_->on_the_way_;
  pace_->sent_.insert(pace_->sent_.end(), messages, {pace_->clock_.Steady(), this});
}

void MessageBudget::Rest(Duration duration) {
  std::lock_guard lock(pace_->mutex_);
  const SteadyTime until = pace_->clock_.Steady() + std::min(duration, kLongestRest);
  pace_->rest_until_ = std::max(pace_->rest_until_, until);
}

std::vector<WallTime> MessageBudget::Sent() {
  std::lock_guard lock(pace_->mutex_);
  pace_->Forget();
  std::vector<WallTime> times;
  for (const auto& [time, sender] : pace_->sent_) {
    if (sender != this) continue;  // it stores its own
    const Duration ago = pace_->clock_.Steady() - time;
    times.push_back(pace_->clock_.Wall() - std::chrono::floor<WallTime::duration>(ago));
  }
  return times;
}

std::optional<WallTime> MessageBudget::RestsUntil() {
  std::lock_guard lock(pace_->mutex_);
  const Duration left = pace_->rest_until_ - pace_->clock_.Steady();
  if (left <= Duration::zero()) return std::nullopt;
  return pace_->clock_.Wall() + std::chrono::ceil<WallTime::duration>(left);
}

void MessageBudget::Restore(const std::vector<WallTime>& sent,
                            std::optional<WallTime> rests_until) {
  std::lock_guard lock(pace_->mutex_);
  const SteadyTime now = pace_->clock_.Steady();
  // The last one may be followed by one of which the state knows nothing: it was under way.
  pace_->sent_.push_back({now, this});
  for (const WallTime time : sent) {
    pace_->sent_.push_back({now - (std::ranges::max(sent) - time), this});
  }
  std::ranges::sort(pace_->sent_, {}, &RobotPace::Sent::time);
  pace_->Forget();
  if (!rests_until) return;
  const Duration left = std::min<Duration>(*rests_until - pace_->clock_.Wall(), kLongestRest);
  pace_->rest_until_ = std::max(pace_->rest_until_, now + left);
}

}  // namespace eventer
