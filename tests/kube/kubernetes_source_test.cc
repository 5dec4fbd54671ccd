// The table of "what happens / what it does" for the watch, row by row.
#include "kube/kubernetes_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/source_harness.h"
#include "support/captured_log.h"
#include "support/fake_kube_status.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KubernetesSourceTest : public testing::Test, public SourceHarness {};

TEST_F(KubernetesSourceTest, BeginsAtThePresentWithoutReadingWhatIsStored) {
  for (int i = 0; i < 50; ++i) api.Put(EventJson("old-" + std::to_string(i)));
  StartWatching();
  EXPECT_EQ(api.targets()[0], "/api/v1/events?limit=1");
  EXPECT_THAT(api.targets()[1], HasSubstr("resourceVersion=1050&timeoutSeconds="));
  EXPECT_THAT(api.targets()[1], HasSubstr("watch=true"));
  api.Put(EventJson("new"));
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("new@1051"));
}

TEST_F(KubernetesSourceTest, HandsOnThePresentAsAPositionSoThatARestartMissesNothing) {
  Start();
  received.AwaitPosition("1000");
  EXPECT_EQ(received.entries()[0].event, nullptr);
}

TEST_F(KubernetesSourceTest, AddedAndModifiedAreEventsDeletedMovesThePosition) {
  StartWatching();
  api.Put(EventJson("a"));
  api.Put(EventJson("a", "default", 1));
  api.Delete("default", "a");
  received.AwaitPosition("1003");
  EXPECT_THAT(received.names(), ElementsAre("a@1001", "a@1002"));
  EXPECT_EQ(received.entries().back().event, nullptr);
  EXPECT_EQ(stats.source.frames, 3u);
  std::uint64_t counted = 0;
  for (const auto& [series, count] : stats.events.Snapshot(EventCounters::kNormal))
    counted += count;
  EXPECT_EQ(counted, 2u);
}

TEST_F(KubernetesSourceTest, CountsNoEventsWhenNotAskedTo) {
  KubernetesSourceOptions options;
  options.count_events = false;
  StartWatching(std::move(options));
  api.Put(EventJson("a"));
  received.AwaitEvents(1);
  EXPECT_THAT(stats.events.Snapshot(EventCounters::kNormal), IsEmpty());
}

TEST_F(KubernetesSourceTest, ABookmarkMovesThePosition) {
  StartWatching();
  api.SendLine(
      R"({"type":"BOOKMARK","object":{"kind":"Event","metadata":{"resourceVersion":"1007"}}})");
  received.AwaitPosition("1007");
  EXPECT_THAT(received.names(), IsEmpty());
}

TEST_F(KubernetesSourceTest, GoesOnFromTheLastVersionAfterACleanEnd) {
  StartWatching();
  api.Put(EventJson("a"));
  received.AwaitEvents(1);
  api.EndWatches();
  api.AwaitWatches(2);
  EXPECT_THAT(api.targets().back(), HasSubstr("resourceVersion=1001&"));
  EXPECT_TRUE(stats.source.connected);
  EXPECT_EQ(stats.source.lists, 1u);  // frames came: nothing to ask
}

TEST_F(KubernetesSourceTest, TheServerEndsEachWatchAfterAboutAMinute) {
  StartWatching();
  AdvanceUntil([this] { return api.counts().watches >= 3; });
  EXPECT_GE(clock.Steady() - FakeClock().Steady(), 110s);
  EXPECT_TRUE(stats.source.connected);
  EXPECT_EQ(stats.source.relists, 0u);
}

