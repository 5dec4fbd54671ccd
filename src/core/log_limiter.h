// Keeps a line that repeats down to one a minute.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "eventer/clock.h"

namespace eventer {

// One per kind of line. Thread-safe; never blocks.
class LogLimiter {
 public:
  explicit LogLimiter(Clock& clock) : clock_(clock) {}

  // nullopt: keep quiet. Otherwise the line may be written, and the result is how many were
  // suppressed since the last one that was.
  std::optional<std::uint64_t> Allow();

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::optional<SteadyTime> last_;
  std::uint64_t suppressed_ = 0;
};

}  // namespace eventer
