// The text of an Event that is kept: cut out of what the API server wrote.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace eventer {

// One object in a JSON text, not walked through yet.
struct TextObject {
  const char* begin;  // its brace
  simdjson::ondemand::object object;
};

// Cuts one object's text out of a JSON text. Holds memory that is used again from call to call.
class EventText {
 public:
  // Appends to `*json` the text of `where` on one line, without metadata.managedFields and with
  // the members `head` (`"kind":"Event"`, may be empty) in front. `document` is the whole text up
  // to `end`, which must have been validated before: On-Demand does not look at what it skips.
  // False: not an object after all.
  bool Append(simdjson::ondemand::document& document, const char* end, TextObject& where,
              std::string_view head, std::string* json);

 private:
  // A member to leave out: from its key's quote to the comma or brace behind its value, at most.
  struct Cut {
    const char* begin;
    const char* end;
  };

  bool FindCuts(simdjson::ondemand::object& object);
  bool CutManagedFields(simdjson::ondemand::object& metadata);
  void AppendUncut(std::string_view text, std::string* json) const;

  std::vector<Cut> cuts_;
};

// Makes `*to` of a value. False: it is no object.
bool TakeObject(simdjson::ondemand::value& value, TextObject* to);

// The value of the first member of that name. False: there is none.
bool FindMember(simdjson::ondemand::object& object, std::string_view name,
                simdjson::ondemand::value* value);

}  // namespace eventer
