// How long to wait after a failure (client-go tools/cache/reflector.go: 800 ms, factor 2, 30 s).
#pragma once

#include <optional>
#include <random>

#include "eventer/clock.h"

namespace eventer {

// Used by one thread.
class WatchBackoff {
 public:
  static constexpr Duration kFirst = std::chrono::milliseconds(800);
  static constexpr Duration kMax = std::chrono::seconds(30);
  static constexpr Duration kGood = std::chrono::minutes(2);       // then it begins anew
  static constexpr Duration kMaxAsked = std::chrono::minutes(15);  // of a Retry-After

  explicit WatchBackoff(Clock& clock);

  // The wait after a failure now. `asked` wins; otherwise each is up to twice the one before, and
  // between a half and the whole of its bound, so that many clients do not come back together.
  Duration Next(std::optional<Duration> asked);

 private:
  Clock& clock_;
  std::minstd_rand random_;
  Duration bound_ = kFirst;
  SteadyTime waited_until_{};
};

}  // namespace eventer
