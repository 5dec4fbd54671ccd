#include "core/template/escapers.h"

#include "core/template/unicode.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";

void AppendHex(std::string& out, unsigned value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kUpperHex[value >> shift & 0xF];
}

// Empty: it may stand as it is.
std::string_view HtmlEscape(char c) {
  switch (c) {
    case '\0':
      return "\uFFFD";
    case '"':
      return "&#34;";
    case '\'':
      return "&#39;";
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return {};
  }
}

// Of ASCII; empty: it may stand as it is, or is a control character.
std::string_view JsEscape(char32_t c) {
  switch (c) {
    case '\\':
      return "\\\\";
    case '\'':
      return "\\'";
    case '"':
      return "\\\"";
    case '<':
      return "\\u003C";
    case '>':
      return "\\u003E";
    case '&':
      return "\\u0026";
    case '=':
      return "\\u003D";
    default:
      return {};
  }
}

bool IsUnreserved(char c) {
  return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

}  // namespace

void AppendHtmlEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const std::string_view escape = HtmlEscape(c);
    if (escape.empty()) {
      out += c;
    } else {
      out += escape;
    }
  }
}

void AppendJsEscaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    const std::string_view escape = JsEscape(rune.value);
    if (!escape.empty()) {
      out += escape;
    } else if (rune.value < ' ') {
      out += "\\u00";
      AppendHex(out, rune.value, 2);
    } else if (rune.value < 0x80 || IsPrintRune(rune.value)) {
      out += text.substr(0, rune.size);
    } else {
      out += "\\u";
      AppendHex(out, rune.value, rune.value > 0xFFFFF ? 6 : rune.value > 0xFFFF ? 5 : 4);
    }
    text.remove_prefix(rune.size);
  }
}

void AppendUrlEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      AppendHex(out, static_cast<unsigned char>(c), 2);
    }
  }
}

}  // namespace eventer::tmpl