TEST_F(KubernetesSourceTest, ACutInTheMiddleOfACharacterGoesOnFromTheLastWholeFrame) {
  auto http = std::make_shared<FakeHttpClient>(clock);
  client = http;
  for (const char* version : {"5", "9"}) {
    http->Respond(
        200, std::string(R"({"metadata":{"resourceVersion":")") + version + R"("},"items":[]})");
  }
  const auto stream = http->RespondWithStream(), next = http->RespondWithStream();
  Start();
  stream->PushLine(R"({"type":"ADDED","object":{"metadata":{"name":"e","resourceVersion":"6"}}})");
  stream->Push(
      "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\"},\"message\":"
      "\"\xc3");
  received.AwaitEvents(1);
  stream->Break();
  Await(
      [&] { return http->requests().back().url.find("resourceVersion=6&") != std::string::npos; });
  EXPECT_EQ(stats.source.garbage, 0u);
}

TEST_F(KubernetesSourceTest, EveryEventComesOnceHoweverTheStreamIsCut) {
  for (std::size_t cut = 1; cut < 1200; cut += 37) {
    SourceHarness harness;
    harness.api.CutNextWatchAfter(cut);
    harness.Start();
    harness.api.AwaitWatches(1);
    for (const char* name : {"a", "b", "c"})
      harness.api.Put(EventJson(name, "d", 0, "\xe2\x82\xac"));
    harness.AdvanceUntil([&] { return harness.received.names().size() >= 3; });
    EXPECT_THAT(harness.received.names(), ElementsAre("a@1001", "b@1002", "c@1003")) << cut;
  }
}

TEST_F(KubernetesSourceTest, ABrokenWatchIsReplacedAndSaidUntilItIsOpenAgain) {
  StartWatching();
  api.Down(true);
  Await([this] { return !stats.source.connected; });
  AdvanceUntil(
      [this] { return stats.source.trouble.Get().find("no answer") != std::string::npos; });
  api.Put(EventJson("meanwhile"));
  api.Down(false);
  AdvanceUntil([this] { return received.names().size() == 1; });
  EXPECT_THAT(received.names(), ElementsAre("meanwhile@1001"));
  Await([this] { return stats.source.connected.load(); });
  EXPECT_EQ(stats.source.trouble.Get(), "");
  EXPECT_EQ(stats.source.gaps, 0u);
}

TEST_F(KubernetesSourceTest, NoConnectionForHoursIsNoReasonToRelist) {
  StartWatching();
  api.Down(true);
  const SteadyTime begin = clock.Steady();
  AdvanceUntil([&] { return clock.Steady() - begin > std::chrono::hours(2); }, 10s);
  api.Down(false);
  AdvanceUntil([this] { return stats.source.connected.load(); });
  EXPECT_EQ(stats.source.relists, 0u);
}

TEST_F(KubernetesSourceTest, ASilentStreamIsReplacedWithinTwoMinutes) {
  StartWatching();
  api.Silence(true);
  api.Put(EventJson("unseen"));
  const SteadyTime begin = clock.Steady();
  AdvanceUntil([this] { return !stats.source.connected || api.counts().watches > 1; });
  EXPECT_LE(clock.Steady() - begin, 2min);
  api.Silence(false);
  AdvanceUntil([this] { return received.names().size() == 1; });
  EXPECT_THAT(received.names(), ElementsAre("unseen@1001"));
}

TEST_F(KubernetesSourceTest, GarbageIsCountedAndSkipped) {
  StartWatching();
  api.SendLine("<html>502 Bad Gateway</html>");
  api.SendLine(R"({"type":"SURPRISE","object":{"metadata":{"resourceVersion":"7"}}})");
  api.SendLine("");
  api.Put(EventJson("a"));
  received.AwaitEvents(1);
  EXPECT_EQ(stats.source.garbage, 2u);
  EXPECT_EQ(received.position(), "1001");
}

TEST_F(KubernetesSourceTest, GarbageIsToldOnceAMinute) {
  const CapturedLog log;
  StartWatching();
  for (int i = 0; i < 3; ++i) api.SendLine("<html>502 Bad Gateway</html>");
  Await([this] { return stats.source.garbage == 3; });
  const SteadyTime begin = clock.Steady();
  AdvanceUntil([&] { return clock.Steady() - begin >= 60s; });
  clock.AwaitWaiters(1);
  api.SendLine(R"({"type":"SURPRISE","object":{}})");
  Await([this] { return stats.source.garbage == 4; });
  Stop();
  EXPECT_EQ(log.Count("skipped a line of the watch that cannot be read: "), 2);
  EXPECT_EQ(log.Count("its type is unknown (2 more before)"), 1);
}

TEST_F(KubernetesSourceTest, ALineThatWasTooLongIsCounted) {
  auto http = std::make_shared<FakeHttpClient>(clock);
  client = http;
  http->Respond(200, R"({"metadata":{"resourceVersion":"5"},"items":[]})");
  const auto stream = http->RespondWithStream();
  stream->SkipLine(17 << 20);
  Start();
  Await([this] { return stats.source.oversized == 1; });
  stream->PushLine(R"({"type":"ADDED","object":{"metadata":{"name":"e","resourceVersion":"6"}}})");
  received.AwaitEvents(1);
}

TEST_F(KubernetesSourceTest, AnEventOfOneAndAHalfMegabytesComesWhole) {
  StartWatching();
  const std::string message(1500000, 'x');
  api.Put(EventJson("large", "default", 0, message));
  received.AwaitEvents(1);
  EXPECT_EQ(received.entries().back().event->message, message);
}

TEST_F(KubernetesSourceTest, TwoEventsInOneChunkAndOneEventInAHundred) {
  auto http = std::make_shared<FakeHttpClient>(clock);
  client = http;
  http->Respond(200, R"({"metadata":{"resourceVersion":"5"},"items":[]})");
  const auto stream = http->RespondWithStream();
  Start();
  const auto frame = [](int version) {
    return FakeFrame("ADDED", R"({"metadata":{"name":"e","resourceVersion":")" +
                                  std::to_string(version) + "\"}}");
  };
  stream->Push(frame(6) + frame(7));
  received.AwaitEvents(2);
  for (char c : frame(8)) stream->Push(std::string(1, c));
  received.AwaitEvents(3);
  EXPECT_THAT(received.names(), ElementsAre("e@6", "e@7", "e@8"));
}

