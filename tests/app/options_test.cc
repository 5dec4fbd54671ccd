#include "app/options.h"

#include <gmock/gmock.h>

#include "eventer/error.h"
#include "eventer/sinks.h"

namespace eventer {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSource[] = "--source=kubernetes:";

Options Parse(std::vector<std::string> args) {
  args.insert(args.begin(), kSource);
  return ParseCommandLine(args).options;
}

std::string ErrorOf(const std::vector<std::string>& args) {
  try {
    ParseCommandLine(args);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string ErrorWithSource(std::string arg) { return ErrorOf({kSource, std::move(arg)}); }

TEST(Options, DefaultsAreTheOriginals) {
  Options options = Parse({});
  EXPECT_EQ(options.frequency, seconds(30));
  EXPECT_EQ(options.healthz_ip, "0.0.0.0");
  EXPECT_EQ(options.healthz_port, 8084);
  EXPECT_TRUE(options.event_metrics);
  EXPECT_THAT(options.sinks, IsEmpty());
}

TEST(Options, DefaultsOfNewFlags) {
  Options options = Parse({});
  EXPECT_FALSE(options.event_metrics_object_name);
  EXPECT_EQ(options.since, std::nullopt);
  EXPECT_EQ(options.buffer_bytes, 64u << 20);
  EXPECT_EQ(options.data_dir, "");
  EXPECT_EQ(options.data_dir_bytes, 1u << 30);
  EXPECT_EQ(options.stop_timeout, seconds(20));
  EXPECT_EQ(options.verbosity, 0);
  EXPECT_THAT(options.warnings, IsEmpty());
}

TEST(Options, EveryFlagIsRead) {
  Options options =
      Parse({"-frequency=1m", "--healthz-ip", "::1", "--healthz-port=9084", "--event-metrics=false",
             "--event-metrics-object-name", "--since=1h30m", "--buffer-bytes=4MiB",
             "--stop-timeout=0", "-v=4", "--data-dir=/d", "--data-dir-bytes=64MiB"});
  EXPECT_EQ(options.data_dir, "/d");
  EXPECT_EQ(options.data_dir_bytes, 64u << 20);
  EXPECT_EQ(options.frequency, minutes(1));
  EXPECT_EQ(options.healthz_ip, "::1");
  EXPECT_EQ(options.healthz_port, 9084);
  EXPECT_FALSE(options.event_metrics);
  EXPECT_TRUE(options.event_metrics_object_name);
  EXPECT_EQ(options.since, minutes(90));
  EXPECT_EQ(options.buffer_bytes, 4u << 20);
  EXPECT_EQ(options.stop_timeout, Duration::zero());
  EXPECT_EQ(options.verbosity, 4);
}

TEST(Options, AStopThatWaitsForCenturiesWaitsForAYear) {
  EXPECT_EQ(Parse({"--stop-timeout=2562047h"}).stop_timeout, hours(365 * 24));
  EXPECT_EQ(Parse({"--stop-timeout=24h"}).stop_timeout, hours(24));
}

TEST(Options, ADataDirHasAPathAndRoom) {
  EXPECT_THAT(ErrorWithSource("--data-dir="), HasSubstr("--data-dir"));
  EXPECT_EQ(ErrorWithSource("--data-dir-bytes=1MiB"),
            "--data-dir-bytes needs to be no less than 64MiB, supplied 1048576 bytes");
}

TEST(Options, SinksKeepTheirOrder) {
  Options options = Parse({"--sink=log:", "-sink", "webhook:http://h", "--sink=log:http://x"});
  ASSERT_EQ(options.sinks.size(), 3u);
  EXPECT_EQ(options.sinks[0].key(), "log");
  EXPECT_EQ(options.sinks[1].key(), "webhook");
  EXPECT_EQ(options.sinks[2].host(), "x");
}

TEST(Options, OfARepeatedScalarTheLastCounts) {
  EXPECT_EQ(Parse({"--frequency=10s", "--frequency=20s"}).frequency, seconds(20));
  EXPECT_FALSE(Parse({"--event-metrics", "--event-metrics=false"}).event_metrics);
}

TEST(Options, ABadValueIsNotHiddenByAGoodOneAfterIt) {
  for (const auto& [flag, bad, good] : {std::tuple("--frequency", "soon", "10s"),
                                        {"--frequency", "1s", "10s"},
                                        {"--since", "yesterday", "1h"},
                                        {"--since", "-1h", "1h"},
                                        {"--stop-timeout", "5", "5s"},
                                        {"--buffer-bytes", "lots", "4MiB"},
                                        {"--buffer-bytes", "1MiB", "4MiB"},
                                        {"--healthz-port", "http", "0"},
                                        {"--healthz-port", "65535", "0"},
                                        {"--event-metrics", "maybe", "true"},
                                        {"--v", "much", "0"},
                                        {"--max_procs", "many", "0"}}) {
    const std::string text = std::string(flag) + "=";
    const std::string alone = ErrorOf({kSource, text + bad});
    EXPECT_THAT(alone, HasSubstr(flag));
    EXPECT_EQ(ErrorOf({kSource, text + bad, text + good}), alone);
    EXPECT_EQ(ErrorOf({kSource, text + good, text + good}), "no error");
  }
}

TEST(Options, FrequencyIsFrom5sTo3mInTheOriginalsWords) {
  EXPECT_EQ(Parse({"--frequency=5s"}).frequency, seconds(5));
  EXPECT_EQ(Parse({"--frequency=3m"}).frequency, minutes(3));
  EXPECT_EQ(ErrorWithSource("--frequency=4999ms"),
            "--frequency needs to be no less than 5s, supplied 4.999s");
  EXPECT_EQ(ErrorWithSource("--frequency=181s"),
            "--frequency needs to be no greater than 3m0s, supplied 3m1s");
}

TEST(Options, ADurationNeedsAUnit) {
  for (std::string flag : {"--frequency", "--since", "--stop-timeout"}) {
    EXPECT_EQ(ErrorWithSource(flag + "=30"), flag + ": \"30\" is no duration such as 1m30s");
    EXPECT_THAT(ErrorWithSource(flag + "="), HasSubstr(flag));
    EXPECT_EQ(ErrorWithSource(flag + "=-1s"), flag + ": -1s is negative");
  }
}

TEST(Options, PortsEndBelow65535) {
  EXPECT_EQ(Parse({"--healthz-port=65534"}).healthz_port, 65534);
  EXPECT_EQ(Parse({"--healthz-port=0"}).healthz_port, 0);
  EXPECT_EQ(ErrorWithSource("--healthz-port=65535"),
            "--healthz-port: invalid port supplied for healthz 65535");
  for (const char* text : {"--healthz-port=-1", "--healthz-port=http", "--healthz-port="}) {
    EXPECT_THAT(ErrorWithSource(text), HasSubstr("--healthz-port")) << text;
  }
}

TEST(Options, SizesHaveUnits) {
  const std::size_t mib = 1 << 20;
  EXPECT_EQ(Parse({"--buffer-bytes=5000000"}).buffer_bytes, 5000000u);
  EXPECT_EQ(Parse({"--buffer-bytes=4096KiB"}).buffer_bytes, 4 * mib);
  EXPECT_EQ(Parse({"--buffer-bytes=4096K"}).buffer_bytes, 4 * mib);
  EXPECT_EQ(Parse({"--buffer-bytes=5M"}).buffer_bytes, 5 * mib);
  EXPECT_EQ(Parse({"--buffer-bytes=1G"}).buffer_bytes, 1024 * mib);
  EXPECT_EQ(Parse({"--buffer-bytes=2GiB"}).buffer_bytes, 2048 * mib);
  for (const char* text : {"--buffer-bytes=4194303", "--buffer-bytes=4MB3", "--buffer-bytes=-5M",
                           "--buffer-bytes=lots", "--buffer-bytes=", "--buffer-bytes=64XiB",
                           "--buffer-bytes=99999999999999999999G"}) {
    EXPECT_THAT(ErrorWithSource(text), HasSubstr("--buffer-bytes")) << text;
  }
}

TEST(Options, ExactlyOneSourceIsNeeded) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("--source: wrong number of sources specified"));
  EXPECT_THAT(ErrorOf({kSource, kSource}), HasSubstr("--source"));
}

TEST(Options, AnUnknownSourceNamesTheOneThereIs) {
  EXPECT_EQ(ErrorOf({"--source=kubernets:https://h"}),
            "--source=kubernets: there is no such source, did you mean kubernetes?");
}

TEST(Options, AnUnknownSinkNamesThoseThereAre) {
  EXPECT_THAT(ErrorWithSource("--sink=lgo:"),
              AllOf(HasSubstr("--sink=lgo: sink not recognized"), HasSubstr("webhook")));
}

TEST(Options, AUriWithoutAKeyIsAnError) {
  EXPECT_THAT(ErrorWithSource("--sink="), HasSubstr("--sink"));
  EXPECT_THAT(ErrorWithSource("--sink=:x"), HasSubstr("--sink"));
}

TEST(Options, KlogsFlagsAreAcceptedAndNamedOnce) {
  Options options = Parse({"-logtostderr", "--alsologtostderr=true", "-stderrthreshold", "INFO",
                           "--vmodule=a=1", "--log_file_max_size=5", "--max_procs=2"});
  EXPECT_THAT(options.warnings,
              ElementsAre(AllOf(HasSubstr("--logtostderr"), HasSubstr("--alsologtostderr"),
                                HasSubstr("--stderrthreshold"), HasSubstr("--max_procs"))));
}

TEST(Options, EveryFlagOfKlogAndTheOriginalIsKnown) {
  for (const char* flag : {"--log_dir=x",
                           "--log_file=x",
                           "--log_file_max_size=1",
                           "--logtostderr",
                           "--alsologtostderr",
                           "--legacy_stderr_threshold_behavior",
                           "--stderrthreshold=1",
                           "--alsologtostderrthreshold=1",
                           "--v=0",
                           "--vmodule=x",
                           "--log_backtrace_at=x",
                           "--add_dir_header",
                           "--skip_headers",
                           "--one_output",
                           "--skip_log_headers",
                           "--frequency=30s",
                           "--max_procs=0",
                           "--healthz-ip=x",
                           "--healthz-port=1",
                           "--event-metrics",
                           "--sink=log"}) {
    EXPECT_EQ(ErrorWithSource(flag), "no error");
  }
}

TEST(Options, ArgumentsThatAreNoFlagsAreIgnoredWithAWarningThatDoesNotShowThem) {
  Options options = Parse({"word", "--sink=dingtalk:https://h?access_token=secret"});
  EXPECT_THAT(options.sinks, IsEmpty());
  EXPECT_THAT(options.warnings, ElementsAre(HasSubstr("2 arguments are ignored")));
  EXPECT_THAT(options.warnings, ElementsAre(Not(HasSubstr("secret"))));
}

TEST(Options, VersionIsTheOriginalsLine) {
  const std::string print = ParseCommandLine({"--version"}).print;
  EXPECT_THAT(print, testing::MatchesRegex("kube-eventer version: [^ ]+ commit: [^ ]+\n"));
}

TEST(Options, HelpNeedsNoSource) {
  for (const char* flag : {"--help", "-help", "-h"}) {
    EXPECT_THAT(ParseCommandLine({flag}).print, HasSubstr("--frequency DURATION=30s"));
  }
}

TEST(Help, ShowsGroupsDefaultsAndEverySink) {
  const std::string help = ParseCommandLine({"--help"}).print;
  for (const char* part :
       {"Events:", "Health and metrics:", "Other:", "--buffer-bytes SIZE=64MiB",
        "--stop-timeout DURATION=20s", "--healthz-port PORT=8084", "--event-metrics BOOL=true",
        "--logtostderr", "kube-eventer dead-letters --data-dir=PATH --replay=SINK"}) {
    EXPECT_THAT(help, HasSubstr(part));
  }
  for (const SinkKind& kind : AllSinkKinds()) EXPECT_THAT(help, HasSubstr(kind.example));
  for (const std::string option : {"level", "namespaces", "kinds", "reason", "exclude_namespaces",
                                   "exclude_kinds", "exclude_reason", "name"}) {
    EXPECT_THAT(help, testing::ContainsRegex("[ \n]" + option + "=")) << option;
  }
}

// What a shell makes of a command line: blanks divide, '' quotes, a backslash goes on.
std::vector<std::string> ShellWords(const std::string& text) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (!quoted && (c == ' ' || c == '\n' || c == '\\')) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// The lines of --help between `title` and the next empty one.
std::string HelpSection(const std::string& title) {
  const std::string help = ParseCommandLine({"--help"}).print;
  const std::size_t begin = help.find("\n" + title + "\n") + title.size() + 2;
  return help.substr(begin, help.find("\n\n", begin) + 1 - begin);
}

TEST(Help, ItsCommandLinesAreAccepted) {
  const std::vector<std::string> words = ShellWords(HelpSection("Examples:"));
  std::vector<std::vector<std::string>> lines;
  for (const std::string& word : words) {
    if (word == "kube-eventer") {
      lines.emplace_back();
    } else {
      ASSERT_FALSE(lines.empty()) << word;
      lines.back().push_back(word);
    }
  }
  EXPECT_EQ(lines.size(), 3u);
  for (const auto& line : lines) EXPECT_EQ(ErrorOf(line), "no error") << line.front();
}

TEST(Help, ItsSourcesAreAccepted) {
  int sources = 0;
  for (std::string word : ShellWords(HelpSection("Source:"))) {
    if (!word.starts_with("--source")) continue;
    ++sources;
    if (const std::size_t port = word.find("PORT"); port != std::string::npos) {
      word.replace(port, 4, "6443");
    }
    EXPECT_EQ(ErrorOf({word}), "no error") << word;
  }
  EXPECT_EQ(sources, 3);
}

TEST(Help, FitsATerminal) {
  const std::string help = ParseCommandLine({"--help"}).print;
  for (std::size_t begin = 0; begin < help.size();) {
    const std::size_t end = help.find('\n', begin);
    EXPECT_LE(end - begin, 110u) << help.substr(begin, end - begin);
    begin = end + 1;
  }
}

}  // namespace
}  // namespace eventer
