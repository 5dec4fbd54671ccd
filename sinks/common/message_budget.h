// How many messages a chat robot takes, so that none is ever refused for speed.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

// At most `messages` within any `window`. A message counts from when its answer came: then at the
// latest the receiver has counted it. Used by one thread.
class MessageBudget {
 public:
  MessageBudget(Clock& clock, std::size_t messages, Duration window)
      : clock_(clock), messages_(messages), window_(window) {}

  std::size_t Available();
  // When one more is available; not after now if one is.
  SteadyTime Next();
  void Spend();

  // For another process: how long ago each message of the window was sent, and that again. What
  // was sent in the future (the clock was set back) was sent now.
  std::vector<WallTime> Sent();
  void Restore(const std::vector<WallTime>& sent);

 private:
  void Forget();

  Clock& clock_;
  const std::size_t messages_;
  const Duration window_;
  std::deque<SteadyTime> sent_;  // oldest first
};

}  // namespace eventer
