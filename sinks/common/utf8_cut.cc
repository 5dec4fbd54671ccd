#include "common/utf8_cut.h"

#include <algorithm>

namespace eventer {
namespace {

constexpr std::string_view kMark = "…";

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Bytes of the first `characters` code points.
std::size_t BytesOf(std::string_view text, std::size_t characters) {
  std::size_t begun = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (BeginsCharacter(text[i]) && ++begun > characters) return i;
  }
  return text.size();
}

}  // namespace

std::string CutUtf8(std::string_view text, std::size_t max_characters, std::size_t max_bytes) {
  if (text.size() <= max_bytes && BytesOf(text, max_characters) == text.size()) {
    return std::string(text);
  }
  std::size_t size = BytesOf(text, max_characters - std::min<std::size_t>(max_characters, 1));
  size = std::min(size, max_bytes - std::min(max_bytes, kMark.size()));
  while (size > 0 && size < text.size() && !BeginsCharacter(text[size])) --size;
  return std::string(text.substr(0, size)) + std::string(kMark);
}

}  // namespace eventer
