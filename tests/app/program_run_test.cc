// The real program against a fake API server, over real sockets and the real clock.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/program.h"
#include "eventer/http_client.h"
#include "net/cpprest_http_client.h"
#include "support/kube_api_server.h"

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

class RunTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { InitHttpThreads(2); }

  Program Start(std::vector<std::string> more) {
    std::vector<std::string> args = {
        "--source=kubernetes:" + server_.url() + "?inClusterConfig=false", "--healthz-ip=127.0.0.1",
        "--healthz-port=0"};
    args.insert(args.end(), more.begin(), more.end());
    return Program(args);
  }

  // Until the program has said where it serves.
  void FindPort(Program& program) {
    const std::string before = "127.0.0.1 port ";
    ASSERT_TRUE(program.AwaitErr("; handing on")) << program.err();
    const std::size_t at = program.err().find(before);
    ASSERT_NE(at, std::string::npos) << program.err();
    base_ =
        "http://127.0.0.1:" + std::to_string(std::stoi(program.err().substr(at + before.size())));
  }

  HttpResponse Get(const std::string& target) {
    HttpRequest request;
    request.url = base_ + target;
    return client_->Send(request, {});
  }

  // Asks again and again: each answer takes a round trip.
  bool AwaitMetric(const std::string& line) {
    const SteadyTime deadline = SystemClock().Steady() + std::chrono::minutes(1);
    while (SystemClock().Steady() < deadline) {
      if (Get("/metrics").body.find("\n" + line + "\n") != std::string::npos) return true;
    }
    return false;
  }

  // Until so many events wait for the tick, behind the entry that tells the version at the start.
  bool AwaitBuffered(int events) {
    return AwaitMetric("eventer_buffer_entries " + std::to_string(events + 1));
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

  static std::vector<std::string> VersionsIn(const std::string& out) {
    std::vector<std::string> versions;
    for (const std::string& line : Lines(out)) {
      versions.push_back(nlohmann::json::parse(line)["metadata"]["resourceVersion"]);
    }
    return versions;
  }

  FakeKubeApi api_;
  KubeApiServer server_{api_};
  std::shared_ptr<HttpClient> client_ = NewCpprestHttpClient(SystemClock(), {.proxy = ""});
  std::string base_;
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
    ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
    const std::vector<std::string> versions = PutEvents(10);
    ASSERT_TRUE(AwaitBuffered(10));
    program.Signal(signal);
    EXPECT_EQ(program.AwaitExit(), 0) << program.err();
    EXPECT_EQ(VersionsIn(program.out()), versions);
  }
}

TEST_F(RunTest, AStopThatLeavesEventsEndsWith1AndSaysHowMany) {
  Program program = Start({"--sink=log:?name=pager", "--frequency=3m", "--stop-timeout=0s"});
  FindPort(program);
  ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
  program.HoldOut();
  PutEvents(500);
  ASSERT_TRUE(AwaitBuffered(500));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 1) << program.err();
  EXPECT_THAT(program.err(),
              testing::ContainsRegex("not delivered: pager [0-9]+, not received: 0"));
}

TEST_F(RunTest, ASecondSignalEndsAtOnceWith130) {
  Program program = Start({"--sink=log:", "--frequency=3m", "--stop-timeout=1h"});
  FindPort(program);
  ASSERT_TRUE(AwaitMetric("eventer_source_connected 1"));
  program.HoldOut();
  PutEvents(500);
  ASSERT_TRUE(AwaitBuffered(500));
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
  ASSERT_TRUE(AwaitMetric("eventer_sink_failures_total{cause=\"output\",sink=\"log\"} 1"));
  EXPECT_EQ(Get("/livez").body, "ok");
  EXPECT_THAT(Get("/readyz?verbose").body, HasSubstr("pending 3"));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.AwaitExit(), 1) << program.err();
  EXPECT_THAT(program.err(), HasSubstr("not delivered: log 3, not received: 0"));
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
