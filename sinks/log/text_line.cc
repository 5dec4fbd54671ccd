#include "log/text_line.h"

#include <algorithm>
#include <cstdio>

#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr std::string_view kYellow = "\x1b[33m", kGreen = "\x1b[32m", kPlain = "\x1b[0m";

// A code point that acts on a terminal instead of being shown: C0, DEL, C1, line separators, and
// what turns the direction of writing.
bool ActsOnTerminal(unsigned code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

struct CodePoint {
  unsigned code;
  std::size_t size;  // in bytes
};

// Only what is of two or three bytes and whole is decoded: nothing longer acts on a terminal.
CodePoint ReadUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) >= 0xc0 && byte(0) < 0xe0 && text.size() >= 2) {
    return {(byte(0) & 0x1fu) << 6 | (byte(1) & 0x3fu), 2};
  }
  if (byte(0) >= 0xe0 && byte(0) < 0xf0 && text.size() >= 3) {
    return {(byte(0) & 0xfu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu), 3};
  }
  return {byte(0) < 0x80 ? byte(0) : 0xfffdu, 1};
}

std::string Escape(unsigned code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  char text[8];
  std::snprintf(text, sizeof text, code < 0x80 ? "\\x%02x" : "\\u%04x", code);
  return text;
}

std::string Harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = ReadUtf8(text);
    if (ActsOnTerminal(point.code)) {
      out += Escape(point.code);
    } else {
      out.append(text.substr(0, point.size));
    }
    text.remove_prefix(point.size);
  }
  return out;
}

// In code points: bytes that do not continue one.
std::size_t Width(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

}  // namespace

void TextLine::Append(const Event& event, std::string* out) {
  const ObjectReference& object = event.involved_object;
  const std::string& ns = event.ObjectNamespace();
  out->append(FormatDateTime(event.last_seen)).append("  ");
  AppendType(event.type, out);
  AppendColumn(ns.empty() ? "-" : ns, &namespace_, out);
  AppendColumn(object.kind + "/" + object.name, &object_, out);
  AppendColumn(event.reason, &reason_, out);
  AppendColumn("x" + std::to_string(event.count), &count_, out);
  out->append(Harmless(event.message)).append("\n");
}

void TextLine::AppendColumn(std::string_view text, Column* column, std::string* out) {
  const std::string shown = Harmless(text);
  const std::size_t width = Width(shown);
  column->width = std::clamp(width, column->width, column->most);
  out->append(shown).append(column->width - std::min(width, column->width) + 2, ' ');
}

void TextLine::AppendType(std::string_view type, std::string* out) {
  if (!color_) return AppendColumn(type, &type_, out);
  out->append(type == "Normal" ? kGreen : kYellow);
  AppendColumn(type, &type_, out);
  out->append(kPlain);
}

}  // namespace eventer
