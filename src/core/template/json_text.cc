#include "core/template/json_text.h"

#include "core/template/go_time.h"
#include "core/template/printer.h"
#include "core/template/unicode.h"

namespace eventer::tmpl {
namespace {

void AppendControl(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kCodes = "\b\f\n\r\t", kLetters = "bfnrt";
  const std::size_t letter = kCodes.find(c);
  if (letter != std::string_view::npos) {
    (out += '\\') += kLetters[letter];
  } else {
    ((out += "\\u00") += kDigits[static_cast<unsigned char>(c) >> 4]) += kDigits[c & 0xF];
  }
}

// How many bytes at the beginning may stand in a JSON string as they are.
std::size_t PlainBytes(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < ' ' || c == '"' || c == '\\') break;
    if (c < 0x80) {
      ++i;
      continue;
    }
    const Rune rune = DecodeRune(text.substr(i));
    if (rune.bad()) break;
    i += rune.size;
  }
  return i;
}

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  AppendJsonEscaped(out, text);
  out += '"';
}

void AppendMap(std::string& out, const Value& map) {
  char separator = '{';
  for (const auto& [key, entry] : *map.as_map()) {
    out += std::exchange(separator, ',');
    AppendQuoted(out, key);
    out += ':';
    AppendQuoted(out, entry);
  }
  out += separator == '{' ? "{}" : "}";
}

void AppendSlice(std::string& out, const Value& slice) {
  out += '[';
  for (std::size_t i = 0; i < slice.length(); ++i) {
    if (i > 0) out += ',';
    AppendJson(out, slice.element(i));
  }
  out += ']';
}

// Go's omitempty: structs are never left out.
bool IsOmitted(const Field& field, const Value& value) {
  return field.omit_empty && value.kind() != Kind::kStruct && !IsTrue(value);
}

void AppendFields(std::string& out, const Value& value, char& separator) {
  const auto fields = value.type().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Value field = value.field(i);
    if (fields[i].json.empty()) {
      AppendFields(out, field, separator);
    } else if (!IsOmitted(fields[i], field)) {
      out += std::exchange(separator, ',');
      AppendQuoted(out, fields[i].json);
      out += ':';
      AppendJson(out, field);
    }
  }
}

// The Kubernetes API's forms, and Go's for a bare time.Time.
std::string JsonTime(const Value& value) {
  Instant time = value.as_instant();
  if (&value.type() == &kTimeType)
    return FormatTime(time, "\"2006-01-02T15:04:05.999999999Z07:00\"");
  if (Compare(time, kZeroTime) == 0) return "null";
  time.utc = true;
  return FormatTime(time, &value.type() == &kMicroTimeType ? "\"2006-01-02T15:04:05.000000Z07:00\""
                                                           : "\"2006-01-02T15:04:05Z07:00\"");
}

void AppendStruct(std::string& out, const Value& value) {
  if (value.is_instant()) {
    out += JsonTime(value);
  } else if (const std::string_view json = value.as_struct()->json(); !json.empty()) {
    out += json;
  } else {
    char separator = '{';
    AppendFields(out, value, separator);
    out += separator == '{' ? "{}" : "}";
  }
}

}  // namespace

void AppendJsonEscaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = PlainBytes(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto c = static_cast<unsigned char>(text[0]);
    if (c >= 0x80) {
      out += "\uFFFD";
    } else if (c < ' ') {
      AppendControl(out, text[0]);
    } else {
      (out += '\\') += text[0];
    }
    text.remove_prefix(1);
  }
}

void AppendJson(std::string& out, const Value& value) {
  if (value.is_nil() && !value.is_bytes()) {
    out += "null";
    return;
  }
  switch (value.kind()) {
    case Kind::kString:
      return AppendQuoted(out, value.as_string());
    case Kind::kMap:
      return AppendMap(out, value);
    case Kind::kPointer:
      return AppendJson(out, *value.as_pointer());
    case Kind::kStruct:
      return AppendStruct(out, value);
    case Kind::kSlice:
      if (value.is_bytes()) return AppendQuoted(out, value.as_string());
      return AppendSlice(out, value);
    case Kind::kInt:
      out += std::to_string(value.as_int());
      break;
    case Kind::kComplex:
      return AppendQuoted(out, Sprint(value));
    default:
      out += Sprint(value);
  }
}

bool InJsonString(std::string_view text, bool inside) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      inside = !inside;
    } else if (inside && text[i] == '\\') {
      ++i;
    }
  }
  return inside;
}

}  // namespace eventer::tmpl
