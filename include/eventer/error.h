// What is wrong with the configuration. Thrown on the main thread while things are built, never
// afterwards; `main` prints one line and exits with 2.
#pragma once

#include <stdexcept>
#include <string>

namespace eventer {

// The text names flag and option and holds no secret:
// "--sink=dingtalk: option access_token is required".
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace eventer
