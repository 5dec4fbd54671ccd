// The rows of the watching table that read the whole collection: expired versions and the ways to
// begin.
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
using testing::IsEmpty;

class RelistSourceTest : public testing::Test, public SourceHarness {
 protected:
  std::vector<std::string> PutMany(int count, const std::string& prefix = "e") {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
      // Names in another order than versions: a list comes by name.
      const std::string name = prefix + std::to_string((i * 7919) % count + 10000);
      names.push_back(name + "@" + std::to_string(api.Put(EventJson(name))));
    }
    return names;
  }
  void ForgetAll() { api.Compact(api.version()); }
};

TEST_F(RelistSourceTest, GoesOnFromAStoredPosition) {
  api.Put(EventJson("before"));
  api.Put(EventJson("after"));
  Start(From("1001"));
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("after@1002"));
  EXPECT_EQ(stats.source.relists, 0u);
}

TEST_F(RelistSourceTest, AFirstPageThatIsTooLargeIsNoReplacedHistory) {
  api.Put(EventJson("delivered-before"));
  const std::string old_but_new_to_us(20'000, 'x');
  for (int i = 0; i < 500; ++i) {  // 10 MB
    api.Put(EventJson("e" + std::to_string(i), "default", -3600, old_but_new_to_us));
  }
  ForgetAll();
  Start(From("1001", clock.Wall()));
  received.AwaitEvents(500);
  EXPECT_EQ(received.names().front(), "e0@1002");
  EXPECT_EQ(stats.source.gaps, 1u);  // of the 410
  EXPECT_EQ(stats.source.relists, 1u);
}

TEST_F(RelistSourceTest, AStoredPositionBeatsSince) {
  api.Put(EventJson("before"));
  auto options = From("1001");
  options.since = std::chrono::hours(1);
  Start(std::move(options));
  api.Put(EventJson("after"));
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("after@1002"));
}

TEST_F(RelistSourceTest, SinceBeginsWithWhatIsNotOlder) {
  api.Put(EventJson("too-old", "default", -601));
  api.Put(EventJson("z-recent", "default", -599));
  api.Put(EventJson("a-newer", "default", -1));
  KubernetesSourceOptions options;
  options.since = 10min;
  Start(std::move(options));
  received.AwaitPosition("1003");
  EXPECT_THAT(received.names(), ElementsAre("z-recent@1002", "a-newer@1003"));
  EXPECT_EQ(stats.source.gaps, 0u);
}

TEST_F(RelistSourceTest, ALostPositionListsEverything) {
  const auto names = PutMany(1203);
  KubernetesSourceOptions options;
  options.stored.lost = true;
  options.since = 1s;
  Start(std::move(options));
  received.AwaitEvents(names.size());
  EXPECT_THAT(received.names(), ElementsAreArray(names));
  EXPECT_EQ(stats.source.lists, 3u);  // pages of 500
}

TEST_F(RelistSourceTest, AfterALossEachWatchThatHasNotListedYetListsEverything) {
  api.Put(EventJson("a", "shop"));
  api.Put(EventJson("b", "ci"));
  api.Put(EventJson("c", "shop"));
  KubernetesSourceOptions options;
  options.namespaces = {"shop", "ci"};
  options.stored.lost = true;
  options.stored.versions = {{"shop", "1002"}};  // whose list was read before the next stop
  Start(std::move(options));
  received.AwaitEvents(2);
  EXPECT_THAT(received.names(), testing::UnorderedElementsAre("b@1002", "c@1003"));
}

TEST_F(RelistSourceTest, ANewWatchBesidePositionsWithoutAnOrderListsEverything) {
  api.Put(EventJson("a", "shop"));
  KubernetesSourceOptions options;
  options.namespaces = {"shop"};
  options.stored.versions = {{"ci", "1002"}, {"dev", "v1001x"}};
  Start(std::move(options));
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("a@1001"));
}

TEST_F(RelistSourceTest, ANewWatchBeginsAtTheLowestStoredPosition) {
  api.Put(EventJson("a", "shop"));
  api.Put(EventJson("b", "shop"));
  api.Put(EventJson("c", "shop"));
  KubernetesSourceOptions options;
  options.namespaces = {"shop"};
  options.stored.versions = {{"ci", "1002"}, {"dev", "1001"}};
  Start(std::move(options));
  received.AwaitEvents(2);
  EXPECT_THAT(received.names(), ElementsAre("b@1002", "c@1003"));
}

// --- 410 ---

