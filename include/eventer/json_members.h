// A JSON object taken apart without a DOM.
#pragma once

#include <memory>
#include <string_view>

namespace eventer {

// Used by one thread; keeps its buffers from object to object.
class JsonMembers {
 public:
  JsonMembers();
  ~JsonMembers();

  // Takes `object`, the text of a valid JSON object, apart. False: it is none. What Text returns
  // points into `object` and is good until the next Read.
  bool Read(std::string_view object);

  // The text of a member's value, strings with their quotes; empty if it is missing or null. Of
  // members with the same name the last one counts.
  std::string_view Text(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eventer
