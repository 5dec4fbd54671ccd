// Options that nobody may see: a token, a password, a signing key.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "eventer/sink_uri.h"
#include "eventer/watched_text.h"

namespace eventer {

// The option `x`, or `x_file` (or another name for it): a path that is read again when the file
// changes. Used by one thread.
class Secret {
 public:
  Secret() = default;
  // Absent: empty. Throws ConfigError if both are given or the file cannot be read.
  static Secret Read(SinkUri& uri, std::string_view option, Clock& clock,
                     std::string_view file_option = {});
  // As Read; throws if neither is given.
  static Secret Require(SinkUri& uri, std::string_view option, Clock& clock,
                        std::string_view file_option = {});

  static Secret Fixed(std::string value);

  bool empty() const { return !file_ && value_.empty(); }
  // The value of now, without blanks around it. A file that can no longer be read: the last one.
  const std::string& Get();

 private:
  std::string value_;
  std::shared_ptr<WatchedText> file_;
};

// What a receiver answers, to be shown: it may repeat what it was sent. The beginning of `text` as
// OneLine makes it, with every occurrence of each secret replaced by "***", however much of it is
// percent-encoded or escaped as in JSON. Of a long text only so much is read as leaves memory
// alone. To be given the whole, not a part: a part of a secret is not found.
std::string HideSecrets(std::string_view text, std::span<const std::string> secrets,
                        std::size_t max_bytes);

}  // namespace eventer
