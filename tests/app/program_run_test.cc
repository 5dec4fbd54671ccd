// The real program against a fake API server, over real sockets and the real clock.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "eventer/http_client.h"
#include "net/cpprest_http_client.h"
#include "support/kube_api_server.h"
#include "support/loopback_server.h"
#include "support/program.h"
#include "support/program_health.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> RecordedEvents() {
  std::ifstream file(std::string(EVENTER_TEST_DATA) + "/golden/events.jsonl");
  std::vector<std::string> events;
  for (std::string line; std::getline(file, line);) events.push_back(line);
  return events;
}

double ValueIn(const std::string& metrics, const std::string& series) {
  const std::size_t at = metrics.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(metrics.substr(at + series.size() + 2));
}

class RunTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { InitHttpThreads(2); }

  Program Start(const std::vector<std::string>& more,
                const ProgramSurroundings& surroundings = {}) {
    std::vector<std::string> args = {
        "--source=kubernetes:" + server_.url() + "?inClusterConfig=false", "--healthz-ip=127.0.0.1",
        "--healthz-port=0"};
    args.insert(args.end(), more.begin(), more.end());
    return Program(args, surroundings);
  }

  // Until the program has said where it serves.
  void FindPort(Program& program) { health_.emplace(program); }
  HttpResponse Get(const std::string& target) { return health_->Get(target); }
  bool AwaitMetric(const std::string& line) { return health_->AwaitMetric(line); }

  // Until it watches. The entry that tells the version at the start waits for a tick then, or one
  // has come.
  bool AwaitWatch() {
    if (!AwaitMetric("eventer_source_connected 1")) return false;
    const std::string metrics = Get("/metrics").body;
    ticks_at_start_ = ValueIn(metrics, "eventer_scraper_duration_milliseconds_count");
    buffered_at_start_ = ValueIn(metrics, "eventer_buffer_entries");
    return true;
  }
  // Behind AwaitWatch: until so many events were taken off the watch: they wait for the tick, or
  // one has come.
  bool AwaitTaken(int events) {
    return health_->Await([&] {
      const std::string metrics = Get("/metrics").body;
      const double scrapes = ValueIn(metrics, "eventer_scraper_duration_milliseconds_count");
      const double taken = ValueIn(metrics, "eventer_scraper_events_total_number") +
                           ValueIn(metrics, "eventer_buffer_entries");
      return taken == events + (scrapes == ticks_at_start_ ? buffered_at_start_ : 0);
    });
  }

  bool AwaitOutputFailure() {
    return health_->AwaitMetric(R"(eventer_sink_failures_total{cause="output",sink="log"})", 1);
  }

  // Puts `count` events; their versions.
  std::vector<std::string> PutEvents(std::size_t count) {
    const std::vector<std::string> recorded = RecordedEvents();
    std::vector<std::string> versions;
    for (std::size_t i = 0; i < count; ++i) {
      versions.push_back(std::to_string(api_.Put(recorded[i % recorded.size()])));
    }
    return versions;
  }

  // What the log sink makes of the first two recorded events: it gets them at the stop.
  std::string TextOfTwoEvents(ProgramSurroundings surroundings) {
    surroundings.environment.insert({{"TZ", "Asia/Shanghai"}, {"NO_COLOR", ""}});
    Program program = Start({"--sink=log:?format=text", "--frequency=3m"}, surroundings);
    FindPort(program);
    EXPECT_TRUE(AwaitWatch());
    PutEvents(2);
    EXPECT_TRUE(AwaitTaken(2));
    program.Signal(SIGTERM);
    EXPECT_EQ(program.AwaitExit(), 0) << program.err();
    return program.out();
  }

  static std::vector<std::string> VersionsIn(const std::string& out) {
    std::vector<std::string> versions;
    for (const std::string& line : Lines(out)) {
      versions.push_back(nlohmann::json::parse(line)["metadata"]["resourceVersion"]);
    }
    return versions;
  }

  FakeKubeApi api_;
  KubeApiServer server_{api_};
  std::optional<ProgramHealth> health_;
  double ticks_at_start_ = 0, buffered_at_start_ = 0;
};

