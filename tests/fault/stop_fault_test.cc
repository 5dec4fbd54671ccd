// Stops at bad moments: within --stop-timeout and 2 s, with 0 if all was delivered, else with 1
// and the count.
#include "fault/fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

// For what can be delivered; a machine may be busy.
constexpr Duration kAmple = 30s;
// For what cannot.
constexpr Duration kShort = 5s;

class StopFaultTest : public FaultTest {
 protected:
  // Events put now wait for a tick that does not come.
  void StartBoth(Duration stop_timeout) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(stop_timeout).count();
    Start({Elasticsearch(es_), Webhook(hook_), "--frequency=3m", SmallLog(),
           "--stop-timeout=" + std::to_string(seconds) + "s"});
  }

  void AwaitBuffered(std::size_t events) {
    // The first entry tells the version at the start.
    ASSERT_TRUE(AwaitMetric("eventer_buffer_entries", static_cast<double>(events + 1)));
  }

  // What the last line says of `key`, "es" or "not received:"; -1: nothing.
  std::int64_t Left(const std::string& key) {
    const std::string& said = program_->err();
    const std::size_t line = said.rfind("not delivered: ");
    const std::size_t at = line == std::string::npos ? line : said.find(" " + key + " ", line);
    return at == std::string::npos ? -1 : std::stoll(said.substr(at + key.size() + 2));
  }
};

TEST_P(StopFaultTest, AStopBeforeTheTickDeliversWhatWaits) {
  StartBoth(kAmple);
  AwaitWatch();
  Put(50);
  AwaitBuffered(50);
  EXPECT_TRUE(Books("es").Balanced() && Books("hook").Balanced());
  EXPECT_EQ(StopWithin(kAmple), 0);
  ExpectAll(es_);
  ExpectAll(hook_);
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
}

// A list that is never answered.
TEST_P(StopFaultTest, AStopWhileListingDeliversWhatCameBefore) {
  StartBoth(kAmple);
  AwaitWatch();
  Put(50);
  AwaitBuffered(50);
  api_.Refuse({.mute = true, .call = FakeKubeApi::Call::kList}, 100);
  const int lists = api_.counts().lists;
  api_.BreakWatches();
  ASSERT_TRUE(Await([&] { return api_.counts().lists > lists; }));
  EXPECT_EQ(StopWithin(kAmple), 0);
  ExpectAll(es_);
  ExpectAll(hook_);
}

TEST_P(StopFaultTest, AStopWhileTheFirstListHangsIsClean) {
  api_.Refuse({.mute = true, .call = FakeKubeApi::Call::kList}, 100);
  StartBoth(kShort);
  ASSERT_TRUE(Await([&] { return api_.counts().lists >= 1; }));
  ExpectBooks();
  EXPECT_EQ(StopWithin(kShort), 0);
}

TEST_P(StopFaultTest, AStopWhileASinkHangsEndsInTimeAndCountsWhatThatSinkHasNot) {
  StartBoth(kShort);
  AwaitWatch();
  hook_.Become(Mood::kHangs);
  Put(50);
  AwaitBuffered(50);
  ExpectStopWithLeft(kShort, "hook", 50);  // the one it took, too: that was not answered
  ExpectAll(es_);
  ExpectPrefix(hook_);
}

// Of these events log and buffer together hold less than 500.
TEST_P(StopFaultTest, AStopWhileEverythingIsFullEndsInTimeAndCountsWhatIsLeft) {
  es_.Become(Mood::kHangs);
  StartBoth(kShort);
  AwaitWatch();
  Put(800, LargeBytes());
  ASSERT_TRUE(AwaitMetric("eventer_log_full", 1));
  ASSERT_TRUE(AwaitMetric("eventer_buffer_bytes", 3 << 20));
  ASSERT_TRUE(Await([&] { return Books("hook").pending == 0; }));
  const SinkBooks es = Books("es"), hook = Books("hook");
  EXPECT_TRUE(es.Balanced()) << es.Text();
  EXPECT_TRUE(hook.Balanced()) << hook.Text();
  const auto frames = static_cast<std::int64_t>(health_->Metric("eventer_source_frames_total"));
  EXPECT_EQ(StopWithin(kShort), 1);
  ExpectPrefix(es_);
  ExpectPrefix(hook_);
  EXPECT_EQ(hook_.count(), hook.received);
  EXPECT_EQ(Left("es"), static_cast<std::int64_t>(es.received));
  EXPECT_EQ(Left("hook"), -1);
  // What is in neither the log nor the count is one event at most: in the watch's hands.
  EXPECT_NEAR(Left("es") + Left("not received:"), frames, 1);
}

// In memory nothing is kept: a new process begins at the present.
TEST_P(StopFaultTest, AfterAKillTheProgramStartsAgainWithTheSameFlags) {
  Start({Elasticsearch(es_), Webhook(hook_), "--frequency=5s"});
  AwaitWatch();
  Put(50);
  ASSERT_TRUE(AwaitAll(es_));
  ASSERT_TRUE(AwaitAll(hook_));
  Kill();
  Restart();
  AwaitWatch();
  Put(50);
  ExpectAll(es_);
  ExpectAll(hook_);
  ExpectBooks();
  ExpectCleanStop();
}

INSTANTIATE_TEST_SUITE_P(Log, StopFaultTest, testing::Values(LogKind::kMemory, LogKind::kDataDir),
                         LogKindName);

}  // namespace
}  // namespace eventer
