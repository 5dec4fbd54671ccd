#include "common/message_budget.h"

#include <algorithm>

namespace eventer {

void MessageBudget::Forget() {
  const SteadyTime now = clock_.Steady();
  while (!sent_.empty() && sent_.front() + window_ <= now) sent_.pop_front();
}

std::size_t MessageBudget::Available() {
  Forget();
  return messages_ - std::min(messages_, sent_.size());
}

SteadyTime MessageBudget::Next() {
  Forget();
  if (sent_.size() < messages_) return clock_.Steady();
  return sent_[sent_.size() - messages_] + window_;
}

void MessageBudget::Spend() { sent_.push_back(clock_.Steady()); }

std::vector<WallTime> MessageBudget::Sent() {
  Forget();
  std::vector<WallTime> sent;
  for (const SteadyTime time : sent_) {
    const Duration ago = clock_.Steady() - time;
    sent.push_back(clock_.Wall() - std::chrono::floor<WallTime::duration>(ago));
  }
  return sent;
}

void MessageBudget::Restore(const std::vector<WallTime>& sent) {
  const WallTime now = clock_.Wall();
  for (const WallTime time : sent) {
    const Duration ago = std::max(now - time, WallTime::duration::zero());
    if (ago < window_) sent_.push_back(clock_.Steady() - ago);
  }
  std::sort(sent_.begin(), sent_.end());
}

}  // namespace eventer
