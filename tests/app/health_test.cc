#include "app/health.h"

#include <gmock/gmock.h>

#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class HealthTest : public testing::Test {
 protected:
  HealthTest() {
    stats_.watch_pulses.emplace_back();
    SinkStats& sink = stats_.sinks.emplace_back();
    sink.name = "webhook:h";
    stats_.source.connected = true;
    StepAll();
  }

  void StepAll() {
    for (Pulse& pulse : stats_.watch_pulses) pulse.Step(clock_.Steady());
    stats_.housekeeper_pulse.Step(clock_.Steady());
    for (SinkStats& sink : stats_.sinks) sink.pulse.Step(clock_.Steady());
  }

  HttpServerResponse Get(const std::string& target) {
    return endpoints_.Answer({"GET", target, false});
  }

  FakeClock clock_;
  Stats stats_;
  HealthEndpoints endpoints_{clock_, stats_, {{"1", "c"}, false}};
};

TEST_F(HealthTest, LivezHealthzAndTheMisspeltHealtzSayOk) {
  for (const char* path : {"/livez", "/healthz", "/healtz", "/readyz"}) {
    HttpServerResponse response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "ok") << path;
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  }
}

TEST_F(HealthTest, AThreadWithoutAStepForTwoMinutesIsNamedByLivezAlone) {
  clock_.Advance(minutes(2));
  EXPECT_EQ(Get("/livez").status, 200);
  clock_.Advance(seconds(1));
  StepAll();
  clock_.Advance(minutes(2));
  stats_.housekeeper_pulse.Step(clock_.Steady());
  for (Pulse& pulse : stats_.watch_pulses) pulse.Step(clock_.Steady());
  clock_.Advance(seconds(1));
  for (const char* path : {"/livez", "/healthz", "/healtz"}) {
    HttpServerResponse response = Get(path);
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("[-]sink:webhook:h failed: thread made no step"));
    EXPECT_THAT(response.body, HasSubstr("[+]housekeep ok\n"));
    EXPECT_THAT(response.body, HasSubstr(std::string(path + 1) + " check failed\n"));
  }
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(HealthTest, EachOfSeveralWatchesIsChecked) {
  stats_.watch_pulses.emplace_back().Step(clock_.Steady());
  EXPECT_EQ(Get("/livez/watch:2").status, 200);
  clock_.Advance(minutes(3));
  StepAll();
  stats_.watch_pulses[1].Expect(clock_.Steady() - minutes(3));
  EXPECT_THAT(Get("/livez").body, HasSubstr("[+]watch:1 ok\n[-]watch:2 failed"));
}

TEST_F(HealthTest, ADisconnectedSourceMakesOnlyReadyzFailWithItsReasonInOneLine) {
  stats_.source.connected = false;
  EXPECT_THAT(Get("/readyz").body, HasSubstr("[-]source failed: not connected yet\n"));
  stats_.source.trouble.Set("connection\nrefused");
  HttpServerResponse response = Get("/readyz");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body,
            "[+]ping ok\n[-]source failed: connection refused\n[+]shutdown ok\n"
            "readyz check failed\n");
  EXPECT_EQ(Get("/livez").status, 200);
  stats_.source.connected = true;
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(HealthTest, ReadyzFailsFromTheBeginOfAShutdown) {
  endpoints_.BeginShutdown();
  EXPECT_EQ(Get("/readyz").status, 500);
  EXPECT_THAT(Get("/readyz").body, HasSubstr("[-]shutdown failed"));
  EXPECT_EQ(Get("/livez").status, 200);
}

TEST_F(HealthTest, VerboseListsTheChecks) {
  EXPECT_EQ(Get("/livez?verbose").body,
            "[+]ping ok\n[+]watch ok\n[+]housekeep ok\n[+]sink:webhook:h ok\n"
            "livez check passed\n");
}

