#include "core/event_text.h"

#include <algorithm>
#include <utility>

namespace eventer {
namespace {

namespace ondemand = simdjson::ondemand;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

const char* SkipSpace(const char* text) {
  while (IsSpace(*text)) ++text;
  return text;
}

bool IsKey(ondemand::field& field, std::string_view name) {
  const char* key = field.key().raw();
  if (*key != name.front() && *key != '\\') return false;
  const char* end = key;
  while (*end != '"' && *end != '\\') ++end;
  if (*end == '"') return std::string_view(key, end - key) == name;
  std::string_view unescaped;
  return field.unescaped_key().get(unescaped) == simdjson::SUCCESS && unescaped == name;
}

// JSON has raw line ends only between tokens.
void PutOnOneLine(std::string* json) {
  for (char line_end : {'\n', '\r'}) {
    if (json->find(line_end) == std::string::npos) continue;  // memchr: faster than replace
    std::replace(json->begin(), json->end(), line_end, ' ');
  }
}

}  // namespace

bool FindMember(ondemand::object& object, std::string_view name, ondemand::value* value) {
  for (auto member : object) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    if (!IsKey(field, name)) continue;
    *value = field.value();
    return true;
  }
  return false;
}

bool TakeObject(ondemand::value& value, TextObject* to) {
  to->begin = value.raw_json_token().data();
  return value.get(to->object) == simdjson::SUCCESS;
}

bool EventText::Append(ondemand::document& document, const char* end, TextObject& where,
                       std::string_view head, std::string* json) {
  if (!FindCuts(where.object)) return false;
  // Where the next token stands; there is nothing but blanks between.
  const char* next = nullptr;
  if (document.current_location().get(next) == simdjson::SUCCESS) end = next;
  std::string_view text = TrimEnd({where.begin, static_cast<std::size_t>(end - where.begin)});
  std::size_t size = text.size() + head.size() + 1;
  for (const Cut& cut : cuts_) size -= cut.end - cut.begin;
  json->reserve(json->size() + size);
  if (!head.empty()) {
    json->append("{").append(head);
    text.remove_prefix(1);
    if (*SkipSpace(text.data()) != '}') json->push_back(',');
  }
  AppendUncut(text, json);
  PutOnOneLine(json);
  return true;
}

bool EventText::FindCuts(ondemand::object& object) {
  cuts_.clear();
  for (auto member : object) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    ondemand::object metadata;
    if (!IsKey(field, "metadata") || field.value().get(metadata) != simdjson::SUCCESS) continue;
    if (!CutManagedFields(metadata)) return false;
  }
  return true;
}

bool EventText::CutManagedFields(ondemand::object& metadata) {
  for (auto member : metadata) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return false;
    const char* begin = field.key().raw() - 1;
    if (!IsKey(field, "managedFields")) continue;
    std::string_view value;
    if (simdjson::to_json_string(field.value()).get(value) != simdjson::SUCCESS) return false;
    cuts_.push_back({begin, value.data() + value.size()});
  }
  return true;
}

// Leaves out each cut together with one of the commas around it.
void EventText::AppendUncut(std::string_view text, std::string* json) const {
  const char* from = text.data();
  for (const Cut& cut : cuts_) {
    json->append(from, cut.begin);
    from = SkipSpace(cut.end);
    if (*from == ',') {
      ++from;
    } else {  // the last member: the comma before it goes, if it is not the only one
      json->resize(TrimEnd(*json).size());
      if (json->back() == ',') json->pop_back();
    }
  }
  json->append(from, text.data() + text.size());
}

}  // namespace eventer