TEST_F(RunTest, EventsReachStdoutInOrderAsLinesOfJson) {
  PutEvents(5);  // before the start: not exported, as by the original
  Program program = Start({"--sink=log:", "--frequency=5s"});
  api_.AwaitWatches(1);
  const std::vector<std::string> versions = PutEvents(60);
  EXPECT_TRUE(program.AwaitOut([](const std::string& out) { return Lines(out).size() >= 60; }));
  EXPECT_EQ(VersionsIn(program.out()), versions);
  EXPECT_THAT(program.out(), Not(HasSubstr("managedFields")));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 0) << program.err();
  EXPECT_EQ(Lines(program.out()).size(), 60u);
}

constexpr const char* kTwoEvents =
    "2026-11-23 12:31:37  Normal   shop         Deployment/cart           ScalingReplicaSet  x1  "
    "Scaled up replica set cart-5cfb7ff945 from 0 to 3\n"
    "2026-11-23 12:31:37  Normal   shop         ReplicaSet/cart-5cfb7ff945  SuccessfulCreate   x1  "
    "Created pod: cart-5cfb7ff945-8cph2\n";

TEST_F(RunTest, TextOnAPipeIsColumnsWithoutColour) { EXPECT_EQ(TextOfTwoEvents({}), kTwoEvents); }

TEST_F(RunTest, TextOnATerminalIsColouredUnlessNoColorIsSet) {
  const std::string text = TextOfTwoEvents({.terminal = true});
  EXPECT_THAT(text, HasSubstr("12:31:37  \x1b[32mNormal   \x1b[0mshop"));
  EXPECT_EQ(TextOfTwoEvents({.environment = {{"NO_COLOR", "1"}}, .terminal = true}), kTwoEvents);
}

TEST_F(RunTest, ABufferThatIsHalfFullDoesNotWaitForTheTick) {
  Program program = Start({"--sink=log:", "--frequency=3m"});
  api_.AwaitWatches(1);
  const std::vector<std::string> versions = PutEvents(2500);
  // Half of 4 MiB or of 4,000 entries, whichever comes first; the rest waits for the tick.
  EXPECT_TRUE(program.AwaitOut([](const std::string& out) { return Lines(out).size() >= 500; }));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 0) << program.err();
  const std::vector<std::string> told = VersionsIn(program.out());
  ASSERT_LE(told.size(), versions.size());
  EXPECT_TRUE(std::equal(told.begin(), told.end(), versions.begin()));
}

TEST_F(RunTest, StopSignalsDeliverWhatWaitsBeforeTheTick) {
  for (int signal : {SIGTERM, SIGINT}) {
    Program program = Start({"--sink=log:", "--frequency=3m"});
    FindPort(program);
    ASSERT_TRUE(AwaitWatch());
    const std::vector<std::string> versions = PutEvents(10);
    ASSERT_TRUE(AwaitTaken(10));
    program.Signal(signal);
    EXPECT_EQ(program.AwaitExit(), 0) << program.err();
    EXPECT_EQ(VersionsIn(program.out()), versions);
  }
}

TEST_F(RunTest, AStopThatLeavesEventsEndsWith1AndSaysHowMany) {
  Program program = Start({"--sink=log:?name=pager", "--frequency=3m", "--stop-timeout=0s"});
  FindPort(program);
  ASSERT_TRUE(AwaitWatch());
  program.HoldOut();
  PutEvents(500);
  ASSERT_TRUE(AwaitTaken(500));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 1) << program.err();
  EXPECT_THAT(program.err(),
              testing::ContainsRegex("not delivered: pager [0-9]+, not received: 0"));
}

TEST_F(RunTest, ASecondSignalEndsAtOnceWith130) {
  Program program = Start({"--sink=log:", "--frequency=3m", "--stop-timeout=1h"});
  FindPort(program);
  ASSERT_TRUE(AwaitWatch());
  program.HoldOut();
  PutEvents(500);
  ASSERT_TRUE(AwaitTaken(500));
  program.Signal(SIGTERM);
  ASSERT_TRUE(program.AwaitErr("stopping")) << program.err();
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 130) << program.err();
}

