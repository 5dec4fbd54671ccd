#include "pipeline/backoff.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>

namespace eventer {

Backoff::Random Backoff::SystemRandom() {
  auto engine = std::make_shared<std::minstd_rand>(std::random_device{}());
  return [engine] { return std::uniform_real_distribution<double>()(*engine); };
}

Duration Backoff::Next(bool misconfigured, std::optional<Duration> retry_after) {
  ++failures_;
  if (retry_after) return std::clamp(*retry_after, kFirst, kLongestRetryAfter);
  return After(failures_, misconfigured);
}

Duration Backoff::After(unsigned failures, bool misconfigured) {
  constexpr unsigned kDoublings = 10;  // more than either bound allows, and no overflow
  const Duration longest = misconfigured ? kLongestMisconfigured : kLongest;
  const Duration doubled = kFirst * (1 << std::min(std::max(failures, 1u) - 1, kDoublings));
  const Duration delay = std::min(doubled, longest);
  const double share = 0.8 + 0.2 * random_();
  return Duration(static_cast<std::int64_t>(static_cast<double>(delay.count()) * share));
}

}  // namespace eventer
