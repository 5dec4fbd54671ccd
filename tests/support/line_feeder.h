// Bytes in, lines out: what a real client does with a streamed body.
#pragma once

#include <string>
#include <string_view>

#include "eventer/http_client.h"

namespace eventer {

class LineFeeder {
 public:
  // False: on_line did not want more.
  bool Feed(std::string_view bytes, const LineHandler& on_line) {
    for (char c : bytes) {
      if (c != '\n') {
        line_ += c;
        continue;
      }
      const bool more = on_line(line_);
      line_.clear();
      if (!more) return false;
    }
    return true;
  }

  // The body ended cleanly: what is left is a line too.
  bool Finish(const LineHandler& on_line) { return line_.empty() || on_line(line_); }

 private:
  std::string line_;
};

}  // namespace eventer