TEST_F(RunTest, AnApiServerThatIsDownIsWaitedFor) {
  api_.Down(true);
  Program program = Start({"--sink=log:", "--frequency=5s"});
  FindPort(program);
  ASSERT_TRUE(AwaitMetric("eventer_source_connected 0"));
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/readyz").status, 500);
  EXPECT_THAT(Get("/readyz").body, HasSubstr("[-]source failed: "));
  api_.Down(false);
  ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
  EXPECT_EQ(Get("/readyz").body, "ok");
  const std::vector<std::string> versions = PutEvents(3);
  EXPECT_TRUE(program.AwaitOut([](const std::string& out) { return Lines(out).size() >= 3; }));
  EXPECT_EQ(VersionsIn(program.out()), versions);
}

TEST_F(RunTest, AClosedStdoutIsARetryAndNoCrash) {
  Program program = Start({"--sink=log:", "--frequency=5s", "--stop-timeout=0s"});
  FindPort(program);
  ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
  program.CloseOut();
  PutEvents(3);
  ASSERT_TRUE(AwaitOutputFailure());
  ASSERT_TRUE(AwaitMetric("eventer_sink_events_pending{sink=\"log\"} 3"));
  EXPECT_EQ(Get("/livez").body, "ok");
  EXPECT_THAT(Get("/readyz?verbose").body, HasSubstr("pending 3"));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 1) << program.err();
  EXPECT_THAT(program.err(), HasSubstr("not delivered: log 3, not received: 0"));
}

// Else the connection to the API server would be what the log sink writes to.
TEST_F(RunTest, NoSocketBecomesAStandardFileThatWasClosedAtTheStart) {
  Program program = Start({}, {.closed = {0, 1, 2}});
  api_.AwaitWatches(1);
  for (int fd : {0, 1, 2}) EXPECT_EQ(program.FileOf(fd), "/dev/null") << fd;
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 0);
}

TEST_F(RunTest, ALogSinkWhoseStdoutWasClosedAtTheStartIsRefused) {
  Program program = Start({"--sink=log:"}, {.closed = {1}});
  EXPECT_EQ(program.AwaitExit(), 2);
  EXPECT_THAT(program.err(), HasSubstr("--sink=log: standard output is closed"));
  EXPECT_EQ(Lines(program.err()).size(), 1u) << program.err();
}

TEST_F(RunTest, WithADataDirAKillLosesNothing) {
  const TempDir dir;
  const std::vector<std::string> flags = {"--sink=log:", "--frequency=5s",
                                          "--data-dir=" + dir.Path("data")};
  std::vector<std::string> versions, told;
  const auto put = [&](std::size_t count) {
    for (std::string& version : PutEvents(count)) versions.push_back(std::move(version));
  };
  {
    Program killed = Start(flags);
    api_.AwaitWatches(1);
    put(20);
    ASSERT_TRUE(killed.AwaitOut([](const std::string& out) { return Lines(out).size() >= 20; }));
    put(10);  // wait for the tick, and die with the process
    killed.Signal(SIGKILL);
    EXPECT_EQ(killed.AwaitExit(), 128 + SIGKILL);
    told = VersionsIn(killed.out());
  }
  put(10);  // while nobody watches
  Program program = Start(flags);
  ASSERT_TRUE(program.AwaitOut([&](const std::string& out) {
    return out.find("\"resourceVersion\":\"" + versions.back() + "\"") != std::string::npos;
  }));
  for (std::string& version : VersionsIn(program.out())) {
    // The batch that was under way at the kill may come twice.
    if (std::ranges::find(told, version) == told.end()) told.push_back(std::move(version));
  }
  EXPECT_EQ(told, versions);
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 0) << program.err();
}

TEST_F(RunTest, WithADataDirAStopKeepsWhatNoSinkTook) {
  const TempDir dir;
  const std::vector<std::string> flags = {"--sink=log:", "--frequency=5s", "--stop-timeout=0s",
                                          "--data-dir=" + dir.Path("data")};
  std::vector<std::string> versions;
  {
    Program stopped = Start(flags);
    FindPort(stopped);
    ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
    stopped.CloseOut();
    versions = PutEvents(3);
    ASSERT_TRUE(AwaitOutputFailure());
    stopped.Signal(SIGTERM);
    EXPECT_EQ(stopped.AwaitExit(), 0) << stopped.err();
    EXPECT_THAT(stopped.err(), HasSubstr("kept on the disk for the next start: log 3"));
  }
  Program program = Start(flags);
  EXPECT_TRUE(program.AwaitOut([](const std::string& out) { return Lines(out).size() >= 3; }));
  EXPECT_EQ(VersionsIn(program.out()), versions);
  EXPECT_TRUE(program.AwaitErr("3 wait from an earlier run")) << program.err();
}

