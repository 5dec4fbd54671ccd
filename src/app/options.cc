#include "app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/dead_letters_command.h"
#include "app/go_args.h"
#include "app/help.h"
#include "app/version.h"
#include "eventer/error.h"
#include "eventer/sinks.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kMinBufferBytes = 4 * kMiB;
// Room for the log, its journal, what is kept free for a full disk, and dead letters.
constexpr std::uint64_t kMinDataDirBytes = 64 * kMiB;
// As good as for ever, and no deadline that far ahead overflows.
constexpr Duration kMaxStopTimeout = std::chrono::hours(365 * 24);
constexpr std::uint64_t kMaxPort = 65534;  // as the original
constexpr char kWithoutEffect[] = "";      // CLI11 hides a group without a name

// As CLI11 fills it: converted, ranges not checked. The defaults are those that --help shows.
struct RawFlags {
  std::vector<std::string> source, sink;
  std::string frequency = "30s", since, stop_timeout = "20s", healthz_ip = "0.0.0.0", data_dir;
  std::uint64_t healthz_port = 8084, buffer_bytes = 64 * kMiB, data_dir_bytes = 1024 * kMiB;
  std::int64_t v = 0;
  bool event_metrics = true, event_metrics_object_name = false, version = false, help = false;
  // Flags without effect: only whether they were given matters.
  std::int64_t ignored_number = 0;
  std::string ignored_text;
  bool ignored_bool = false;
};

Duration ParseDuration(const std::string& flag, const std::string& text) {
  std::optional<Duration> duration = ParseGoDuration(text);
  if (!duration) throw ConfigError(flag + ": \"" + text + "\" is no duration such as 1m30s");
  if (*duration < Duration::zero()) throw ConfigError(flag + ": " + text + " is negative");
  return *duration;
}

// In the original's words.
Duration ParseFrequency(const std::string& text) {
  Duration frequency = ParseDuration("--frequency", text);
  const std::string supplied = ", supplied " + FormatGoDuration(frequency);
  if (frequency < seconds(5)) {
    throw ConfigError("--frequency needs to be no less than 5s" + supplied);
  }
  if (frequency > minutes(3)) {
    throw ConfigError("--frequency needs to be no greater than 3m0s" + supplied);
  }
  return frequency;
}

std::uint16_t CheckPort(std::uint64_t port) {
  if (port <= kMaxPort) return static_cast<std::uint16_t>(port);
  throw ConfigError("--healthz-port: invalid port supplied for healthz " + std::to_string(port));
}

std::size_t CheckBufferBytes(std::uint64_t bytes) {
  if (bytes >= kMinBufferBytes) return bytes;
  throw ConfigError("--buffer-bytes needs to be no less than 4MiB, supplied " +
                    std::to_string(bytes) + " bytes");
}

std::size_t CheckDataDirBytes(std::uint64_t bytes) {
  if (bytes >= kMinDataDirBytes) return bytes;
  throw ConfigError("--data-dir-bytes needs to be no less than 64MiB, supplied " +
                    std::to_string(bytes) + " bytes");
}

// A check for CLI11, which applies checks to each value of a repeated flag, although only the last
// one counts: a bad one is never hidden, nor is it by Go's package flag. `parse` throws.
template <typename Parse>
auto ParsesWith(Parse parse) {
  return [parse](const std::string& text) {
    parse(text);
    return std::string();
  };
}

// The same of a number.
template <typename Number, typename Check>
auto ChecksNumber(Check check) {
  return [check](const std::string& text) {
    Number number = 0;
    // CLI11 takes an empty text for zero.
    if (text.empty() || !CLI::detail::lexical_cast(text, number)) return "is no number: " + text;
    check(number);
    return std::string();
  };
}

auto AnyNumber() {
  return ChecksNumber<std::int64_t>([](std::int64_t) {});
}