// --- 429, 5xx ---

TEST_F(KubernetesSourceTest, BacksOffAfterA500AndGoesOnFromTheSameVersion) {
  StartWatching();
  api.Refuse(
      {.status = 500, .message = "etcdserver: leader changed", .call = FakeKubeApi::Call::kWatch},
      2);
  api.EndWatches();
  Await([this] { return stats.source.trouble.Get().find("500") != std::string::npos; });
  EXPECT_FALSE(stats.source.connected);
  EXPECT_THAT(stats.source.trouble.Get(), HasSubstr("500 Internal Server Error: etcdserver"));
  api.Put(EventJson("a"));
  AdvanceUntil([this] { return received.names().size() == 1; });
  EXPECT_EQ(stats.source.relists, 0u);
}

TEST_F(KubernetesSourceTest, WaitsAsLongAsRetryAfterSays) {
  StartWatching();
  api.Refuse({.status = 429,
              .message = "slow down",
              .headers = {{"Retry-After", "77"}},
              .call = FakeKubeApi::Call::kWatch});
  api.EndWatches();
  Await([this] { return !stats.source.connected; });
  clock.AwaitWaiters(1);
  EXPECT_EQ(clock.NextDeadline() - clock.Steady(), Duration(77s));
}

TEST_F(KubernetesSourceTest, WaitsAsLongAsTheDetailsOfAnErrorInTheStreamSay) {
  StartWatching();
  api.Refuse({.status = 429,
              .message = "slow down",
              .retry_after_seconds = 55,
              .in_stream = true,
              .call = FakeKubeApi::Call::kWatch});
  api.EndWatches();
  Await([this] { return stats.source.trouble.Get().find("429") != std::string::npos; });
  clock.AwaitWaiters(1);
  EXPECT_EQ(clock.NextDeadline() - clock.Steady(), Duration(55s));
}

TEST_F(KubernetesSourceTest, WaitsAQuarterOfAnHourAtMost) {
  StartWatching();
  api.Refuse({.status = 503,
              .message = "x",
              .headers = {{"retry-after", "86400"}},
              .call = FakeKubeApi::Call::kWatch});
  api.EndWatches();
  Await([this] { return !stats.source.connected; });
  clock.AwaitWaiters(1);
  EXPECT_EQ(clock.NextDeadline() - clock.Steady(), Duration(15min));
}

TEST_F(KubernetesSourceTest, A429WithoutRetryAfterBacksOff) {
  StartWatching();
  api.Refuse({.status = 429, .message = "x", .call = FakeKubeApi::Call::kWatch});
  api.EndWatches();
  Await([this] { return !stats.source.connected; });
  clock.AwaitWaiters(1);
  EXPECT_LE(clock.NextDeadline() - clock.Steady(), Duration(800 * 1000000));
}

