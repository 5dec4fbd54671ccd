// How many messages a chat robot takes, so that none is ever refused for speed.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

// At most `messages` within any `window`.
struct MessageRate {
  std::size_t messages;
  Duration window;
};

// What one robot was sent by every sink of this process that speaks through it. Thread-safe.
class RobotPace {
 public:
  // All of `rates` hold at once.
  RobotPace(Clock& clock, std::vector<MessageRate> rates);

  // The one of `robot`, a text that names it (and may be a secret: it is never shown): the same
  // for as long as somebody has it. With other rates than before both hold.
  static std::shared_ptr<RobotPace> Of(Clock& clock, std::string_view robot,
                                       const std::vector<MessageRate>& rates);

 private:
  friend class MessageBudget;
  struct Sent {
    SteadyTime time;
    const void* sender;
  };

  // With mutex_ held, all of them.
  void Forget();
  // By the rates with at least such a window.
  std::size_t Available(Duration window) const;
  SteadyTime Next() const;
  SteadyTime NextBy(const MessageRate& rate) const;
  std::size_t SentWithin(Duration window) const;

  Clock& clock_;
  std::mutex mutex_;
  std::vector<MessageRate> rates_;
  std::deque<Sent> sent_;       // oldest first
  std::size_t on_the_way_ = 0;  // taken, not answered yet
  SteadyTime rest_until_{};
};

// One sink's hold on the pace of its robot. A message counts from when its answer came: then at
// the latest the receiver has counted it. Used by one thread.
class MessageBudget {
 public:
  explicit MessageBudget(std::shared_ptr<RobotPace> pace) : pace_(std::move(pace)) {}
  MessageBudget(const MessageBudget&) = delete;
  MessageBudget& operator=(const MessageBudget&) = delete;

  // How many could be sent one after the other: what delays them for seconds only does not count.
  std::size_t Available();
  // When the next one may be sent; not after now if it may be.
  SteadyTime Next();
  // Before a message is sent. False: it is too soon, or another sink was faster.
  bool Take();
  // The answer to what Take took is here, and `messages` were sent for it.
  void Spend(std::size_t messages = 1);
  // The robot asks to be left alone; 15 min at most.
  void Rest(Duration duration);

  // For another process: when this sink sent each message of the window, until when the robot
  // rests, and both again. The wall clock may have jumped in between, so that nobody knows how long
  // ago that was: the last one counts as sent just now, and one more, for at a kill it may have
  // been under way.
  std::vector<WallTime> Sent();
  std::optional<WallTime> RestsUntil();
  void Restore(const std::vector<WallTime>& sent, std::optional<WallTime> rests_until);

 private:
  const std::shared_ptr<RobotPace> pace_;
};

}  // namespace eventer
