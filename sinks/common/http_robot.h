// A chat's robot that takes one JSON object for each message by POST: what such robots have in
// common. Each says how a message looks to it, and what its answers mean.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/chat_sink.h"
#include "common/event_card.h"
#include "common/http_sender.h"
#include "common/markdown.h"
#include "common/mentions.h"
#include "common/robot_answer.h"

namespace eventer {

struct RobotStyle {
  Markup markup;
  bool header = false;  // title and link have places of their own, outside of the text
  // The text's most bytes, and the whole body's.
  std::size_t text_bytes = SIZE_MAX, body_bytes = SIZE_MAX;
  std::string mentions;         // what the text ends in where people are mentioned
  std::string labels, cluster;  // what it begins with, as it is; told by every message

  // How many bytes of lines fit into a text.
  std::size_t LinesBytes() const { return text_bytes - labels.size() - mentions.size(); }
};

// Reads `label` and `cluster`. Throws ConfigError.
RobotStyle ReadRobotStyle(SinkUri& uri, const Markup& markup);

struct RobotMessage {
  std::string title;  // plain
  std::string text;
  std::string link;
  bool warning = false;
  bool mention = false;
};

// scheme://host/path. `example`: an address as it should be. Throws ConfigError.
std::string ReadRobotAddress(const SinkUri& uri, std::string_view example);

// Its address is the URL of its requests.
class HttpRobot : public ChatRobot {
 public:
  ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token stop) final;
  ChatAnswer TellPage(const ChatPage& page, const std::string& id, std::stop_token stop) final;

 protected:
  // Reads the options of CardWriter and HttpSender. Throws ConfigError.
  HttpRobot(SinkUri& uri, const SinkContext& context, RobotStyle style);

  // The JSON object that is `message`; made anew for each attempt.
  virtual nlohmann::ordered_json Body(const RobotMessage& message) = 0;
  virtual const RobotLanguage& language() const = 0;
  virtual std::vector<std::string> Secrets() = 0;  // what is hidden where the robot repeats it

  Clock& clock_;

 private:
  ChatAnswer Tell(RobotMessage message, const std::string& id, std::stop_token stop);
  std::string FittingBody(RobotMessage message);
  std::string Tail(const RobotMessage& message) const;

  const RobotStyle style_;
  CardWriter card_;
  HttpSender sender_;
};

}  // namespace eventer
