// What a DingTalk robot is told.
#pragma once

#include <string>
#include <vector>

#include "common/event_card.h"
#include "common/markdown.h"
#include "common/mentions.h"
#include "eventer/event.h"

namespace eventer {

struct DingTalkStyle {
  bool markdown = false;  // or a card
  bool card = false;
  bool plain = false;  // the texts of every chat instead of the original's
  std::vector<std::string> labels;
  std::string cluster;             // its name, in front of each event's text if there is one
  std::string cluster_id, region;  // of the console that markdown links to
  Mentions mentions;
  TimeZone zone;  // of times

  const Markup& markup() const { return markdown ? kMarkdown : kPlainText; }
};

struct DingTalkMessage {
  std::string title;  // shown in the list of chats; only of markdown
  std::string text;
  std::string link;      // of a card's button; empty: no card
  bool mention = false;  // the style's people
};

// What each message begins with, and what one that mentions people ends in.
std::string DingTalkLabels(const DingTalkStyle& style);
std::string DingTalkPeople(const DingTalkStyle& style);

// One event, as the original told it.
DingTalkMessage DingTalkOriginal(const DingTalkStyle& style, const Event& event);
DingTalkMessage DingTalkCard(const DingTalkStyle& style, const EventCard& card, bool with_title);
// Many: a digest's lines behind the labels.
DingTalkMessage DingTalkLines(const DingTalkStyle& style, const std::vector<std::string>& lines);

// The message, its text cut and the people that it mentions behind it: a mention works only if it
// stands in the text, too.
DingTalkMessage Fit(const DingTalkStyle& style, DingTalkMessage message, std::size_t max_characters,
                    std::size_t max_bytes);

// The request's body. `id`: with which DingTalk shows the same message once.
std::string DingTalkBody(const DingTalkStyle& style, const DingTalkMessage& message,
                         const std::string& id);

}  // namespace eventer
