#include "common/silence.h"

#include <gmock/gmock.h>

#include "eventer/error.h"
#include "eventer/time_format.h"
#include "support/local_zone.h"

namespace eventer {
namespace {

using testing::HasSubstr;

Silences Read(const std::string& options) {
  SinkUri uri = SinkUri::Parse("--sink", "dingtalk:https://h?" + options);
  return Silences::Read(uri);
}

Event BackOff() {
  Event event;
  event.reason = "BackOff";
  event.involved_object = {.kind = "Pod", .ns = "ci", .name = "web-1"};
  return event;
}

// 2026-11-25 is a Wednesday.
bool Covered(const std::string& silence, const char* now = "2026-11-25T12:00:00Z") {
  const LocalZone zone("UTC");
  return Read("silence=" + silence).Cover(BackOff(), *ParseRfc3339(now));
}

TEST(Silence, AllMatchersOfOneAgreeOnTheWholeValue) {
  EXPECT_TRUE(Covered("namespace=ci"));
  EXPECT_TRUE(Covered("namespace=ci,kind=Pod,reason=Pulled|BackOff,object=web-.*"));
  EXPECT_FALSE(Covered("namespace=ci,kind=Node"));
  EXPECT_FALSE(Covered("object=web"));
  EXPECT_FALSE(Read("").Cover(BackOff(), {}));
}

TEST(Silence, AnyOfSeveralIsEnough) {
  const Silences silences = Read("silence=namespace=shop&silence=reason=BackOff");
  EXPECT_TRUE(silences.Cover(BackOff(), {}));
}

TEST(Silence, HoursMayGoOverMidnight) {
  EXPECT_TRUE(Covered("hours=12:00-13:00"));
  EXPECT_FALSE(Covered("hours=11:00-12:00"));
  EXPECT_TRUE(Covered("hours=22-06:30", "2026-11-25T23:59:59Z"));
  EXPECT_TRUE(Covered("hours=22-06:30", "2026-11-25T06:29:00Z"));
  EXPECT_FALSE(Covered("hours=22-06:30", "2026-11-25T06:30:00Z"));
}

TEST(Silence, DaysAndHoursAreLocal) {
  EXPECT_TRUE(Covered("days=mon|wed"));
  EXPECT_FALSE(Covered("days=sat|sun"));
  const LocalZone zone("Asia/Shanghai");
  EXPECT_TRUE(
      Read("silence=days=thu,hours=4-5").Cover(BackOff(), *ParseRfc3339("2026-11-25T20:30:00Z")));
}

TEST(Silence, TheZoneMayBeAnOption) {
  const LocalZone zone("UTC");
  EXPECT_TRUE(Read("timezone=Asia/Shanghai&silence=days=thu,hours=4-5")
                  .Cover(BackOff(), *ParseRfc3339("2026-11-25T20:30:00Z")));
}

TEST(Silence, WhatIsWrongIsSaidWithItsPosition) {
  const std::pair<std::string, std::string> rows[] = {
      {"ci", "at character 1: a matcher is name=pattern"},
      {"kind=Pod,colour=red", "at character 10: the matchers are namespace, kind"},
      {"kind=Pod,", "at character 10: a matcher is name=pattern"},
      {"reason=(", "at character 1: the pattern does not compile"},
      {"hours=25-26", "at character 1: hours are such as"},
      {"hours=12", "at character 1: hours are such as"},
      {"days=someday", "at character 1: days are"},
  };
  for (const auto& [silence, said] : rows) {
    try {
      Read("silence=" + silence);
      ADD_FAILURE() << silence;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), HasSubstr("--sink=dingtalk: option silence is wrong " + said));
    }
  }
}

}  // namespace
}  // namespace eventer
