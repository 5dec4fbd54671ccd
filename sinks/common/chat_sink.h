// Events to people: one message per event while that is readable, else one that tells many.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/chat_options.h"
#include "eventer/clock.h"
#include "eventer/event_sink.h"
#include "eventer/sink_context.h"

namespace eventer {

struct ChatAnswer {
  // kDelivered, kRejected, kRetry or kMisconfigured. kWaiting: it was too long; the robot makes it
  // shorter when it is asked to tell it again, which costs another message.
  EventOutcome outcome;
  std::optional<Duration> retry_after;
  std::size_t requests = 1;  // what it cost of the budget
};

// What one message tells of many events.
struct ChatPage {
  std::vector<std::string> lines;
  bool warning = false;  // one of the events is a Warning
  bool mention = false;  // people are to be mentioned, if the robot knows any
};

// One robot of a chat service. Used by one worker thread.
class ChatRobot {
 public:
  virtual ~ChatRobot() = default;

  virtual std::string_view name() const = 0;  // as EventSink::name
  // Tells robots apart: sinks with the same address share one budget. A secret.
  virtual std::string address() = 0;
  // Sends one message. `id` is the same whenever the same message is sent again.
  virtual ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token stop) = 0;
  virtual ChatAnswer TellPage(const ChatPage& page, const std::string& id,
                              std::stop_token stop) = 0;
};

// While the waiting events fit into the budget: one message for each, in order. When they do not:
// a digest of all that wait then. Nothing joins a digest later; how far it was told is in the
// state, so that another process goes on with it and repeats one message at most. A digest with
// only Normal events left gives way, once, to Warnings that came meanwhile. Repetitions of what was
// told are held in the state until their window ends, if the options want that.
std::unique_ptr<EventSink> NewChatSink(const SinkContext& context, const ChatOptions& options,
                                       std::unique_ptr<ChatRobot> robot);

}  // namespace eventer
