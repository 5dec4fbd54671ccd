// `header` options: what a user wants to send besides.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/http_client.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "eventer/watched_text.h"

namespace eventer {

// Used by one thread.
class HeaderOptions {
 public:
  // Reads `header=Name=Value` (repeatable, split at the first '=') and `header_file=PATH`, a file
  // of such lines that is read again when it changes. Throws ConfigError.
  HeaderOptions(SinkUri& uri, const SinkContext& context);

  // As they are now; of one name only the last, names as Go writes them (X-Cluster). A file that
  // cannot be read or understood any more: what it held before, which is logged once.
  const HttpHeaders& Get();

 private:
  std::string ReadFile();  // what is wrong with it, empty if nothing

  const std::string sink_;  // its name
  HttpHeaders fixed_, all_;
  std::unique_ptr<WatchedText> file_;
  std::uint64_t version_ = 0;
  std::string wrong_lines_;  // of that version
  std::string told_;         // what was logged last
};

// "content-type" as "Content-Type", as Go's net/http does it; a name that is none stays.
std::string CanonicalHeaderName(std::string_view name);

}  // namespace eventer
