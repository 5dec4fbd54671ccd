// Classes of ASCII characters, whatever the locale.
#pragma once

namespace eventer {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool IsAlphanumeric(char c) { return IsAlpha(c) || IsDigit(c); }

}  // namespace eventer