TEST_F(KubernetesSourceTest, FiveFailuresInARowWithoutAFrameAreARelist) {
  StartWatching();
  api.Refuse({.status = 500, .message = "x", .call = FakeKubeApi::Call::kWatch}, 4);
  api.Refuse({.status = 500, .message = "x", .in_stream = true, .call = FakeKubeApi::Call::kWatch});
  api.EndWatches();
  Await([this] { return !stats.source.connected; });
  api.Put(EventJson("a"));
  AdvanceUntil([this] { return stats.source.relists == 1; });
  AdvanceUntil([this] { return received.names().size() == 1; });
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(KubernetesSourceTest, CredentialsAndLoadAreNoReasonToRelistHoweverOften) {
  for (const int status : {401, 403, 429}) {
    for (const bool in_stream : {false, true}) {
      SourceHarness harness;
      harness.StartWatching();
      harness.api.Refuse({.status = status,
                          .message = "x",
                          .in_stream = in_stream,
                          .call = FakeKubeApi::Call::kWatch},
                         9);
      harness.api.EndWatches();
      harness.AdvanceUntil([&] { return harness.api.counts().watches == 11; });
      harness.AwaitOpen(11);
      EXPECT_EQ(harness.stats.source.relists, 0u) << status;
    }
  }
}

TEST_F(KubernetesSourceTest, AFrameBetweenFailuresCountsThemAnew) {
  StartWatching();
  for (int round = 0; round < 3; ++round) {
    api.Refuse({.status = 500, .message = "x", .call = FakeKubeApi::Call::kWatch}, 4);
    const int watches = api.counts().watches + 5;
    api.EndWatches();
    AdvanceUntil([&] { return api.counts().watches == watches; });
    AwaitOpen(watches);
    const std::string version = std::to_string(api.Put(EventJson("a", "default", round)));
    received.AwaitPosition(version);
  }
  EXPECT_EQ(stats.source.relists, 0u);
}

TEST_F(KubernetesSourceTest, AWatchThatEndsAtOnceIsAFailure) {
  auto http = std::make_shared<FakeHttpClient>(clock);
  client = http;
  http->AlwaysRespondWith([](const HttpRequest&) {
    return FakeResponse(200, R"({"metadata":{"resourceVersion":"5"},"items":[]})");
  });
  http->RespondWithStream()->End();
  Start();
  Await([this] { return stats.source.trouble.Get().find("as soon as") != std::string::npos; });
  clock.AwaitWaiters(1);
  EXPECT_LE(clock.NextDeadline() - clock.Steady(), Duration(800 * 1000000));
}

// --- 401, 403 ---

TEST_F(KubernetesSourceTest, A403SaysWhichPermissionIsMissingAndIsTriedAgain) {
  api.Forbid(true);
  Start();
  Await([this] { return stats.source.trouble.Get().find("403") != std::string::npos; });
  EXPECT_THAT(stats.source.trouble.Get(),
              HasSubstr("the ServiceAccount needs the verbs list and watch on events"));
  EXPECT_FALSE(stats.source.connected);
  api.Forbid(false);
  AdvanceUntil([this] { return stats.source.connected.load(); });
  Await([this] { return stats.source.trouble.Get().empty(); });
  EXPECT_TRUE(stats.source.connected);
}

TEST_F(KubernetesSourceTest, A401IsTriedAgainForEver) {
  StartWatching();
  api.RequireToken("another");
  api.EndWatches();
  Await([this] { return stats.source.trouble.Get().find("401") != std::string::npos; });
  const int lists = api.counts().lists;
  AdvanceUntil([&] { return stats.source.lists > static_cast<std::uint64_t>(lists) + 10; });
  EXPECT_EQ(stats.source.relists, 0u);
}

// --- stop in every state ---

TEST_F(KubernetesSourceTest, StopsWhileItWaitsForAList) {
  auto http = std::make_shared<FakeHttpClient>(clock);
  client = http;
  Start();
  http->AwaitRequests(1);
  Stop();
}

TEST_F(KubernetesSourceTest, StopsWhileItStreams) {
  StartWatching();
  Stop();
  EXPECT_EQ(api.counts().open_watches, 0);
}

TEST_F(KubernetesSourceTest, StopsWhileItBacksOff) {
  api.Down(true);
  Start();
  Await([this] { return !stats.source.trouble.Get().empty(); });
  clock.AwaitWaiters(1);
  Stop();
}

TEST_F(KubernetesSourceTest, StopsWhileThereIsNoRoom) {
  StartWatching();
  received.SetRoom(0);
  api.Put(EventJson("a"));
  received.AwaitFull();
  Stop();
  EXPECT_THAT(received.names(), IsEmpty());
}

TEST_F(KubernetesSourceTest, StopsWhileItIsHeld) {
  StartWatching();
  received.SetRoom(0);
  api.Put(EventJson("a"));
  received.AwaitFull();
  AdvanceUntil([this] { return stats.source.held == 1; });
  Stop();
}

TEST_F(KubernetesSourceTest, StopsWhileItRelists) {
  StartWatching();
  api.Refuse({.status = 503, .message = "x", .call = FakeKubeApi::Call::kList}, 1000);
  api.Put(EventJson("a"));
  received.AwaitEvents(1);
  api.PassVersions(10);
  api.Compact(1010);
  api.EndWatches();
  AdvanceUntil([this] { return stats.source.lists > 3; });
  EXPECT_EQ(stats.source.relists, 1u);
  Stop();
}

TEST_F(KubernetesSourceTest, AStoppedWatchIsNeverStuck) {
  StartWatching();
  Stop();
  EXPECT_FALSE(stats.watch_pulses.at(0).Stuck(clock.Steady() + std::chrono::hours(24)));
}

// --- held ---

TEST_F(KubernetesSourceTest, AHeldWatchIsClosedAfter30SecondsAndGoesOnWithTheSameEvent) {
  StartWatching();
  received.SetRoom(1);
  for (const char* name : {"a", "b", "c"}) api.Put(EventJson(name));
  received.AwaitFull();
  const SteadyTime begin = clock.Steady();
  AdvanceUntil([this] { return stats.source.held == 1; });
  EXPECT_GE(clock.Steady() - begin, 30s);
  EXPECT_LE(clock.Steady() - begin, 40s);
  Await([this] { return api.counts().open_watches == 0; });
  AdvanceUntil([&] { return clock.Steady() - begin > 10min; });
  EXPECT_FALSE(stats.watch_pulses.at(0).Stuck(clock.Steady()));
  EXPECT_TRUE(stats.source.connected);  // nothing is wrong with the API server
  EXPECT_EQ(api.counts().watches, 1);
  received.SetRoom({});
  received.AwaitEvents(3);
  EXPECT_THAT(received.names(), ElementsAre("a@1001", "b@1002", "c@1003"));
  std::uint64_t counted = 0;
  for (const auto& [series, count] : stats.events.Snapshot(EventCounters::kNormal))
    counted += count;
  EXPECT_EQ(counted, 3u);
}

TEST_F(KubernetesSourceTest, AWatchIsNotStuckWhileItsServerIsDown) {
  StartWatching();
  api.Down(true);
  for (int i = 0; i < 100; ++i) {
    clock.AwaitWaiters(1);
    clock.Advance(30s);
    EXPECT_FALSE(stats.watch_pulses.at(0).Stuck(clock.Steady()));
  }
}

TEST_F(KubernetesSourceTest, SaysOnceAMinuteThatTheServerIsDown) {
  const CapturedLog log;
  StartWatching();
  api.Down(true);
  const SteadyTime begin = clock.Steady();
  AdvanceUntil([&] { return clock.Steady() - begin >= 60min; });
  Stop();
  const int lines = log.Count("no answer from the API server");
  EXPECT_LE(lines, 60);
  EXPECT_GE(lines, 40);  // with the first failure after each minute: up to 30 s later
}

// --- several namespaces ---

TEST_F(KubernetesSourceTest, EachNamespaceHasItsWatch) {
  KubernetesSourceOptions options;
  options.namespaces = {"shop", "ci"};
  Start(std::move(options));
  AwaitOpen(2);
  EXPECT_EQ(stats.watch_pulses.size(), 2u);
  api.Put(EventJson("a", "shop"));
  api.Put(EventJson("b", "other"));
  api.Put(EventJson("c", "ci"));
  received.AwaitPosition("1001", "shop");
  received.AwaitPosition("1003", "ci");
  EXPECT_EQ(received.names().size(), 2u);
}

TEST_F(KubernetesSourceTest, IsConnectedOnlyWhenEveryWatchIsOpen) {
  KubernetesSourceOptions options;
  options.namespaces = {"shop", "ci"};
  api.Refuse({.status = 503, .message = "x", .call = FakeKubeApi::Call::kWatch});
  Start(std::move(options));
  api.AwaitWatches(2);
  Await([this] { return stats.source.trouble.Get().find("503") != std::string::npos; });
  EXPECT_FALSE(stats.source.connected);
  EXPECT_THAT(stats.source.trouble.Get(), HasSubstr("namespace "));
  AdvanceUntil([this] { return stats.source.connected.load(); });
}

}  // namespace
}  // namespace eventer
