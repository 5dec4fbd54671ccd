#include "dingtalk/dingtalk_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "common/markdown.h"
#include "common/utf8_cut.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr const char* kConsole = "https://cs.console.aliyun.com/#/k8s/";

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string Cluster(const DingTalkStyle& style) {
  if (style.cluster.empty()) return {};
  return style.markdown ? "Cluster: **" + EscapeMarkdown(style.cluster) + "** \n\n"
                        : "Cluster:" + style.cluster + " \n";
}

std::string PlainText(const DingTalkStyle& style, const Event& event) {
  return "Level:" + event.type + " \nKind:" + event.involved_object.kind +
         " \nNamespace:" + event.ns + " \nName:" + event.name + " \nReason:" + event.reason +
         " \nTimestamp:" + FormatDateTime(event.last_seen, style.zone) +
         " \nMessage:" + event.message;
}

std::string Link(const std::string& text, const std::string& address) {
  return "[" + text + "](" + address + ")";
}

// A node's name of Alibaba Cloud is region.instance.
std::string NodeLine(const std::string& host) {
  if (host.empty()) return {};
  const std::size_t dot = host.find('.');
  if (dot == std::string::npos) return "Node: **" + host + "** \n\n";
  const std::string instance = host.substr(dot + 1, host.find('.', dot + 1) - dot - 1);
  return "Node: " +
         Link(host, "https://ecs.console.aliyun.com/#/server/" + instance +
                        "/detail?regionId=" + host.substr(0, dot)) +
         " \n\n";
}

std::string NameWithLink(const DingTalkStyle& style, const Event& event) {
  const std::string kind = event.involved_object.kind;
  const std::string object = event.name.substr(0, event.name.find('.'));
  const std::string tail = style.cluster_id + "/" + event.ns + "/" + object;
  std::string path = kind;
  std::transform(path.begin(), path.end(), path.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string detail = kConsole + path + "/detail/" + style.region + "/" + tail;
  if (kind == "Deployment" || kind == "StatefulSet" || kind == "DaemonSet") {
    return Link(event.name, detail + "/pods");
  }
  if (kind == "Pod") return Link(event.name, std::string(kConsole) + "pod/" + tail + "/container");
  if (kind == "CronJob") return Link(event.name, detail + "/jobs");
  if (kind == "Service") return Link(event.name, detail);
  return event.name;
}

std::string Markdown(const DingTalkStyle& style, const Event& event) {
  return NodeLine(event.source.host) + "Level: **" + event.type + "** \n\nKind: **" +
         event.involved_object.kind +
         "** \n\nNamespace: " + Link(event.ns, std::string(kConsole) + "namespace") +
         " \n\nName: " + NameWithLink(style, event) + " \n\nReason: **" + event.reason +
         "** \n\nTimestamp: **" + FormatGoString(event.last_seen, style.zone) +
         "** \n\nMessage: **" + event.message + "**";
}

std::string Title(const DingTalkStyle& style) {
  if (!style.markdown) return "";
  if (!style.plain) return "Kubernetes(ID:" + style.cluster_id + ") Event";
  return style.cluster.empty() ? "Kubernetes events" : "Kubernetes events of " + style.cluster;
}

}  // namespace

// In a text the last label comes first, in markdown each has its number, as the original has it.
std::string DingTalkLabels(const DingTalkStyle& style) {
  std::string text;
  for (std::size_t i = 0; i < style.labels.size(); ++i) {
    const std::string& label = style.labels[i];
    if (!style.markdown) {
      text.insert(0, label + "\n");
    } else if (!IsBlank(label)) {
      text += "label[" + std::to_string(i) + "]: **" + label + "**\n\n";
    }
  }
  return text;
}

std::string DingTalkPeople(const DingTalkStyle& style) {
  std::string people;
  for (const auto* names : {&style.mentions.mobiles, &style.mentions.user_ids}) {
    for (const std::string& name : *names) people += " @" + name;
  }
  if (!people.empty()) people[0] = '\n';
  if (!people.empty() && style.markdown) people.insert(0, "\n");
  return people;
}

DingTalkMessage DingTalkOriginal(const DingTalkStyle& style, const Event& event) {
  return {Title(style),
          DingTalkLabels(style) + Cluster(style) +
              (style.markdown ? Markdown(style, event) : PlainText(style, event)),
          ""};
}

DingTalkMessage DingTalkCard(const DingTalkStyle& style, const EventCard& card, bool with_title) {
  std::string text = DingTalkLabels(style);
  if (with_title) {
    text += style.markdown ? "#### " + EscapeMarkdown(card.title) + "\n\n" : card.title + "\n";
  }
  text += card.text;
  if (style.card || card.link.empty()) return {card.title, std::move(text), card.link};
  text += style.markdown ? "\n\n" + Link("Open", card.link) : "\n" + card.link;
  return {card.title, std::move(text), ""};
}

DingTalkMessage DingTalkLines(const DingTalkStyle& style, const std::vector<std::string>& lines) {
  std::string text = DingTalkLabels(style);
  for (const std::string& line : lines) {
    if (&line != &lines.front()) text += style.markdown ? "\n\n" : "\n";
    text += line;
  }
  return {Title(style), std::move(text), ""};
}

DingTalkMessage Fit(const DingTalkStyle& style, DingTalkMessage message, std::size_t max_characters,
                    std::size_t max_bytes) {
  const std::string people = message.mention ? DingTalkPeople(style) : "";
  const auto left = [&](std::size_t most) { return most - std::min(most, people.size()); };
  message.text = CutUtf8(message.text, left(max_characters), left(max_bytes)) + people;
  return message;
}

std::string DingTalkBody(const DingTalkStyle& style, const DingTalkMessage& message,
                         const std::string& id) {
  nlohmann::ordered_json body;
  if (style.card && !message.link.empty()) {
    body = {{"msgtype", "actionCard"},
            {"actionCard",
             {{"title", message.title},
              {"text", message.text},
              {"singleTitle", "Open"},
              {"singleURL", message.link}}},
            {"msgUuid", id}};
  } else {
    const bool markdown = style.markdown;
    body = {{"msgtype", markdown ? "markdown" : "text"},
            {"text", {{"content", markdown ? "" : message.text}}},
            {"markdown",
             {{"title", markdown ? message.title : ""}, {"text", markdown ? message.text : ""}}},
            {"msgUuid", id}};
  }
  if (message.mention) {
    body["at"] = {{"atMobiles", style.mentions.mobiles},
                  {"atUserIds", style.mentions.user_ids},
                  {"isAtAll", style.mentions.all}};
  }
  // Bytes that are no UTF-8 become U+FFFD.
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace eventer
