// Runs a program and collects what it writes.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

struct Command {
  std::vector<std::string> argv;              // argv[0] without a slash is looked up in PATH
  std::vector<std::string> environment = {};  // NAME=VALUE; all there is
  Duration timeout{};
  std::size_t max_output = 1 << 20;  // more on stdout is an error
  // Called once, on the caller's thread, if it has not ended after kLong.
  std::function<void()> on_long = {};
  static constexpr Duration kLong = std::chrono::seconds(5);
};

struct ProcessResult {
  int exit_code = -1;  // 128 + N if signal N ended it
  std::string out;
  std::string err;    // the first 4 KiB
  std::string error;  // why there is no exit code; empty if there is one
};

// Blocks until the program has ended and closed its output, the time is over, it wrote too much,
// or `stop` is requested; in the last three cases its whole process group is killed. stdin is
// /dev/null. Any thread.
ProcessResult RunProcess(Clock& clock, const Command& command, std::stop_token stop);

}  // namespace eventer