void AddEventFlags(CLI::App& app, RawFlags& flags) {
  auto add = [&](const char* name, auto& value, const char* type, const char* description) {
    return app.add_option(name, value, description)->type_name(type)->group("Events");
  };
  add("--source", flags.source, "URI", "Where events come from; exactly one")
      ->take_all()
      ->allow_extra_args(false)
      ->option_text("URI");
  add("--sink", flags.sink, "URI", "Where events go; may be repeated")
      ->take_all()
      ->allow_extra_args(false)
      ->option_text("URI");
  add("--frequency", flags.frequency, "DURATION",
      "How often waiting events are handed to the sinks, 5s to 3m0s")
      ->capture_default_str()
      ->check(ParsesWith(ParseFrequency));
  add("--since", flags.since, "DURATION",
      "Begin with stored events that are not older; a place in --data-dir wins")
      ->check(ParsesWith([](const std::string& text) { ParseDuration("--since", text); }));
  add("--buffer-bytes", flags.buffer_bytes, "SIZE",
      "Memory for events that a sink has not taken yet, at least 4MiB")
      ->transform(CLI::AsSizeValue(false))
      ->check(ChecksNumber<std::uint64_t>(CheckBufferBytes))
      ->option_text("SIZE=64MiB");
  add("--data-dir", flags.data_dir, "PATH",
      "Keep waiting events on this disk, over restarts and kills")
      ->check([](const std::string& text) { return text.empty() ? "--data-dir is empty" : ""; });
  add("--data-dir-bytes", flags.data_dir_bytes, "SIZE",
      "Room for it, dead letters included, at least 64MiB")
      ->transform(CLI::AsSizeValue(false))
      ->check(ChecksNumber<std::uint64_t>(CheckDataDirBytes))
      ->option_text("SIZE=1GiB");
  add("--stop-timeout", flags.stop_timeout, "DURATION",
      "How long a stop waits for the sinks to take what is left")
      ->capture_default_str()
      ->check(ParsesWith([](const std::string& text) { ParseDuration("--stop-timeout", text); }));
}

void AddServiceFlags(CLI::App& app, RawFlags& flags) {
  const char* group = "Health and metrics";
  app.add_option("--healthz-ip", flags.healthz_ip, "Address to serve health and metrics on")
      ->type_name("IP")
      ->capture_default_str()
      ->group(group);
  app.add_option("--healthz-port", flags.healthz_port, "Its port; 0: any free one")
      ->type_name("PORT")
      ->check(ChecksNumber<std::uint64_t>(CheckPort))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--event-metrics", flags.event_metrics, "Count events by reason, namespace and kind")
      ->option_text("BOOL=true")
      ->group(group);
  app.add_flag("--event-metrics-object-name", flags.event_metrics_object_name,
               "Count them by the object's name too: many series")
      ->option_text("BOOL=false")
      ->group(group);
}

void AddOtherFlags(CLI::App& app, RawFlags& flags) {
  app.add_option("--v", flags.v, "Log level: from 4 on, a line for each event too")
      ->type_name("N")
      ->check(AnyNumber())
      ->capture_default_str()
      ->group("Other");
  app.add_flag("--version", flags.version, "Print version and commit, and exit")->group("Other");
  app.add_flag("--help,--h", flags.help, "Print this, and exit")->group("Other");
}

void AddFlagsWithoutEffect(CLI::App& app, RawFlags& flags) {
  for (const char* name : {"--max_procs", "--log_file_max_size"}) {
    app.add_option(name, flags.ignored_number)
        ->check([name](const std::string& text) {
          const std::string problem = AnyNumber()(text);
          return problem.empty() ? "" : std::string(name) + " " + problem;
        })
        ->group(kWithoutEffect);
  }
  for (const char* name : {"--log_dir", "--log_file", "--stderrthreshold",
                           "--alsologtostderrthreshold", "--vmodule", "--log_backtrace_at"}) {
    app.add_option(name, flags.ignored_text)->group(kWithoutEffect);
  }
  for (const char* name :
       {"--logtostderr", "--alsologtostderr", "--legacy_stderr_threshold_behavior",
        "--add_dir_header", "--skip_headers", "--one_output", "--skip_log_headers"}) {
    app.add_flag(name, flags.ignored_bool)->group(kWithoutEffect);
  }
}

