// What a DingTalk robot is told of an event: the original's texts.
#pragma once

#include <string>
#include <vector>

#include "eventer/event.h"

namespace eventer {

struct DingTalkStyle {
  bool markdown = false;
  std::vector<std::string> labels;
  std::string cluster_id, region;  // of the console that markdown links to
};

// One event. Times are in the zone of TZ.
std::string DingTalkText(const DingTalkStyle& style, const Event& event);
// Many: a digest's lines behind the labels.
std::string DingTalkText(const DingTalkStyle& style, const std::vector<std::string>& lines);

// Shown in the list of chats; only of a markdown message.
std::string DingTalkTitle(const DingTalkStyle& style);

}  // namespace eventer
