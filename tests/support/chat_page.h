// What a group would see of a chat robot's messages, for people: on a terminal and on a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eventer {

struct ChatMessage {
  std::string title, text;
  bool markdown = false;
};

// What DingTalk's robot is sent. nullopt: it is none of its messages.
std::optional<ChatMessage> ReadDingtalkMessage(std::string_view body);

// A whole page with the messages, the newest last. It asks for itself again every few seconds.
std::string ChatPage(const std::vector<ChatMessage>& messages);

}  // namespace eventer