TEST_F(RunTest, AStartThatFailsSendsNothingOfWhatIsStored) {
  const TempDir dir;
  std::vector<std::string> flags = {"--frequency=5s", "--stop-timeout=0s",
                                    "--data-dir=" + dir.Path("data")};
  // Many, so that the first would have the time.
  for (int i = 0; i < 40; ++i) flags.push_back("--sink=log:?name=n" + std::to_string(i));
  {
    Program stopped = Start(flags);
    FindPort(stopped);
    ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
    stopped.CloseOut();
    PutEvents(3);
    ASSERT_TRUE(AwaitMetric("eventer_sink_events_pending{sink=\"n39\"} 3"));
    stopped.Signal(SIGTERM);
    EXPECT_EQ(stopped.AwaitExit(), 0) << stopped.err();
  }
  LoopbackServer taken([](LoopbackConnection& connection) { connection.AwaitClose(); });
  flags.push_back("--healthz-port=" + std::to_string(taken.port()));
  Program refused = Start(flags);
  EXPECT_EQ(refused.AwaitExit(), 2);
  EXPECT_EQ(refused.out(), "");
  EXPECT_EQ(Lines(refused.err()).size(), 1u) << refused.err();
}

TEST_F(RunTest, AStartThatWaitsForTheDataDirSaysSoAndEndsAtASignal) {
  const TempDir dir;
  const std::vector<std::string> flags = {"--sink=log:", "--data-dir=" + dir.Path("data")};
  Program first = Start(flags);
  FindPort(first);
  for (int signal : {SIGTERM, SIGINT}) {
    Program second = Start(flags);
    EXPECT_TRUE(second.AwaitErr("waiting for its end")) << second.err();
    second.Signal(signal);
    EXPECT_EQ(second.AwaitExit(), 128 + signal) << second.err();
    EXPECT_THAT(second.err(), HasSubstr("ended by signal " + std::to_string(signal)));
  }
  first.Signal(SIGTERM);
  EXPECT_EQ(first.AwaitExit(), 0) << first.err();
}

TEST_F(RunTest, AStartThatWaitsForAPluginEndsAtASignal) {
  const TempDir dir;
  dir.Write("kubeconfig",
            "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"
            "clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n"
            "users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, "
            "interactiveMode: Never, command: sh, args: [-c, 'kill -TERM $PPID; sleep 20']}}}]\n");
  Program program({"--source=kubernetes:?inClusterConfig=false&auth=" + dir.Path("kubeconfig"),
                   "--sink=log:", "--healthz-port=0"});
  EXPECT_EQ(program.AwaitExit(), 128 + SIGTERM) << program.err();
}

TEST_F(RunTest, WithoutASinkEventsAreCounted) {
  Program program = Start({"--frequency=5s"});
  FindPort(program);
  EXPECT_THAT(program.err(), HasSubstr("no --sink"));
  ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
  PutEvents(3);
  EXPECT_TRUE(AwaitMetric("eventer_scraper_events_total_number 3"));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 0) << program.err();
}

TEST_F(RunTest, TheStartIsLoggedWithoutSecrets) {
  Program program = Start({"--sink=log:http://user:s3cret@h/s3cret?name=one",
                           "--sink=log:", "-logtostderr", "word", "--sink=log:http://u:s3cret@h"});
  ASSERT_TRUE(program.AwaitErr("; handing on")) << program.err();
  EXPECT_THAT(program.err(), HasSubstr("kube-eventer version: "));
  EXPECT_THAT(program.err(), HasSubstr("source kubernetes:http://127.0.0.1:"));
  EXPECT_THAT(program.err(), HasSubstr("sink one: log:"));
  EXPECT_THAT(program.err(), HasSubstr("--logtostderr"));
  EXPECT_THAT(program.err(), HasSubstr("2 arguments are ignored"));
  EXPECT_THAT(program.err(), Not(HasSubstr("s3cret")));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 0);
}

}  // namespace
}  // namespace eventer
