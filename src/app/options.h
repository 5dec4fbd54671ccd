// The command line, read and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eventer/clock.h"
#include "eventer/sink_uri.h"

namespace eventer {

// Valid by construction: every value is in its range, there is one source, and all are of known
// kinds.
// What the URIs' options mean is checked by those who read them.
struct Options {
  SinkUri source;
  std::vector<SinkUri> sinks;  // in the order given
  Duration frequency{};
  std::string healthz_ip;
  std::uint16_t healthz_port = 0;
  bool event_metrics = true;
  bool event_metrics_object_name = false;
  std::optional<Duration> since;
  std::size_t buffer_bytes = 0;
  std::string data_dir;            // empty: the log is in memory
  std::size_t data_dir_bytes = 0;  // of all files in it
  Duration stop_timeout{};
  int verbosity = 0;                  // klog's -v
  std::vector<std::string> warnings;  // to be logged once the program runs
};

struct CommandLine {
  std::string print;  // if not empty: of --help, --version or a command; print it, end with 0
  Options options;    // only if `print` is empty
};

// `args` without the program's name. Throws ConfigError.
CommandLine ParseCommandLine(const std::vector<std::string>& args);

}  // namespace eventer
