// How long to wait before the next attempt.
#pragma once

#include <functional>
#include <optional>

#include "eventer/clock.h"

namespace eventer {

// One count of failures in a row. Not thread-safe.
class Backoff {
 public:
  // 1 s doubling to 30 s; the configuration's fault up to 5 min; what the receiver asks for wins,
  // up to 15 min (docs/design.md, "Delivery rules").
  static constexpr Duration kFirst = std::chrono::seconds(1);
  static constexpr Duration kLongest = std::chrono::seconds(30);
  static constexpr Duration kLongestMisconfigured = std::chrono::minutes(5);
  static constexpr Duration kLongestRetryAfter = std::chrono::minutes(15);

  using Random = std::function<double()>;  // evenly in [0, 1)
  static Random SystemRandom();

  explicit Backoff(Random random) : random_(std::move(random)) {}

  // Counts one more failure; the wait that follows it is in [0.8 d, d] of the doubled d, so that
  // sinks of one receiver do not knock at the same time. Retry-After is taken as it is.
  Duration Next(bool misconfigured, std::optional<Duration> retry_after);
  // The wait after so many failures in a row (from 1), which somebody else counts.
  Duration After(unsigned failures, bool misconfigured);
  void Reset() { failures_ = 0; }
  unsigned failures() const { return failures_; }

 private:
  Random random_;
  unsigned failures_ = 0;
};

}  // namespace eventer
