#include "core/log_limiter.h"

#include <utility>

namespace eventer {

std::optional<std::uint64_t> LogLimiter::Allow() {
  const SteadyTime now = clock_.Steady();
  std::lock_guard lock(mutex_);
  if (last_ && now - *last_ < std::chrono::minutes(1)) {
    ++suppressed_;
    return std::nullopt;
  }
  last_ = now;
  return std::exchange(suppressed_, 0);
}

}  // namespace eventer
