#include "eventer/text.h"

#include <algorithm>
#include <array>

namespace eventer {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::size_t CutPoint(std::string_view text, std::size_t max_bytes) {
  std::size_t size = std::min(text.size(), max_bytes);
  while (size < text.size() && size > 0 && (text[size] & 0xC0) == 0x80) --size;
  return size;
}

std::string OneLine(std::string_view text, std::size_t max_bytes) {
  const std::size_t size = CutPoint(text, max_bytes);
  std::string line(text.substr(0, size));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return size < text.size() ? line + "…" : line;
}

std::optional<bool> ParseGoBool(std::string_view text) {
  static constexpr std::array kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  static constexpr std::array kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

}  // namespace eventer