TEST_F(HealthTest, VerboseReadyzShowsTheBooksWhetherReadyOrNot) {
  SinkStats& sink = stats_.sinks[0];
  sink.received = 21;
  sink.filtered = 1;
  sink.delivered = 10;
  sink.pending = 3;
  sink.rejected[static_cast<std::size_t>(Cause::kMapping)] = 4;
  sink.rejected[static_cast<std::size_t>(Cause::kSuspect)] = 1;
  sink.dropped[static_cast<std::size_t>(Cause::kStalled)] = 2;
  sink.stalled = true;
  sink.trouble.Set("503 from\nh");
  const char* books =
      "sink webhook:h: received 21 = filtered 1 + delivered 10 + rejected 5 + dropped 2 + "
      "pending 3; stalled; 503 from h\n";
  EXPECT_THAT(Get("/readyz?verbose").body, HasSubstr(books));
  EXPECT_THAT(Get("/readyz?verbose").body, HasSubstr("readyz check passed\n"));
  stats_.source.connected = false;
  EXPECT_THAT(Get("/readyz?verbose").body, HasSubstr(books));
  EXPECT_THAT(Get("/readyz").body, Not(HasSubstr("received")));
}

TEST_F(HealthTest, VerboseReadyzShowsTheBooksOfSinksThatAreGone) {
  SinkStats& gone = stats_.gone_sinks.emplace_back();
  gone.name = "old";
  gone.received = 7;
  gone.delivered = 3;
  gone.pending = 4;
  EXPECT_THAT(
      Get("/readyz?verbose").body,
      HasSubstr("sink old: received 7 = filtered 0 + delivered 3 + rejected 0 + dropped 0 + "
                "pending 4; configured no more\n"));
}

TEST_F(HealthTest, ExcludedChecksDoNotCount) {
  stats_.source.connected = false;
  EXPECT_EQ(Get("/readyz?exclude=source").status, 200);
  EXPECT_EQ(Get("/readyz?exclude=source").body, "ok");
  EXPECT_EQ(Get("/readyz?verbose&exclude=source&exclude=ping").body.substr(0, 52),
            "[+]ping excluded: ok\n[+]source excluded: ok\n[+]shutd");
  EXPECT_EQ(Get("/readyz?exclude=shutdown").status, 500);
  stats_.sinks[0].pulse.Expect(clock_.Steady() - minutes(3));
  EXPECT_EQ(Get("/livez?exclude=sink%3Awebhook%3Ah").status, 200);
}

TEST_F(HealthTest, ExcludingAnUnknownCheckOnlyWarns) {
  HttpServerResponse response = Get("/livez?verbose=1&exclude=b&exclude=a");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(
      response.body,
      HasSubstr("warn: some health checks cannot be excluded: no matches for \"a\",\"b\"\n"));
}

TEST_F(HealthTest, OneCheckAlone) {
  stats_.source.connected = false;
  stats_.source.trouble.Set("refused");
  EXPECT_EQ(Get("/readyz/ping").body, "ok");
  EXPECT_EQ(Get("/readyz/source").status, 500);
  EXPECT_EQ(Get("/readyz/source").body, "internal server error: refused\n");
  EXPECT_EQ(Get("/livez/sink:webhook:h").status, 200);
  EXPECT_EQ(Get("/livez/nothing").status, 404);
}

TEST_F(HealthTest, MetricsAreThere) {
  HttpServerResponse response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("eventer_source_connected 1\n"));
}

TEST_F(HealthTest, OtherPathsAreNotFoundInGosWords) {
  for (const char* path : {"/x", "/livezz", "/metrics/x", "/debug/pprof/", "//", "/livez/", ""}) {
    EXPECT_EQ(Get(path).status, 404) << path;
    EXPECT_EQ(Get(path).body, "404 page not found\n");
  }
}

TEST_F(HealthTest, TheRootListsTheEndpoints) {
  EXPECT_THAT(Get("/").body, HasSubstr("/readyz"));
  EXPECT_EQ(Get("/?x").status, 200);
}

TEST_F(HealthTest, AnswersWithoutSourceAndSinks) {
  Stats empty;
  HealthEndpoints endpoints(clock_, empty, {});
  EXPECT_EQ(endpoints.Answer({"GET", "/livez", false}).status, 200);
  EXPECT_EQ(endpoints.Answer({"HEAD", "/readyz", false}).status, 500);
}

}  // namespace
}  // namespace eventer
