#include "eventer/base64.h"

#include <cstdint>

namespace eventer {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string WithoutBlanks(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') result += c;
  }
  return result;
}

}  // namespace

std::string Base64Encode(std::string_view bytes) {
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      result += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return result;
}

std::optional<std::string> Base64Decode(std::string_view text) {
  const std::string digits = WithoutBlanks(text);
  if (digits.size() % 4 != 0) return std::nullopt;
  const std::size_t length = digits.find_last_not_of('=') + 1;  // npos + 1 = 0
  if (digits.size() - length > 2) return std::nullopt;
  std::string result;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t digit = kDigits.find(digits[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
    if (i % 4 != 0) result += static_cast<char>(bits >> (6 - 2 * (i % 4)) & 0xff);
  }
  return result;
}

}  // namespace eventer
