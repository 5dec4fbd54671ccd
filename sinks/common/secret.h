// Options that nobody may see: a token, a password, a signing key.
#pragma once

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

// `text` with every occurrence of each secret replaced by "***", however much of it is
// percent-encoded: for what a receiver answers, which may repeat what it was sent. To be cut
// afterwards, not before: a part of a secret is not found.
std::string HideSecrets(const std::string& text, std::span<const std::string> secrets);

}  // namespace eventer
