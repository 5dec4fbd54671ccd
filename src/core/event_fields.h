// The fields of an Event, from the DOM of its object.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "eventer/event.h"

namespace eventer {

// Fills everything but `event->json`. A field that is missing, null or of the wrong type counts
// as absent; of members with the same name the last one counts, as in Go.
void ReadEventFields(simdjson::dom::object object, Event* event);

// Sets `*to` if `value` is a string.
void TakeString(simdjson::dom::element value, std::string* to);

// Calls visit(key, value) for each member of `value`; what is no object has none.
template <typename Visit>
void ForEachMember(simdjson::dom::element value, Visit visit) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return;
  for (simdjson::dom::key_value_pair member : object) visit(member.key, member.value);
}

}  // namespace eventer
