// How a chat marks texts up, and texts of others inside of markup.
#pragma once

#include <string>
#include <string_view>

namespace eventer {

// `text` with `by` in the place of every `what`.
std::string Replaced(std::string_view text, std::string_view what, std::string_view by);

// `text` so that markdown shows it as it is: a backslash before every character that could begin
// markup, line ends as blanks. Names of Kubernetes objects stay as they are.
std::string EscapeMarkdown(std::string_view text);
// The text itself, where there is no markup.
std::string EscapeNothing(std::string_view text);

// Without anything said: plain text.
struct Markup {
  struct Mark {
    std::string_view open, close;
  };

  std::string (*escape)(std::string_view text) = EscapeNothing;  // so that it is shown as it is
  Mark strong = {};                                              // values, reasons
  Mark warning = {};                                             // the reason of a Warning
  std::string_view line_end = "\n";
  std::string_view quote = "", quote_break = "\n";  // before a message, between its lines
  bool links = false;                               // [text](address)
};

inline constexpr Markup kPlainText;
inline constexpr Markup kMarkdown = {.escape = EscapeMarkdown,
                                     .strong = {"**", "**"},
                                     .warning = {"**", "**"},
                                     .line_end = "\n\n",
                                     .quote = "> ",
                                     .quote_break = "\n>\n> ",
                                     .links = true};

std::string Marked(const Markup::Mark& mark, std::string_view text);

}  // namespace eventer
