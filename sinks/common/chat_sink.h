// Events to people: one message per event while that is readable, else one that tells many.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/clock.h"
#include "eventer/event_sink.h"

namespace eventer {

struct ChatAnswer {
  EventOutcome outcome;  // kDelivered, kRejected, kRetry or kMisconfigured
  std::optional<Duration> retry_after;
  std::size_t requests = 1;  // what it cost of the budget
};

// One robot of a chat service. Used by one worker thread.
class ChatRobot {
 public:
  virtual ~ChatRobot() = default;

  virtual std::string_view name() const = 0;  // as EventSink::name
  // Sends one message. `id` is the same whenever the same message is sent again.
  virtual ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token stop) = 0;
  virtual ChatAnswer TellLines(const std::vector<std::string>& lines, const std::string& id,
                               std::stop_token stop) = 0;
};

struct ChatLimits {
  std::size_t messages;      // that the robot takes...
  Duration window;           // ...within so long
  std::size_t digest_bytes;  // of the lines of one digest message
};

// While the waiting events fit into the budget: one message for each, in order. When they do not:
// a digest of all that wait then. Nothing joins a digest later; how far it was told is in the
// state, so that another process goes on with it and repeats one message at most.
std::unique_ptr<EventSink> NewChatSink(Clock& clock, const ChatLimits& limits,
                                       std::unique_ptr<ChatRobot> robot);

}  // namespace eventer
