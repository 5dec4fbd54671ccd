#include "eventer/json_members.h"

#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

namespace eventer {

struct JsonMembers::Impl {
  simdjson::ondemand::parser parser;
  std::string padded;
  std::vector<std::pair<std::string_view, std::string_view>> members;
};

JsonMembers::JsonMembers() : impl_(std::make_unique<Impl>()) {}
JsonMembers::~JsonMembers() = default;

bool JsonMembers::Read(std::string_view object) {
  impl_->members.clear();
  impl_->padded.assign(object);
  impl_->padded.append(simdjson::SIMDJSON_PADDING, '\0');
  simdjson::ondemand::document document;
  simdjson::ondemand::object root;
  const simdjson::padded_string_view text(impl_->padded.data(), object.size(),
                                          impl_->padded.size());
  if (impl_->parser.iterate(text).get(document) != simdjson::SUCCESS) return false;
  if (document.get_object().get(root) != simdjson::SUCCESS) return false;
  for (auto field : root) {
    simdjson::ondemand::raw_json_string key;
    if (field.key().get(key) != simdjson::SUCCESS) return false;
    // Names and values are parts of the caller's text, not of the copy.
    std::string_view name =
        object.substr(static_cast<std::size_t>(key.raw() - impl_->padded.data()));
    name = name.substr(0, name.find('"'));
    simdjson::ondemand::value member;
    if (field.value().get(member) != simdjson::SUCCESS) return false;
    std::string_view raw;
    if (simdjson::to_json_string(member).get(raw) != simdjson::SUCCESS) return false;
    while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\t')) raw.remove_suffix(1);
    const std::string_view value =
        object.substr(static_cast<std::size_t>(raw.data() - impl_->padded.data()), raw.size());
    impl_->members.emplace_back(name, value == "null" ? std::string_view() : value);
  }
  return true;
}

std::string_view JsonMembers::Text(std::string_view name) const {
  std::string_view text;
  for (const auto& [member, value] : impl_->members) {
    if (member == name) text = value;
  }
  return text;
}

}  // namespace eventer
