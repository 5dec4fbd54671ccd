#include "support/chat_page.h"

#include <re2/re2.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace eventer {
namespace {

using nlohmann::json;

constexpr char kHead[] = R"(<!doctype html><meta charset="utf-8"><title>Cluster events</title>
<meta http-equiv="refresh" content="5">
<style>
  body { font: 15px/1.45 system-ui, sans-serif; background: #eef1f5; margin: 2em auto; max-width: 46em; }
  article { background: #fff; border-radius: 10px; padding: .7em 1em; margin: .8em 0;
            box-shadow: 0 1px 2px #0002; overflow-wrap: anywhere; }
  h4 { margin: .2em 0 .5em; } p { margin: .3em 0; } small { color: #778; }
  blockquote { margin: .4em 0; padding-left: .8em; border-left: 3px solid #ccd; color: #445; }
</style><h3>Cluster events</h3>
)";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// The little of Markdown that a robot shows: bold, links, and what is escaped.
std::string Inline(std::string_view text) {
  std::string html = Escaped(text);
  RE2::GlobalReplace(&html, R"(\*\*(.+?)\*\*)", R"(<b>\1</b>)");
  RE2::GlobalReplace(&html, R"(\[([^\]]*)\]\((https?://[^)\s]*)\))", R"(<a href="\2">\1</a>)");
  RE2::GlobalReplace(&html, R"(\\(&lt;|&gt;|&amp;|[\\`*_{}\[\]()#+\-.!~|]))", R"(\1)");
  return html;
}

std::string Block(std::string_view line) {
  if (line.starts_with("#")) {
    line.remove_prefix(std::min(line.find_first_not_of("# "), line.size()));
    return "<h4>" + Inline(line) + "</h4>\n";
  }
  if (line.starts_with("> ")) return "<blockquote>" + Inline(line.substr(2)) + "</blockquote>\n";
  return line.empty() ? "" : "<p>" + Inline(line) + "</p>\n";
}

std::string Body(const ChatMessage& message) {
  std::istringstream lines(message.text);
  std::string html;
  for (std::string line; std::getline(lines, line);) {
    html += message.markdown ? Block(line) : Escaped(line) + "<br>\n";
  }
  return html;
}

}  // namespace

std::optional<ChatMessage> ReadDingtalkMessage(std::string_view body) {
  const json message = json::parse(body, nullptr, false);
  if (!message.is_object()) return std::nullopt;
  const std::string type = message.value("msgtype", "");
  if (type == "text") return ChatMessage{"", message["text"].value("content", ""), false};
  if (type != "markdown") return std::nullopt;
  return ChatMessage{message["markdown"].value("title", ""), message["markdown"].value("text", ""),
                     true};
}

std::string ChatPage(const std::vector<ChatMessage>& messages) {
  std::string page = kHead;
  if (messages.empty()) page += "<p>Nothing yet.</p>\n";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    page += "<article>\n" + Body(messages[i]) + "<small>message " + std::to_string(i + 1) +
            "</small></article>\n";
  }
  return page;
}

}  // namespace eventer
