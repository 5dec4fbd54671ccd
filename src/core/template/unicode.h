// Code points: UTF-8 in and out, and the classes that Go's lexer and %q ask for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eventer::tmpl {

constexpr char32_t kRuneError = 0xFFFD;
constexpr char32_t kMaxRune = 0x10FFFF;

struct Rune {
  char32_t value = kRuneError;
  std::size_t size = 0;  // bytes; 0 at the end of the text, 1 for a byte that is no UTF-8

  bool bad() const { return size == 1 && value == kRuneError; }
};

Rune DecodeRune(std::string_view text);      // the first one
Rune DecodeLastRune(std::string_view text);  // the last one
bool ValidRune(char32_t rune);               // no surrogate, not above U+10FFFF
// Writes U+FFFD for what is no code point.
void AppendRune(std::string& out, char32_t rune);
std::size_t CountRunes(std::string_view text);

bool IsWordRune(char32_t rune);   // _, letter, decimal digit
bool IsPrintRune(char32_t rune);  // Go's unicode.IsPrint

}  // namespace eventer::tmpl
