#include "dingtalk/dingtalk_text.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr const char* kConsole = "https://cs.console.aliyun.com/#/k8s/";

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// In a text the last label comes first, in markdown each has its number, as the original has it.
std::string Labels(const DingTalkStyle& style) {
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

std::string PlainText(const Event& event) {
  return "Level:" + event.type + " \nKind:" + event.involved_object.kind +
         " \nNamespace:" + event.ns + " \nName:" + event.name + " \nReason:" + event.reason +
         " \nTimestamp:" + FormatDateTime(event.last_seen) + " \nMessage:" + event.message;
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
         "** \n\nTimestamp: **" + FormatGoString(event.last_seen) + "** \n\nMessage: **" +
         event.message + "**";
}

}  // namespace

std::string DingTalkText(const DingTalkStyle& style, const Event& event) {
  return Labels(style) + (style.markdown ? Markdown(style, event) : PlainText(event));
}

std::string DingTalkText(const DingTalkStyle& style, const std::vector<std::string>& lines) {
  std::string text = Labels(style);
  for (const std::string& line : lines) {
    if (&line != &lines.front()) text += style.markdown ? "\n\n" : "\n";
    text += line;
  }
  return text;
}

std::string DingTalkTitle(const DingTalkStyle& style) {
  return style.markdown ? "Kubernetes(ID:" + style.cluster_id + ") Event" : "";
}

}  // namespace eventer
