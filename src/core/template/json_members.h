// Reading an event's JSON as Go's typed decoder does.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

#include "core/template/value.h"
#include "eventer/clock.h"

namespace eventer::tmpl {

Instant InstantOf(WallTime time);

// A JSON object's members, converted to Go. What is missing or of another type is Go's zero value;
// of members with the same name the last one counts.
class Members {
 public:
  Members() = default;
  explicit Members(simdjson::dom::element value);

  bool exists() const { return object_.has_value(); }

  Members Object(std::string_view key) const {
    const auto value = Find(key);
    return value ? Members(*value) : Members();
  }

  template <typename T>
  std::optional<T> Get(std::string_view key) const {
    T out;
    const auto value = Find(key);
    return value && value->get(out) == simdjson::SUCCESS ? std::optional<T>(out) : std::nullopt;
  }

  std::string_view Text(std::string_view key) const {
    return Get<std::string_view>(key).value_or(std::string_view());
  }

  std::optional<Instant> Time(std::string_view key) const;

  std::optional<simdjson::dom::object> object() const { return object_; }

 private:
  std::optional<simdjson::dom::element> Find(std::string_view key) const;

  std::optional<simdjson::dom::object> object_;
};

}  // namespace eventer::tmpl