std::vector<std::string> NamesWithoutEffect(const CLI::App& app, bool only_given) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group() != kWithoutEffect) continue;
    if (!only_given || option->count() > 0) names.push_back("--" + option->get_lnames().front());
  }
  return names;
}

GoFlags FlagsOf(const CLI::App& app) {
  GoFlags flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      flags[name] = option->get_items_expected_max() == 0;
    }
  }
  return flags;
}

SinkUri ParseSource(const std::vector<std::string>& sources) {
  if (sources.size() != 1) {
    throw ConfigError("--source: wrong number of sources specified: exactly one is needed, not " +
                      std::to_string(sources.size()));
  }
  SinkUri uri = SinkUri::Parse("--source", sources.front());
  if (uri.key() == "kubernetes") return uri;
  throw ConfigError(uri.Name() + ": there is no such source, did you mean kubernetes?");
}

Options Check(const RawFlags& flags) {
  Options options;
  options.frequency = ParseFrequency(flags.frequency);
  options.healthz_ip = flags.healthz_ip;
  options.healthz_port = CheckPort(flags.healthz_port);
  options.event_metrics = flags.event_metrics;
  options.event_metrics_object_name = flags.event_metrics_object_name;
  if (!flags.since.empty()) options.since = ParseDuration("--since", flags.since);
  options.buffer_bytes = CheckBufferBytes(flags.buffer_bytes);
  options.data_dir = flags.data_dir;
  options.data_dir_bytes = CheckDataDirBytes(flags.data_dir_bytes);
  options.stop_timeout =
      std::min(ParseDuration("--stop-timeout", flags.stop_timeout), kMaxStopTimeout);
  options.verbosity = static_cast<int>(std::clamp<std::int64_t>(flags.v, 0, 10));
  options.source = ParseSource(flags.source);
  for (const std::string& sink : flags.sink) {
    options.sinks.push_back(SinkUri::Parse("--sink", sink));
    FindSinkKind(options.sinks.back());  // throws, before a directory is made or a plug-in runs
  }
  return options;
}

std::vector<std::string> Warnings(const CLI::App& app, const GoArgs& args) {
  std::vector<std::string> warnings;
  std::vector<std::string> ignored = NamesWithoutEffect(app, true);
  if (!ignored.empty()) {
    warnings.push_back("flags that do nothing here: " + CLI::detail::join(ignored, ", "));
  }
  if (!args.positional.empty()) {
    // Their text is not shown: a sink's secret may be in it.
    warnings.push_back(std::to_string(args.positional.size()) +
                       " arguments are ignored: flags end at the first word that is none");
  }
  return warnings;
}

void Parse(CLI::App& app, std::vector<std::string> args) {
  std::reverse(args.begin(), args.end());  // as CLI11 wants it
  try {
    app.parse(args);
  } catch (const CLI::ParseError& error) {
    throw ConfigError(error.what());
  }
}

}  // namespace

CommandLine ParseCommandLine(const std::vector<std::string>& args) {
  if (!args.empty() && args.front() == "dead-letters") {
    return {DeadLettersCommand({args.begin() + 1, args.end()}), {}};
  }
  CLI::App app("Watches the events of a Kubernetes cluster and delivers each to every sink.",
               "kube-eventer");
  app.set_help_flag();
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  RawFlags flags;
  AddEventFlags(app, flags);
  AddServiceFlags(app, flags);
  AddOtherFlags(app, flags);
  AddFlagsWithoutEffect(app, flags);
  const GoArgs normalised = NormaliseGoArgs(args, FlagsOf(app));
  Parse(app, normalised.normalised);

  CommandLine line;
  if (flags.help) {
    app.get_formatter()->column_width(38);
    line.print = HelpText(app.help(), NamesWithoutEffect(app, false));
  } else if (flags.version) {
    const BuildInfo build = ThisBuild();
    line.print = "kube-eventer version: " + build.version + " commit: " + build.commit + "\n";
  } else {
    line.options = Check(flags);
    line.options.warnings = Warnings(app, normalised);
  }
  return line;
}

}  // namespace eventer
