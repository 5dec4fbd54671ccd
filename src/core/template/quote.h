// Go's quoted strings: strconv's Quote and Unquote.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eventer::tmpl {

// "…" with Go's escapes; `ascii`: everything above U+007F as \u or \U.
std::string Quote(std::string_view text, bool ascii = false);
std::string QuoteRune(char32_t rune, bool ascii = false);  // '…'
// `text` can be written between back quotes.
bool CanBackquote(std::string_view text);

// What a literal in "" or `` means; nullopt: not a well-formed one.
std::optional<std::string> Unquote(std::string_view literal);
// The first character behind the opening `quote`, escapes resolved. Takes it off `text`.
struct QuotedChar {
  char32_t value;
  bool multibyte;  // written as code point, not as byte
};
std::optional<QuotedChar> UnquoteChar(std::string_view& text, char quote);

}  // namespace eventer::tmpl
