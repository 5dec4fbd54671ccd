#include "core/template/quote.h"

#include "core/template/unicode.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kEscapeLetters = "abfnrtv";
constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v";

void AppendHex(std::string& out, std::string_view prefix, char32_t value, int digits) {
  out += prefix;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[value >> shift & 0xF];
}

void AppendEscaped(std::string& out, char32_t rune) {
  const auto letter = rune < 0x80 ? kEscaped.find(static_cast<char>(rune)) : std::string_view::npos;
  if (letter != std::string_view::npos) {
    out += '\\';
    out += kEscapeLetters[letter];
  } else if (rune < ' ' || rune == 0x7F) {
    AppendHex(out, "\\x", rune, 2);
  } else if (rune < 0x10000) {
    AppendHex(out, "\\u", rune, 4);
  } else {
    AppendHex(out, "\\U", rune, 8);
  }
}

void AppendQuotedRune(std::string& out, char32_t rune, char quote, bool ascii) {
  if (rune == static_cast<unsigned char>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
  } else if (IsPrintRune(rune) && (!ascii || rune < 0x80)) {
    AppendRune(out, rune);
  } else {
    AppendEscaped(out, rune);
  }
}

std::optional<char32_t> HexDigits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  char32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char lower = static_cast<char>(text[i] | 0x20);
    const auto digit = IsDigit(text[i]) ? kHex.find(text[i]) : kHex.find(lower, 10);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | static_cast<char32_t>(digit);
  }
  text.remove_prefix(count);
  return value;
}

std::optional<QuotedChar> OctalEscape(char first, std::string_view& text) {
  char32_t value = static_cast<char32_t>(first - '0');
  if (text.size() < 2) return std::nullopt;
  for (int i = 0; i < 2; ++i) {
    if (text[i] < '0' || text[i] > '7') return std::nullopt;
    value = value << 3 | static_cast<char32_t>(text[i] - '0');
  }
  text.remove_prefix(2);
  if (value > 255) return std::nullopt;
  return QuotedChar{value, false};
}

std::optional<QuotedChar> HexEscape(char kind, std::string_view& text) {
  const auto value = HexDigits(text, kind == 'x' ? 2 : kind == 'u' ? 4 : 8);
  if (!value || (kind != 'x' && !ValidRune(*value))) return std::nullopt;
  return QuotedChar{*value, kind != 'x'};
}

// `text` begins behind the backslash.
std::optional<QuotedChar> Escape(std::string_view& text, char quote) {
  if (text.empty()) return std::nullopt;
  const char c = text[0];
  text.remove_prefix(1);
  if (const auto letter = kEscapeLetters.find(c); letter != std::string_view::npos) {
    return QuotedChar{static_cast<char32_t>(kEscaped[letter]), false};
  }
  if (c == 'x' || c == 'u' || c == 'U') return HexEscape(c, text);
  if (c >= '0' && c <= '7') return OctalEscape(c, text);
  if (c == '\\' || ((c == '\'' || c == '"') && c == quote)) {
    return QuotedChar{static_cast<char32_t>(c), false};
  }
  return std::nullopt;
}

std::optional<std::string> UnquoteRaw(std::string_view body) {
  if (body.find('`') != std::string_view::npos) return std::nullopt;
  std::string text(body);
  std::erase(text, '\r');
  return text;
}

}  // namespace

std::string Quote(std::string_view text, bool ascii) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (rune.bad()) {
      AppendHex(out, "\\x", static_cast<unsigned char>(text[0]), 2);
    } else {
      AppendQuotedRune(out, rune.value, '"', ascii);
    }
    text.remove_prefix(rune.size);
  }
  return out += '"';
}

std::string QuoteRune(char32_t rune, bool ascii) {
  std::string out = "'";
  AppendQuotedRune(out, ValidRune(rune) ? rune : kRuneError, '\'', ascii);
  return out += '\'';
}

bool CanBackquote(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    text.remove_prefix(rune.size);
    if (rune.size > 1 && rune.value != 0xFEFF) continue;
    if (rune.size > 1 || rune.bad()) return false;
    if ((rune.value < ' ' && rune.value != '\t') || rune.value == '`' || rune.value == 0x7F) {
      return false;
    }
  }
  return true;
}

std::optional<QuotedChar> UnquoteChar(std::string_view& text, char quote) {
  if (text.empty() || text[0] == quote) return std::nullopt;
  if (static_cast<unsigned char>(text[0]) >= 0x80) {
    const Rune rune = DecodeRune(text);
    text.remove_prefix(rune.size);
    return QuotedChar{rune.value, true};
  }
  const char c = text[0];
  text.remove_prefix(1);
  if (c == '\\') return Escape(text, quote);
  return QuotedChar{static_cast<char32_t>(c), false};
}

std::optional<std::string> Unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != literal.back()) return std::nullopt;
  const char quote = literal.front();
  if (quote == '`') return UnquoteRaw(literal.substr(1, literal.size() - 2));
  if (quote != '"') return std::nullopt;
  literal.remove_prefix(1);
  std::string out;
  while (!literal.empty() && literal[0] != quote) {
    if (literal[0] == '\n') return std::nullopt;
    const auto c = UnquoteChar(literal, quote);
    if (!c) return std::nullopt;
    if (c->multibyte) {
      AppendRune(out, c->value);
    } else {
      out += static_cast<char>(c->value);
    }
  }
  if (literal != "\"") return std::nullopt;
  return out;
}

}  // namespace eventer::tmpl
