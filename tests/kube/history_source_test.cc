// The rows of the watching table about what may have been missed: gaps, and versions that go
// backwards, while it runs and between two runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/source_harness.h"
#include "support/captured_log.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::string List(const std::string& version, const std::string& items = "") {
  return R"({"metadata":{"resourceVersion":")" + version + R"("},"items":[)" + items + "]}";
}

std::string Gone() {
  return R"({"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}})";
}

class HistorySourceTest : public testing::Test, public SourceHarness {
 protected:
  WallTime At(Duration since_begin) const {
    return FakeClock().Wall() + std::chrono::duration_cast<WallTime::duration>(since_begin);
  }
  std::shared_ptr<FakeHttpClient> Script() {
    auto http = std::make_shared<FakeHttpClient>(clock);
    client = http;
    return http;
  }
  // What the server was asked for in its last watch.
  static Duration TimeoutOf(const FakeHttpClient& http) {
    const std::string url = http.requests().back().url;
    return std::chrono::seconds(std::stoi(url.substr(url.find("timeoutSeconds=") + 15)));
  }
  // A watch that ends so much later than it was to, and right after it an expiry.
  void ExpireAfterAnEndThatIsLateBy(Duration late) {
    const auto http = Script();
    for (int i = 0; i < 2; ++i) http->Respond(200, List("5"));
    const auto stream = http->RespondWithStream(), next = http->RespondWithStream();
    next->PushLine(Gone());
    http->Respond(200, List("9"));
    Start();
    Await([this] { return stats.source.connected.load(); });
    clock.AwaitWaiters(1);
    clock.Advance(TimeoutOf(*http) + late);
    stream->End();
    received.AwaitPosition("9");
  }
};

// --- gaps ---

TEST_F(HistorySourceTest, AQuietClusterThatWasCompactedIsNoGap) {
  StartWatching();
  AdvanceUntil([this] { return api.counts().watches >= 10; });
  api.PassVersions(1000);
  api.Compact(1900);
  AdvanceUntil([this] { return stats.source.relists == 1; });
  received.AwaitPosition("2000");
  EXPECT_EQ(stats.source.gaps, 0u);
  EXPECT_TRUE(stats.source.connected);
}

TEST_F(HistorySourceTest, ALongSilenceThatWasCompactedIsAGap) {
  const CapturedLog log;
  StartWatching();
  api.Down(true);
  AdvanceUntil([begin = clock.Steady(), this] { return clock.Steady() - begin > 20min; });
  api.PassVersions(1000);
  api.Compact(1900);
  api.Down(false);
  // Connected, it is told of the gap.
  AdvanceUntil([this] { return stats.source.relists == 1 && stats.source.connected; });
  Await([this] { return stats.source.gaps == 1; });
  Stop();
  EXPECT_THAT(log.Text(), HasSubstr("from version 1000 to 2000 changes may have been missed"));
}

