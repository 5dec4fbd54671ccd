// An event as a line for people.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "eventer/event.h"

namespace eventer {

// Aligns columns over many lines: a column is as wide as the widest text it has seen, up to a
// bound. Used by one thread.
class TextLine {
 public:
  explicit TextLine(bool color) : color_(color) {}

  // Appends time, type, namespace, kind/name, reason, count, message, and "\n". The time is that of
  // the zone TZ. Whatever could move the cursor, change colours or end the line is shown as an
  // escape: "\n", "\x1b", "\u202e".
  void Append(const Event& event, std::string* out);

 private:
  struct Column {
    std::size_t width, most;
  };

  void AppendColumn(std::string_view text, Column* column, std::string* out);
  void AppendType(std::string_view type, std::string* out);

  const bool color_;
  Column type_{7, 16}, namespace_{11, 24}, object_{24, 56}, reason_{16, 28}, count_{2, 7};
};

}  // namespace eventer
