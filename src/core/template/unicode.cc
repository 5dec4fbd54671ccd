#include "core/template/unicode.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace eventer::tmpl {
namespace {

struct Run {
  char32_t first, last;
};

constexpr Run kPrint[] = {
#include "core/template/unicode_print.inc"
};

constexpr Run kWord[] = {
#include "core/template/unicode_word.inc"
};

template <std::size_t N>
bool InRuns(const Run (&runs)[N], char32_t rune) {
  const Run* run = std::lower_bound(std::begin(runs), std::end(runs), rune,
                                    [](const Run& r, char32_t value) { return r.last < value; });
  return run != std::end(runs) && run->first <= rune;
}

unsigned char Byte(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// How many bytes a sequence has that begins with `lead`; 0 if none begins so.
std::size_t SequenceLength(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

char32_t SmallestOf(std::size_t length) {
  return length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
}

}  // namespace

bool ValidRune(char32_t rune) { return rune <= kMaxRune && (rune < 0xD800 || rune > 0xDFFF); }

Rune DecodeRune(std::string_view text) {
  if (text.empty()) return {};
  const unsigned char lead = Byte(text, 0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = SequenceLength(lead);
  if (length == 0 || text.size() < length) return {kRuneError, 1};
  char32_t rune = lead & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((Byte(text, i) & 0xC0) != 0x80) return {kRuneError, 1};
    rune = rune << 6 | (Byte(text, i) & 0x3F);
  }
  if (rune < SmallestOf(length) || !ValidRune(rune)) return {kRuneError, 1};
  return {rune, length};
}

Rune DecodeLastRune(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t lowest = text.size() > 4 ? text.size() - 4 : 0;
  for (std::size_t start = text.size(); start-- > lowest;) {
    if ((Byte(text, start) & 0xC0) == 0x80) continue;
    const Rune rune = DecodeRune(text.substr(start));
    if (start + rune.size == text.size()) return rune;
    break;
  }
  return {kRuneError, 1};
}

void AppendRune(std::string& out, char32_t rune) {
  if (!ValidRune(rune)) rune = kRuneError;
  if (rune < 0x80) {
    out += static_cast<char>(rune);
    return;
  }
  const int tail = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
  constexpr std::array<unsigned, 4> kLead = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[tail] | rune >> (6 * tail));
  for (int i = tail - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((rune >> (6 * i)) & 0x3F));
}

std::size_t CountRunes(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(DecodeRune(text).size);
  return count;
}

bool IsWordRune(char32_t rune) {
  if (rune >= 0x80) return InRuns(kWord, rune);
  return rune == '_' || (rune >= '0' && rune <= '9') || (rune >= 'a' && rune <= 'z') ||
         (rune >= 'A' && rune <= 'Z');
}

bool IsPrintRune(char32_t rune) {
  if (rune >= 0x80) return InRuns(kPrint, rune);
  return rune >= 0x20 && rune < 0x7F;
}

}  // namespace eventer::tmpl
