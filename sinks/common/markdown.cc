#include "common/markdown.h"

namespace eventer {

std::string Marked(const Markup::Mark& mark, std::string_view text) {
  return std::string(mark.open).append(text).append(mark.close);
}

std::string Replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string replaced;
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(what, at);
    replaced += text.substr(at, next - at);
    if (next == std::string_view::npos) return replaced;
    replaced += by;
    at = next + what.size();
  }
}

std::string EscapeNothing(std::string_view text) { return std::string(text); }

std::string EscapeMarkdown(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_[]<>~|!#";
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (kMarkup.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

}  // namespace eventer
