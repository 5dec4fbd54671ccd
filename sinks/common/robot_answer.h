// What a chat's robot means: such services say it with a code inside a 200.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/chat_sink.h"
#include "common/http_verdict.h"
#include "eventer/http_client.h"

namespace eventer {

struct RobotCode {
  std::int64_t code;
  Outcome outcome;
  Cause cause;
  std::string_view meaning;    // for people
  Duration rest = {};          // how long the robot is left alone, unless it says that itself
  std::string_view mark = {};  // only if the robot's words hold this, in small letters
};

// One service's. A code that is in no line is the configuration's fault.
struct RobotLanguage {
  std::string_view service;  // "WeCom"
  struct Field {
    std::string_view code, words;
  };
  std::span<const Field> fields;     // where an answer has its code; of several any may refuse
  std::span<const RobotCode> codes;  // the first line that fits counts
  StatusHints hints = {};            // where the status line decides
};

// The code of a 2xx decides, and of a 4xx one that has a line. A 2xx without one is no answer of
// the robot (a proxy's page, or half of one): kRetry. Else the status line. `now`: for a
// Retry-After that is a date. What is said of it is without `secrets`.
ChatAnswer ReadRobotAnswer(const RobotLanguage& language, const HttpResponse& response,
                           WallTime now, std::span<const std::string> secrets);

}  // namespace eventer
