#include "common/http_robot.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "common/utf8_cut.h"
#include "eventer/error.h"

namespace eventer {
namespace {

// So that they leave room for what a message says. A link that is longer is none.
constexpr std::size_t kMostLabels = 500, kMostLink = 1000;

constexpr auto kReplace = nlohmann::json::error_handler_t::replace;

// Bytes that are no UTF-8 become U+FFFD: the receiver counts those.
std::string ValidUtf8(const std::string& text) {
  return nlohmann::json::parse(nlohmann::json(text).dump(-1, ' ', false, kReplace));
}

}  // namespace

std::string ReadRobotAddress(const SinkUri& uri, std::string_view example) {
  const std::string scheme = uri.scheme().empty() ? "https" : uri.scheme();
  if (scheme != "http" && scheme != "https") {
    throw ConfigError(uri.Name() + ": the address must begin with https:// or http://");
  }
  if (uri.host().empty()) {
    throw ConfigError(uri.Name() + ": the address has no host: " + std::string(example));
  }
  return scheme + "://" + uri.host() + uri.path();
}

RobotStyle ReadRobotStyle(SinkUri& uri, const Markup& markup) {
  RobotStyle style;
  style.markup = markup;
  for (const std::string& label : uri.GetAll("label")) {
    style.labels.append(label).append(markup.line_end);
  }
  if (style.labels.size() > kMostLabels) {
    uri.Fail("label", "takes " + std::to_string(kMostLabels) + " bytes at most, all together");
  }
  style.cluster = uri.GetOr("cluster", "");
  return style;
}

HttpRobot::HttpRobot(SinkUri& uri, const SinkContext& context, RobotStyle style)
    : clock_(context.clock),
      style_(std::move(style)),
      card_(uri, context, style_.cluster, style_.markup),
      sender_(uri, context) {}

ChatAnswer HttpRobot::TellEvent(const Event& event, const std::string& id, std::stop_token stop) {
  auto card = card_.Write(event, stop);
  if (const auto* none = std::get_if<EventOutcome>(&card)) return {*none, std::nullopt, 0};
  auto& [title, text, link] = std::get<EventCard>(card);
  RobotMessage message{.title = std::move(title), .text = style_.labels, .link = std::move(link)};
  message.warning = message.mention = event.type == "Warning";
  if (message.link.size() > kMostLink) message.link.clear();
  if (!style_.header && !card_.has_template()) {
    const Markup& markup = style_.markup;
    message.text +=
        Marked(message.warning ? markup.warning : markup.strong, markup.escape(message.title));
    message.text += markup.line_end;
  }
  message.text += text;
  return Tell(std::move(message), id, std::move(stop));
}

ChatAnswer HttpRobot::TellPage(const ChatPage& page, const std::string& id, std::stop_token stop) {
  RobotMessage message{.text = style_.labels, .warning = page.warning, .mention = page.mention};
  message.title = "Kubernetes events";
  if (!style_.cluster.empty()) message.title += " of " + style_.cluster;
  for (const std::string& line : page.lines) {
    if (&line != &page.lines.front()) message.text += style_.markup.line_end;
    message.text += line;
  }
  return Tell(std::move(message), id, std::move(stop));
}

ChatAnswer HttpRobot::Tell(RobotMessage message, const std::string& id, std::stop_token stop) {
  HttpRequest request;
  request.method = "POST";
  request.url = address();
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = FittingBody(std::move(message));
  const HttpResponse response = sender_.Send(std::move(request), id, std::move(stop));
  return ReadRobotAnswer(language(), response, clock_.Wall(), Secrets());
}

std::string HttpRobot::FittingBody(RobotMessage message) {
  const std::string text = ValidUtf8(message.text), tail = Tail(message);
  std::size_t most =
      std::min(text.size(), style_.text_bytes - std::min(style_.text_bytes, tail.size()));
  for (;;) {
    message.text = CutUtf8(text, SIZE_MAX, most) + tail;
    std::string body = Body(message).dump(-1, ' ', false, kReplace);
    if (body.size() <= style_.body_bytes || most == 0) return body;
    // JSON makes some characters longer.
    most = std::min(most - 1, most * style_.body_bytes / body.size());
  }
}

// What is never cut.
std::string HttpRobot::Tail(const RobotMessage& message) const {
  std::string tail;
  if (!style_.header && !message.link.empty()) {
    tail = style_.markup.line_end;
    tail += style_.markup.links ? "[Open](" + message.link + ")" : message.link;
  }
  return message.mention ? tail + style_.mentions : tail;
}

}  // namespace eventer
