// How many events the next attempt may have.
#pragma once

#include <algorithm>
#include <cstddef>

namespace eventer {

// Not thread-safe.
class BatchSizer {
 public:
  explicit BatchSizer(std::size_t most) : most_(std::max<std::size_t>(most, 1)), limit_(most_) {}

  std::size_t limit() const { return limit_; }
  std::size_t most() const { return most_; }

  // An attempt with so many was too large. A size that was refused is not tried again at once:
  // every second attempt would be in vain.
  void Halve(std::size_t tried) {
    limit_ = std::max<std::size_t>(tried / 2, 1);
    calm_ = kCalmAfterHalving;
    successes_ = 0;
    halved_ = true;
  }
  // Nothing went through for long: find out with one event at a time, at little cost.
  void One() {
    limit_ = 1;
    calm_ = 1;
    successes_ = 0;
    halved_ = false;
  }
  // An event was told of which a hundred may fit into one message, unless one among them is bad.
  void Leap() { limit_ = std::min((halved_ ? 2 : kLeap) * limit_, most_); }
  // An attempt had no fault: doubles after a few of them.
  void Succeeded() {
    if (++successes_ < calm_) return;
    successes_ = 0;
    limit_ = std::min(2 * limit_, most_);
  }

 private:
  static constexpr unsigned kCalmAfterHalving = 8;
  static constexpr std::size_t kLeap = 100;

  std::size_t most_, limit_;
  unsigned calm_ = 1, successes_ = 0;
  bool halved_ = false;
};

}  // namespace eventer
