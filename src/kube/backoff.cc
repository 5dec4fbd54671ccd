#include "kube/backoff.h"

#include <algorithm>

namespace eventer {

WatchBackoff::WatchBackoff(Clock& clock) : clock_(clock), random_(std::random_device()()) {}

Duration WatchBackoff::Next(std::optional<Duration> asked) {
  const SteadyTime now = clock_.Steady();
  if (now - waited_until_ >= kGood) bound_ = kFirst;
  Duration wait;
  if (asked && *asked > Duration::zero()) {
    wait = std::min(*asked, kMaxAsked);
  } else {
    std::uniform_int_distribution<Duration::rep> between(bound_.count() / 2, bound_.count());
    wait = Duration(between(random_));
    bound_ = std::min(bound_ * 2, kMax);
  }
  waited_until_ = now + wait;
  return wait;
}

}  // namespace eventer
