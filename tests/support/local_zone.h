// TZ for one test.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace eventer {

// Sets the local zone for as long as it lives; nullptr: TZ is not set.
class LocalZone {
 public:
  explicit LocalZone(const char* tz) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    Set(tz);
  }
  ~LocalZone() { Set(before_ ? before_->c_str() : nullptr); }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;

 private:
  static void Set(const char* tz) { tz ? ::setenv("TZ", tz, 1) : ::unsetenv("TZ"); }

  std::optional<std::string> before_;
};

}  // namespace eventer
