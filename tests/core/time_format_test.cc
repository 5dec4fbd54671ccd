#include "eventer/time_format.h"

#include <gtest/gtest.h>
#include <time.h>

#include <optional>

#include "support/local_zone.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

constexpr WallTime kTime(1714528984s);  // 2024-05-01T02:03:04Z

std::string GoStringIn(const char* tz, WallTime time) {
  const LocalZone zone(tz);
  return FormatGoString(time);
}

TEST(ParseRfc3339, ReadsWhatKubernetesWrites) {
  EXPECT_EQ(ParseRfc3339("2024-05-01T02:03:04Z"), kTime);
  EXPECT_EQ(ParseRfc3339("2024-05-01T02:03:04.000005Z"), kTime + 5us);
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00Z"), WallTime{});
}

TEST(ParseRfc3339, ReadsAnyFractionCutToMicroseconds) {
  EXPECT_EQ(ParseRfc3339("2024-05-01T02:03:04.1Z"), kTime + 100000us);
  EXPECT_EQ(ParseRfc3339("2024-05-01T02:03:04.123456789Z"), kTime + 123456us);
  EXPECT_EQ(ParseRfc3339("2024-05-01T02:03:04.9999999999999999999Z"), kTime + 999999us);
  EXPECT_EQ(ParseRfc3339("1969-12-31T23:59:59.5Z"), WallTime(-500000us));
}

TEST(ParseRfc3339, ReadsAnyOffset) {
  EXPECT_EQ(ParseRfc3339("2024-05-01T10:03:04+08:00"), kTime);
  EXPECT_EQ(ParseRfc3339("2024-04-30T21:33:04.000001-04:30"), kTime + 1us);
  EXPECT_EQ(ParseRfc3339("0001-01-01T00:00:00Z"),
            WallTime(std::chrono::sys_days(std::chrono::year(1) / 1 / 1)));
}

TEST(ParseRfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "x",
                           "2024-05-01",
                           "2024-05-01T02:03:04",
                           "2024-05-01 02:03:04Z",
                           "2024-05-01T02:03:04Zx",
                           "2024-05-01T02:03Z",
                           "2024-5-01T02:03:04Z",
                           "2024-13-01T02:03:04Z",
                           "2024-00-01T02:03:04Z",
                           "2024-02-30T02:03:04Z",
                           "2023-02-29T02:03:04Z",
                           "2024-05-00T02:03:04Z",
                           "2024-05-01T24:03:04Z",
                           "2024-05-01T02:60:04Z",
                           "2024-05-01T02:03:60Z",
                           "2024-05-01T02:03:04.Z",
                           "2024-05-01T02:03:04.5",
                           "2024-05-01T02:03:04+08",
                           "2024-05-01T02:03:04+0800",
                           "2024-05-01T02:03:04+25:00",
                           "2024-05-01t02:03:04z",
                           "-024-05-01T02:03:04Z",
                           "2024-05-01T02:03:04\xff",
                           "+2024-05-01T02:03:04Z"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
  EXPECT_TRUE(ParseRfc3339("2024-02-29T02:03:04Z"));
}

TEST(FormatRfc3339Nano, IsUtcWithTheFractionThatIsNeeded) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(FormatRfc3339Nano(kTime), "2024-05-01T02:03:04Z");
  EXPECT_EQ(FormatRfc3339Nano(kTime + 100000us), "2024-05-01T02:03:04.1Z");
  EXPECT_EQ(FormatRfc3339Nano(kTime + 1us), "2024-05-01T02:03:04.000001Z");
  EXPECT_EQ(FormatRfc3339Nano(*ParseRfc3339("0001-01-01T00:00:00Z")), "0001-01-01T00:00:00Z");
  EXPECT_EQ(FormatRfc3339Nano(WallTime(-500000us)), "1969-12-31T23:59:59.5Z");
}

TEST(FormatDateTime, IsLocal) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(FormatDateTime(kTime + 999999us), "2024-05-01 10:03:04");
}

TEST(FormatIndexDate, IsUtc) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(FormatIndexDate(*ParseRfc3339("2024-04-30T23:59:59Z")), "2024.04.30");
  EXPECT_EQ(FormatIndexDate(*ParseRfc3339("2024-05-01T00:00:00Z")), "2024.05.01");
}

TEST(FormatGoString, NamesTheZone) {
  EXPECT_EQ(GoStringIn("Asia/Shanghai", kTime), "2024-05-01 10:03:04 +0800 CST");
  EXPECT_EQ(GoStringIn("Asia/Shanghai", kTime + 123450us), "2024-05-01 10:03:04.12345 +0800 CST");
  EXPECT_EQ(GoStringIn("America/New_York", kTime), "2024-04-30 22:03:04 -0400 EDT");
  EXPECT_EQ(GoStringIn("America/New_York", *ParseRfc3339("2024-01-01T00:00:00Z")),
            "2023-12-31 19:00:00 -0500 EST");
  EXPECT_EQ(GoStringIn("Asia/Kolkata", kTime), "2024-05-01 07:33:04 +0530 IST");
}

TEST(FormatGoString, AZoneWithoutAnAbbreviationShowsItsOffset) {
  EXPECT_EQ(GoStringIn("Europe/Istanbul", kTime), "2024-05-01 05:03:04 +0300 +03");
}

TEST(FormatGoString, ReadsTzAsGoDoes) {
  const std::string kUtc = "2024-05-01 02:03:04 +0000 UTC";
  for (const char* tz : {"", ":", "UTC", ":UTC", "Mars/Olympus", "CST-8", "Asia", "/no/such/file",
                         "/etc/passwd", "EST5EDT4,M3.2.0,M11.1.0", "<+08>-8"}) {
    EXPECT_EQ(GoStringIn(tz, kTime), kUtc) << tz;
  }
  for (const char* tz : {":Asia/Shanghai", "/usr/share/zoneinfo/Asia/Shanghai",
                         ":/usr/share/zoneinfo/Asia/Shanghai"}) {
    EXPECT_EQ(GoStringIn(tz, kTime), "2024-05-01 10:03:04 +0800 CST") << tz;
  }
}

TEST(FormatGoString, WithoutTzIsTheMachinesZone) {
  const std::string local = GoStringIn(nullptr, kTime);
  EXPECT_EQ(local, GoStringIn("/etc/localtime", kTime));
}

}  // namespace
}  // namespace eventer
