#include "common/event_digest.h"

#include <gmock/gmock.h>

#include <numeric>
#include <set>

#include "common/utf8_cut.h"
#include "common/workload.h"
#include "support/local_zone.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;

EventPtr MakeEvent(const std::string& type, const std::string& pod, const std::string& reason,
                   int second, const std::string& message = "m") {
  auto event = std::make_shared<Event>();
  event->type = type;
  event->reason = reason;
  event->message = message;
  event->ns = "shop";
  event->involved_object = {.kind = "Pod", .ns = "shop", .name = pod};
  event->last_seen = WallTime(1714528984s + std::chrono::seconds(second));  // 02:03:04Z
  return event;
}

TEST(WorkloadName, LeavesOutWhatControllersAdd) {
  EXPECT_EQ(WorkloadName("Pod", "web-5cfb7ff945-8cph2"), "web");
  EXPECT_EQ(WorkloadName("Pod", "agent-8cph2"), "agent");
  EXPECT_EQ(WorkloadName("Pod", "db-0"), "db");
  EXPECT_EQ(WorkloadName("Pod", "backup-29384820-8cph2"), "backup");
  EXPECT_EQ(WorkloadName("Pod", "web"), "web");
  EXPECT_EQ(WorkloadName("ReplicaSet", "web-5cfb7ff945"), "web");
  EXPECT_EQ(WorkloadName("Job", "backup-29384820"), "backup");
  EXPECT_EQ(WorkloadName("Node", "worker-1"), "worker-1");
  EXPECT_EQ(WorkloadName("Deployment", "web-8cph2"), "web-8cph2");
}

TEST(ComposeDigest, TellsGroupsWorstAndLargestFirst) {
  const LocalZone zone("UTC");
  const std::vector<EventPtr> events = {
      MakeEvent("Normal", "web-5cfb7ff945-aaaaa", "Pulled", 0),
      MakeEvent("Warning", "web-5cfb7ff945-8cph2", "BackOff", 0, "old"),
      MakeEvent("Normal", "web-5cfb7ff945-8cph2", "Pulled", 3),
      MakeEvent("Warning", "web-5cfb7ff945-24567", "BackOff", 9, "new\nline"),
      MakeEvent("Warning", "db-0", "Failed", 0),
  };
  const std::vector<DigestPage> pages = ComposeDigest(events, 4000);
  ASSERT_EQ(pages.size(), 1u);
  EXPECT_THAT(
      pages[0].lines,
      ElementsAre("2 × BackOff · shop/web (Pod, Warning) from 2024-05-01 02:03:04 to 02:03:13: "
                  "new line",
                  "1 × Failed · shop/db (Pod, Warning) at 2024-05-01 02:03:04: m",
                  "1 × Pulled · shop/web-5cfb7ff945-aaaaa (Pod) at 2024-05-01 02:03:04: m",
                  "1 × Pulled · shop/web (Pod) at 2024-05-01 02:03:07: m",
                  "In all 5 events in 4 groups."));
}

TEST(ComposeDigest, EveryEventIsToldOnceAndNoPageIsTooLarge) {
  std::vector<EventPtr> events;
  for (int i = 0; i < 1000; ++i) {
    events.push_back(MakeEvent("Warning", "app" + std::to_string(i % 90), "BackOff", i,
                               std::string(static_cast<std::size_t>(i), 'x')));
  }
  const std::vector<DigestPage> pages = ComposeDigest(events, 4000);
  EXPECT_GT(pages.size(), 1u);
  std::multiset<std::size_t> told;
  std::size_t counted = 0;
  for (const DigestPage& page : pages) {
    std::size_t bytes = 0;
    for (const std::string& line : page.lines) bytes += line.size() + 1;
    EXPECT_LE(bytes, 4000u);
    told.insert(page.events.begin(), page.events.end());
    for (const std::string& line : page.lines) {
      if (!line.starts_with("In all")) counted += std::stoul(line);
    }
  }
  std::multiset<std::size_t> all;
  for (std::size_t i = 0; i < events.size(); ++i) all.insert(i);
  EXPECT_EQ(told, all);
  EXPECT_EQ(counted, events.size());
  EXPECT_EQ(pages.back().lines.back(), "In all 1000 events in 90 groups.");
}

TEST(CutUtf8, CutsAtACodePointWithAMark) {
  EXPECT_EQ(CutUtf8("abc", 3, 3), "abc");
  EXPECT_EQ(CutUtf8("abcd", 3, 100), "ab…");
  EXPECT_EQ(CutUtf8("日本語", 3, 9), "日本語");
  EXPECT_EQ(CutUtf8("日本語x", 3, 100), "日本…");
  EXPECT_EQ(CutUtf8("日本語", 3, 8), "日…");
  EXPECT_EQ(CutUtf8("", 0, 0), "");
}

}  // namespace
}  // namespace eventer