TEST_F(RelistSourceTest, AnErrorInTheStreamThatSays410Relists) {
  PutMany(3);
  ForgetAll();
  Start(From("1000"));
  received.AwaitPosition("1003");
  Await([this] { return stats.source.connected.load(); });
  EXPECT_EQ(received.names().size(), 3u);
  EXPECT_EQ(stats.source.relists, 1u);
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(RelistSourceTest, AStatusOf410Relists) {
  api.Expire410ByStatus(true);
  PutMany(3);
  ForgetAll();
  Start(From("1000"));
  received.AwaitPosition("1003");
  EXPECT_EQ(received.names().size(), 3u);
  EXPECT_EQ(stats.source.relists, 1u);
}

// As a replica that lags behind its compaction does, or an etcd that compacts faster than it lists.
TEST_F(RelistSourceTest, VersionsThatExpireAtOnceAgainAreNoTightLoopOfLists) {
  const CapturedLog log;
  PutMany(3);
  for (const bool in_stream : {true, false}) {
    api.Refuse({.status = 410, .in_stream = in_stream, .call = FakeKubeApi::Call::kWatch}, 50);
  }
  Start(From("1000"));
  const SteadyTime begin = clock.Steady();
  AdvanceUntil([this] { return api.counts().watches > 100; });
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(clock.Steady() - begin).count();
  EXPECT_GE(minutes, 20);  // up to half a minute between two
  EXPECT_FALSE(stats.watch_pulses.front().Stuck(clock.Steady()));
  Stop();
  EXPECT_LE(log.Count("changes may have been missed"), minutes + 1);
  EXPECT_EQ(received.names().size(), 3u);
}

TEST_F(RelistSourceTest, AVersionThatExpiresAfterAFrameIsMadeUpForAtOnce) {
  Start(From("1000"));
  for (int i = 0; i < 20; ++i) {
    api.Put(EventJson("e"));
    api.ExpireEachWatch(1);
    received.AwaitEvents(i + 1);
  }
  EXPECT_EQ(clock.Steady(), FakeClock().Steady());
}

TEST_F(RelistSourceTest, ARelistSendsOnlyWhatIsNewerInTheOrderOfVersions) {
  PutMany(20, "old");
  const std::string position = std::to_string(api.version());
  const auto names = PutMany(700, "new");
  ForgetAll();
  Start(From(position));
  received.AwaitEvents(names.size());
  EXPECT_THAT(received.names(), ElementsAreArray(names));
}

TEST_F(RelistSourceTest, AListThatFailsIsTriedAgain) {
  PutMany(3);
  ForgetAll();
  api.Refuse({.status = 503, .message = "etcd is slow", .call = FakeKubeApi::Call::kList}, 3);
  Start(From("1000"));
  AdvanceUntil([this] { return received.names().size() == 3; });
  EXPECT_EQ(stats.source.relists, 1u);
  EXPECT_EQ(stats.source.gaps, 1u);
}

// --- bounded passes ---

TEST_F(RelistSourceTest, EveryPageIsReadBeforeTheFirstEventIsHandedOn) {
  PutMany(1203);
  ForgetAll();
  received.SetRoom(0);
  Start(From("1000"));
  received.AwaitFull();
  EXPECT_EQ(stats.source.lists, 1u + 3u);  // a look at the version, and pages of 500
}

TEST_F(RelistSourceTest, TheEndOfAListIsAnEntryWithItsVersion) {
  PutMany(3);
  api.PassVersions(50);
  ForgetAll();
  Start(From("1000"));
  received.AwaitPosition("1053");
  EXPECT_EQ(received.entries().back().event, nullptr);
  EXPECT_EQ(received.entries()[2].resource_version, "1003");
}

TEST_F(RelistSourceTest, ALargeRelistComesInBoundedPassesInOrder) {
  const auto names = PutMany(900);
  ForgetAll();
  auto options = From("1000");
  options.relist_bytes = 100 * 1024;  // some 100 events
  Start(std::move(options));
  received.AwaitEvents(names.size());
  EXPECT_THAT(received.names(), ElementsAreArray(names));
  Await([this] { return stats.source.connected.load(); });
  EXPECT_GT(stats.source.lists, 10u);
  EXPECT_EQ(stats.source.relists, 1u);
  EXPECT_EQ(stats.source.gaps, 1u);
}

TEST_F(RelistSourceTest, ACrashBetweenTwoPassesLosesNothing) {
  const auto names = PutMany(900);
  ForgetAll();
  std::vector<std::string> seen;
  std::string position = "1000";
  for (const std::size_t room : {1u, 130u, 77u, 10000u}) {
    SourceHarness run;
    for (const std::string& name : names) run.api.Put(EventJson(name.substr(0, name.find('@'))));
    run.api.Compact(run.api.version());
    run.received.SetRoom(room);
    auto options = From(position);
    options.relist_bytes = 60 * 1024;
    run.Start(std::move(options));
    Await([&] {
      return run.received.entries().size() == room ||
             run.received.position() == std::to_string(run.api.version());
    });
    run.Stop();
    for (const std::string& name : run.received.names()) seen.push_back(name);
    position = run.received.position();
  }
  EXPECT_THAT(seen, ElementsAreArray(names));
}

TEST_F(RelistSourceTest, WhatComesWhileItRelistsIsNotMissed) {
  auto names = PutMany(300);
  ForgetAll();
  auto options = From("1000");
  options.relist_bytes = 60 * 1024;
  received.SetRoom(20);
  Start(std::move(options));
  received.AwaitEvents(20);
  for (const std::string& name : PutMany(50, "late")) names.push_back(name);
  received.SetRoom({});
  received.AwaitEvents(names.size());
  EXPECT_THAT(received.names(), ElementsAreArray(names));
}

// --- versions that are no numbers ---

TEST_F(RelistSourceTest, VersionsThatAreNoNumbersAreWatchedAllTheSame) {
  api.NumberlessVersions(true);
  StartWatching();
  api.Put(EventJson("a"));
  received.AwaitEvents(1);
  EXPECT_EQ(received.position(), "v1001x");
  AdvanceUntil([this] { return api.counts().watches >= 4; });
  EXPECT_EQ(stats.source.gaps, 0u);
}

TEST_F(RelistSourceTest, ExpiredVersionsThatAreNoNumbersAreListedInBoundedPassesByTime) {
  api.NumberlessVersions(true);
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "e" + std::to_string((i * 7) % 60 + 100);
    api.Put(EventJson(name, "default", i / 4));  // several in each second
    names.push_back(name);
  }
  ForgetAll();
  auto options = From("v900x");
  options.relist_bytes = 8 * 1024;
  Start(std::move(options));
  received.AwaitPosition("v1060x");
  std::vector<std::string> seen;
  for (const SourceEntry& entry : received.entries()) {
    if (!entry.event) continue;
    seen.push_back(entry.event->name);
    EXPECT_EQ(entry.resource_version, "v900x");  // a crash here must begin again
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(names));
}

}  // namespace
}  // namespace eventer
