// What both parts of the lexer know of the text: its delimiters and blanks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace eventer::tmpl {

inline constexpr char32_t kEndOfInput = 0xFFFFFFFF;  // instead of a code point: the input has ended
inline constexpr std::string_view kLeftDelim = "{{", kRightDelim = "}}";
inline constexpr std::string_view kSpaces = " \t\r\n";
inline constexpr std::size_t kTrimMarkerSize = 2;  // the minus and the blank beside it

inline bool IsSpace(char32_t rune) {
  return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n';
}

inline bool HasLeftTrimMarker(std::string_view text) {
  return text.size() >= 2 && text[0] == '-' && IsSpace(static_cast<unsigned char>(text[1]));
}

inline bool HasRightTrimMarker(std::string_view text) {
  return text.size() >= 2 && IsSpace(static_cast<unsigned char>(text[0])) && text[1] == '-';
}

inline std::size_t LeadingSpaces(std::string_view text) {
  return std::min(text.find_first_not_of(kSpaces), text.size());
}

}  // namespace eventer::tmpl
