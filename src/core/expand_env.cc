#include "core/expand_env.h"

#include <cstdlib>

#include "eventer/ascii.h"

namespace eventer {
namespace {

bool IsSpecial(char c) {
  return std::string_view("*#$@!?-0123456789").find(c) != std::string_view::npos;
}

bool IsNameChar(char c) { return c == '_' || IsAlphanumeric(c); }

// What follows a '$'.
struct Reference {
  std::string_view name;
  std::size_t size = 0;  // of the text that makes it up; with an empty name: bad syntax, eaten
};

Reference ReadBraced(std::string_view text) {
  if (text.size() > 2 && IsSpecial(text[1]) && text[2] == '}') return {text.substr(1, 1), 3};
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return {"", 1};
  return {text.substr(1, end - 1), end + 1};
}

Reference ReadReference(std::string_view text) {
  if (text.front() == '{') return ReadBraced(text);
  if (IsSpecial(text.front())) return {text.substr(0, 1), 1};
  std::size_t size = 0;
  while (size < text.size() && IsNameChar(text[size])) ++size;
  return {text.substr(0, size), size};
}

std::string Value(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? value : "";
}

}  // namespace

std::string ExpandEnv(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    out.append(text.substr(0, dollar));
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    const Reference reference = text.empty() ? Reference{} : ReadReference(text);
    if (reference.size == 0) out.push_back('$');
    if (!reference.name.empty()) out.append(Value(reference.name));
    text.remove_prefix(reference.size);
  }
  return out;
}

}  // namespace eventer
