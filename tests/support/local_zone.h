// TZ for one test.
#pragma once

#include "support/scoped_variable.h"

namespace eventer {

// Sets the local zone for as long as it lives; nullptr: TZ is not set.
class LocalZone {
 public:
  explicit LocalZone(const char* tz) : tz_("TZ", tz) {}

 private:
  const ScopedVariable tz_;
};

}  // namespace eventer
