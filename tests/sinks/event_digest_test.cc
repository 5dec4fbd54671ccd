#include "common/event_digest.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "common/utf8_cut.h"
#include "common/workload.h"
#include "support/local_zone.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;

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

const LineStyle kStyle = {.page_bytes = 4000};

TEST(EventDigest, TimesAreInTheZoneOfTheStyle) {
  LineStyle style = kStyle;
  style.zone = *TimeZone::Named("Asia/Shanghai");
  const auto pages = ComposeDigest(std::vector{MakeEvent("Warning", "web-1", "BackOff", 0)}, style);
  EXPECT_THAT(pages.at(0).lines, testing::Contains(testing::HasSubstr("at 2024-05-01 10:03:04")));
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
  const std::vector<DigestPage> pages = ComposeDigest(events, kStyle);
  ASSERT_EQ(pages.size(), 1u);
  EXPECT_THAT(
      pages[0].lines,
      ElementsAre("2 × BackOff · shop/web (Pod, Warning) from 2024-05-01 02:03:04 to 02:03:13, "
                  "web-5cfb7ff945-8cph2, web-5cfb7ff945-24567: new line",
                  "1 × Failed · shop/db (Pod, Warning) at 2024-05-01 02:03:04, db-0: m",
                  "1 × Pulled · shop/web-5cfb7ff945-aaaaa (Pod) at 2024-05-01 02:03:04: m",
                  "1 × Pulled · shop/web (Pod) at 2024-05-01 02:03:07, web-5cfb7ff945-8cph2: m",
                  "In all 5 events, 3 of them Warnings, in 4 groups."));
}

TEST(ComposeDigest, ManyObjectsAreTheFirstThreeAndANumber) {
  const LocalZone zone("UTC");
  std::vector<EventPtr> events;
  for (const char c : std::string("bcdfgh")) {
    events.push_back(MakeEvent("Warning", std::string("web-5cfb7ff945-bbbb") + c, "BackOff", 0));
    events.push_back(events.back());
  }
  EXPECT_EQ(ComposeDigest(events, kStyle)[0].lines[0],
            "12 × BackOff · shop/web (Pod, Warning) at 2024-05-01 02:03:04, web-5cfb7ff945-bbbbb, "
            "web-5cfb7ff945-bbbbc, web-5cfb7ff945-bbbbd and 3 more: m");
}

TEST(ComposeDigest, ACountThatRisesIsHowOftenItHappenedNotASum) {
  const LocalZone zone("UTC");
  std::vector<EventPtr> events;
  for (const int count : {5, 6, 9}) {
    auto event = std::make_shared<Event>(*MakeEvent("Warning", "web", "BackOff", 0));
    event->uid = "u";
    event->count = count;
    events.push_back(std::move(event));
  }
  EXPECT_EQ(ComposeDigest(events, kStyle)[0].lines[0],
            "3 × BackOff · shop/web (Pod, Warning), 9 times at 2024-05-01 02:03:04: m");
}

TEST(ComposeDigest, InMarkdownNamesAndTextsCannotBreakTheLayout) {
  const LocalZone zone("UTC");
  const std::vector<EventPtr> events = {
      MakeEvent("Normal", "web", "Pull*ed", 0, "see [x](y)\n# <b>`a_b`")};
  const std::vector<DigestPage> pages =
      ComposeDigest(events, {.page_bytes = 4000, .markup = kMarkdown, .cluster = "pro_d"});
  EXPECT_THAT(pages[0].lines,
              ElementsAre("Cluster: **pro\\_d**",
                          "1 × **Pull\\*ed** · shop/web (Pod) at 2024-05-01 02:03:04: "
                          "see \\[x\\](y) \\# \\<b\\>\\`a\\_b\\`",
                          "In all 1 events in 1 group."));
}

TEST(ComposeDigest, TheClusterStandsOnEachPage) {
  std::vector<EventPtr> events;
  for (int i = 0; i < 50; ++i) {
    events.push_back(MakeEvent("Warning", "app" + std::to_string(i), "BackOff", i));
  }
  const std::vector<DigestPage> pages =
      ComposeDigest(events, {.page_bytes = 500, .cluster = "prod"});
  EXPECT_GT(pages.size(), 5u);
  for (const DigestPage& page : pages) EXPECT_EQ(page.lines[0], "Cluster: prod");
}

// The number of events that the page's lines say they tell.
std::size_t CountOf(const DigestPage& page) {
  std::size_t counted = 0;
  for (const std::string& line : page.lines) {
    if (line.find(" × ") != std::string::npos) counted += std::stoul(line);
  }
  EXPECT_EQ(counted, page.events.size());
  return counted;
}

std::size_t BytesOf(const DigestPage& page, const LineStyle& style) {
  std::size_t bytes = 0;
  for (const std::string& line : page.lines) bytes += line.size() + style.markup.line_end.size();
  return bytes;
}

// Whatever the dice say.
std::vector<EventPtr> AnyEvents(std::mt19937& dice) {
  std::vector<EventPtr> events(dice() % 400 + 1);
  for (EventPtr& event : events) {
    event = MakeEvent(dice() % 2 ? "Warning" : "Normal", "app" + std::to_string(dice() % 60),
                      "Reason" + std::to_string(dice() % 4), static_cast<int>(dice() % 9000),
                      std::string(dice() % 500, dice() % 2 ? 'x' : '*'));
  }
  return events;
}

TEST(ComposeDigest, WhateverComesEveryEventIsToldInOneGroupAndNoPageIsTooLarge) {
  std::mt19937 dice(1);
  for (int round = 0; round < 100; ++round) {
    const std::vector<EventPtr> events = AnyEvents(dice);
    const LineStyle style = {.page_bytes = 250 + dice() % 5000,
                             .markup = dice() % 2 == 0 ? kMarkdown : kPlainText,
                             .cluster = dice() % 2 ? "" : "prod"};
    std::multiset<std::size_t> told, all;
    std::size_t counted = 0;
    for (const DigestPage& page : ComposeDigest(events, style)) {
      EXPECT_LE(BytesOf(page, style), style.page_bytes);
      told.insert(page.events.begin(), page.events.end());
      counted += CountOf(page);
    }
    for (std::size_t i = 0; i < events.size(); ++i) all.insert(all.end(), i);
    ASSERT_EQ(told, all);
    ASSERT_EQ(counted, events.size());
  }
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