// Between the server's end, a minute after the beginning, and the end that we saw, there was time
// to change something and to compact it.
TEST_F(HistorySourceTest, AnExpiryAfterAWatchWhoseEndCameLateIsAGap) {
  ExpireAfterAnEndThatIsLateBy(12s);
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(HistorySourceTest, AnExpiryRightAfterAWatchThatEndedInTimeIsNone) {
  ExpireAfterAnEndThatIsLateBy(0s);
  EXPECT_EQ(stats.source.gaps, 0u);
}

TEST_F(HistorySourceTest, AnExpiryAfterAWatchWhoseEndWaitedForRoomIsAGap) {
  StartWatching();
  received.SetRoom(0);
  api.Put(EventJson("a"));
  received.AwaitFull();
  api.EndWatches();
  api.PassVersions(100);
  api.Compact(1100);
  clock.AwaitWaiters(1);
  clock.Advance(20s);  // the end lies behind the event that waits
  received.SetRoom({});
  received.AwaitPosition("1101");
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(HistorySourceTest, AnExpiryAfterAFrameThatWaitedBehindAnotherIsAGap) {
  const auto http = Script();
  http->Respond(200, List("5"));
  const auto stream = http->RespondWithStream(), next = http->RespondWithStream();
  const std::string head = R"({"type":"ADDED","object":{"metadata":{"name":"e","resourceVersion":)";
  stream->Push(head + "\"6\"}}}\n" + head + "\"7\"}}}\n");
  stream->Break();
  next->PushLine(Gone());
  for (int i = 0; i < 2; ++i) http->Respond(200, List("9"));
  received.SetRoom(1);
  Start();
  received.AwaitFull();
  clock.AwaitWaiters(1);
  clock.Advance(20s);
  received.SetRoom({});
  received.AwaitPosition("9");
  EXPECT_EQ(stats.source.gaps, 1u);
}

// --- versions go backwards ---

TEST_F(HistorySourceTest, ARestoredEtcdIsNoticedWhenTheConnectionBreaks) {
  const CapturedLog log;
  api.Put(EventJson("kept", "default", -30));
  StartWatching();
  for (int i = 0; i < 5; ++i) api.Put(EventJson("lost-" + std::to_string(i), "default", 1));
  received.AwaitEvents(5);
  api.Restore(1001);
  AdvanceUntil([this] { return stats.source.gaps == 1; });
  api.Put(EventJson("new", "default", 5));
  AdvanceUntil([this] { return received.position() == "1002"; });
  const std::vector<std::string> names = received.names();
  EXPECT_EQ(names.back(), "new@1002");
  EXPECT_EQ(names[5], "kept@1001");  // not older than ten minutes before the last event
  Stop();
  EXPECT_THAT(log.Text(), HasSubstr("its history was replaced"));
}

TEST_F(HistorySourceTest, WhatIsMuchOlderThanTheLastEventIsNotSentAgainAfterARestore) {
  api.Put(EventJson("old", "default", -3600));
  StartWatching();
  api.Put(EventJson("a", "default", 1));
  received.AwaitEvents(1);
  api.Restore(1001);
  AdvanceUntil([this] { return stats.source.gaps == 1; });
  received.AwaitPosition("1001");
  EXPECT_THAT(received.names(), ElementsAre("a@1002"));
}

TEST_F(HistorySourceTest, AStoredPositionFromAnotherHistorySendsEverything) {
  std::vector<std::string> names;
  for (const char* name : {"c", "a", "b"}) {
    names.push_back(name + std::string("@") + std::to_string(api.Put(EventJson(name))));
  }
  Start(From("5000000"));
  received.AwaitPosition("1003");
  EXPECT_THAT(received.names(), ElementsAreArray(names));
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(HistorySourceTest, AQuietWatchNoticesARestoreAtItsEnd) {
  // No connection breaks, no error comes: the server just sends nothing.
  api.PassVersions(500);
  StartWatching();
  AdvanceUntil([this] { return api.counts().watches >= 2; });
  api.Restore(1100);
  AdvanceUntil([this] { return stats.source.gaps == 1; });
  received.AwaitPosition("1100");
}

TEST_F(HistorySourceTest, AListNeverMovesThePositionForward) {
  StartWatching();
  api.PassVersions(100);
  AdvanceUntil([this] { return api.counts().watches >= 4; });
  EXPECT_GE(stats.source.lists, 3u);
  EXPECT_EQ(received.position(), "1000");
  EXPECT_THAT(api.targets().back(), HasSubstr("resourceVersion=1000&"));
}

TEST_F(HistorySourceTest, VersionsThatAreNoNumbersAnyMoreAreAnotherHistory) {
  api.NumberlessVersions(true);
  api.Put(EventJson("a"));
  Start(From("1000"));
  received.AwaitPosition("v1001x");
  EXPECT_EQ(stats.source.gaps, 1u);
  EXPECT_THAT(received.names(), ElementsAre("a@v1001x"));
}

TEST_F(HistorySourceTest, ARestoreBeforeTheFirstEventSendsWhatIsNotMuchOlderThanTheStart) {
  api.Put(EventJson("old", "default", -660));
  api.Put(EventJson("recent", "default", -540));
  api.PassVersions(100);
  StartWatching();
  api.Restore(1002);
  received.AwaitPosition("1002");
  EXPECT_THAT(received.names(), ElementsAre("recent@1002"));
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(HistorySourceTest, AProducersClockThatIsAheadHidesNothingAfterARestore) {
  api.Put(EventJson("recent", "default", -300));
  StartWatching();
  api.Put(EventJson("ahead", "default", 36000));
  received.AwaitEvents(1);
  api.Restore(1001);
  received.AwaitPosition("1001");
  EXPECT_THAT(received.names(), ElementsAre("ahead@1002", "recent@1001"));
}

TEST_F(HistorySourceTest, AReplacedHistoryThatOnlyARelistShowsIsNoticed) {
  const auto http = Script();
  http->Respond(200, List("5"));
  const auto stream = http->RespondWithStream(), next = http->RespondWithStream();
  stream->PushLine(R"({"type":"ADDED","object":{"metadata":{"name":"e","resourceVersion":"6"}}})");
  stream->End();
  next->PushLine(Gone());
  for (int i = 0; i < 2; ++i) http->Respond(200, List("3"));
  Start();
  received.AwaitPosition("3");
  EXPECT_EQ(stats.source.gaps, 1u);
}

// --- restarts ---

TEST_F(HistorySourceTest, AfterARestartAReplacedHistorySendsWhatIsNotMuchOlderThanTheLastAppend) {
  api.Put(EventJson("z-old", "default", -3601 - 600));
  api.Put(EventJson("y-recent", "default", -3599 - 600));
  api.Put(EventJson("x-new", "default", -1));
  Start(From("5000000", At(-3600s)));
  received.AwaitPosition("1003");
  EXPECT_THAT(received.names(), ElementsAre("y-recent@1002", "x-new@1003"));
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(HistorySourceTest, ATimeThatIsStoredChangesNothingWhileVersionsGoOn) {
  api.Put(EventJson("a", "default", -7200));
  Start(From("1000", At(0s)));
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("a@1001"));
  EXPECT_EQ(stats.source.gaps, 0u);
}

TEST_F(HistorySourceTest, EachWatchHasItsOwnTime) {
  for (const char* ns : {"ci", "shop"}) {
    for (const int minutes : {-50, -30, -5}) {
      api.Put(EventJson("e" + std::to_string(-minutes), ns, minutes * 60));
    }
  }
  KubernetesSourceOptions options;
  options.namespaces = {"ci", "shop"};
  options.stored.versions = {{"ci", "9000"}, {"shop", "9000"}};
  options.stored.times = {{"ci", At(-30min)}, {"shop", At(0s)}};
  Start(std::move(options));
  received.AwaitPosition("1006", "ci");
  received.AwaitPosition("1006", "shop");
  EXPECT_THAT(received.names(), testing::UnorderedElementsAre("e30@1002", "e5@1003", "e5@1006"));
}

TEST_F(HistorySourceTest, ANewWatchBesideStoredOnesHasTheEarliestTime) {
  for (const int minutes : {-50, -30}) {
    api.Put(EventJson("e" + std::to_string(-minutes), "shop", minutes * 60));
  }
  KubernetesSourceOptions options;
  options.namespaces = {"shop"};
  options.stored.versions = {{"ci", "9000"}, {"dev", "9001"}};
  options.stored.times = {{"ci", At(0s)}, {"dev", At(-30min)}};
  Start(std::move(options));
  received.AwaitPosition("1002", "shop");
  EXPECT_THAT(received.names(), ElementsAre("e30@1002"));
}

TEST_F(HistorySourceTest, ANewWatchBesideOneWhoseTimeIsUnknownSendsEverything) {
  api.Put(EventJson("a", "shop", -7200));
  KubernetesSourceOptions options;
  options.namespaces = {"shop"};
  options.stored.versions = {{"ci", "9000"}, {"dev", "9001"}};
  options.stored.times = {{"ci", At(0s)}};
  Start(std::move(options));
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("a@1001"));
}

TEST_F(HistorySourceTest, AnEntryTellsUpToWhenEverythingWasRead) {
  StartWatching();
  api.Put(EventJson("a", "default", -60));
  api.Delete("default", "a");
  api.Put(EventJson("ahead", "default", 3600));
  received.AwaitPosition("1003");
  std::vector<std::optional<WallTime>> times;
  for (const SourceEntry& entry : received.entries()) times.push_back(entry.as_of);
  // The list at the start; an event's time; an old deletion may come late; no clock may be ahead.
  EXPECT_THAT(times, ElementsAre(At(0s), At(-60s), std::nullopt, At(5s)));
}

TEST_F(HistorySourceTest, TheEndOfAListIsAsOfItsFirstPage) {
  for (int i = 0; i < 3; ++i) api.Put(EventJson("e" + std::to_string(i)));
  api.Compact(1003);
  received.SetRoom(3);
  Start(From("1000"));
  received.AwaitFull();
  clock.AwaitWaiters(1);
  clock.Advance(20s);
  received.SetRoom({});
  received.AwaitPosition("1003");
  Await([this] { return received.entries().size() == 4; });
  EXPECT_EQ(received.entries().back().as_of, At(0s));
}

}  // namespace
}  // namespace eventer
