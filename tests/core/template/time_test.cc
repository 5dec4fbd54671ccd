// Times: how they print, layouts, and the methods of time.Time, metav1.Time and time.Duration.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplateTimeTest, TimesPrintInTheLocalZone) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich("{{.LastTimestamp}}|{{.EventTime}}|{{.CreationTimestamp}}|{{."
                       "DeletionTimestamp}}|{{.Series.LastObservedTime}}"),
            "2026-11-23 12:33:10 +0800 CST|2026-11-23 12:32:08.123456 +0800 CST|2026-11-23 "
            "12:32:09 +0800 CST|2026-11-24 08:00:00 +0800 CST|2026-11-23 12:33:10 +0800 CST");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.UTC}}"), "2026-11-23 04:33:10 +0000 UTC");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.UTC.Local}}"), "2026-11-23 12:33:10 +0800 CST");
}

TEST(TemplateTimeTest, TheZeroTimePrintsTheYearOne) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderPlain("{{.EventTime}} {{.EventTime.IsZero}} {{.EventTime.Unix}}"),
            "0001-01-01 00:00:00 +0000 UTC true -62135596800");
}

TEST(TemplateTimeTest, LayoutsShowDates) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich(
          R"({{.LastTimestamp.Format "2006 06 01 1 Jan January 02 2 _2 002 __2 Mon Monday"}})"),
      "2026 26 11 11 Nov November 23 23 23 327 327 Mon Monday");
  EXPECT_EQ(
      RenderRich(
          R"({{(.LastTimestamp.AddDate 0 -10 -20).Format "2006 06 01 1 Jan January 02 2 _2 002 __2 Mon Monday"}})"),
      "2026 26 01 1 Jan January 03 3  3 003   3 Sat Saturday");
}

TEST(TemplateTimeTest, LayoutsShowClocks) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich(R"({{.LastTimestamp.Format "15 03 3 04 4 05 5 PM pm"}})"),
            "12 12 12 33 33 10 10 PM pm");
  EXPECT_EQ(
      RenderRich(R"({{(.LastTimestamp.Add -32400000000000).Format "15 03 3 04 4 05 5 PM pm"}})"),
      "03 03 3 33 33 10 10 AM am");
}

TEST(TemplateTimeTest, LayoutsShowFractions) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich(
          R"({{.EventTime.Format ".0 .000 .000000 .000000000 .9 .999 .999999999 ,000 ,999"}})"),
      ".1 .123 .123456 .123456000 .1 .123 .123456 ,123 ,123");
  EXPECT_EQ(RenderRich(R"({{.LastTimestamp.Format "05.000 05.999 05,000"}})"), "10.000 10 10,000");
  EXPECT_EQ(RenderRich(R"({{.EventTime.Format ".00005 .0001 x.9y"}})"), ".00008 .0011 x.1y");
}

TEST(TemplateTimeTest, LayoutsShowZones) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich(
          R"({{.LastTimestamp.Format "MST Z07 Z0700 Z07:00 Z070000 Z07:00:00 -07 -0700 -07:00 -070000 -07:00:00"}})"),
      "CST +08 +0800 +08:00 +080000 +08:00:00 +08 +0800 +08:00 +080000 +08:00:00");
  EXPECT_EQ(
      RenderRich(
          R"({{.LastTimestamp.UTC.Format "MST Z07 Z0700 Z07:00 Z070000 Z07:00:00 -07 -0700 -07:00 -070000 -07:00:00"}})"),
      "UTC Z Z Z Z Z +00 +0000 +00:00 +000000 +00:00:00");
}

TEST(TemplateTimeTest, OtherTextInALayoutStays) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.Format \"am Janu Mond P x 7 8 9 0 _ _2006 {y} \u65E5\"}}"),
            "am Janu Mond P x 7 8 9 0 _ _2026 {y} \u65E5");
  EXPECT_EQ(RenderRich(R"({{.LastTimestamp.Format ""}}|)"), "|");
}

TEST(TemplateTimeTest, PartsOfATime) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich(
          "{{with .EventTime}}{{.Year}} {{.Month}} {{.Day}} {{.Hour}} {{.Minute}} {{.Second}} "
          "{{.Nanosecond}} {{.YearDay}} {{.Weekday}} {{.IsDST}} {{.Location}}{{end}}"),
      "2026 November 23 12 32 8 123456000 327 Monday false Asia/Shanghai");
}

TEST(TemplateTimeTest, ALocationHasAName) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.Location.String}} {{.LastTimestamp.UTC.Location.String}} "
                       "{{printf \"%T\" .LastTimestamp.Location}}"),
            "Asia/Shanghai UTC *time.Location");
}

TEST(TemplateTimeTest, CountsSinceTheEpoch) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich("{{with .EventTime}}{{.Unix}} {{.UnixMilli}} {{.UnixMicro}} {{.UnixNano}}{{end}}"),
      "1795408328 1795408328123 1795408328123456 1795408328123456000");
}

TEST(TemplateTimeTest, MonthsAndWeekdaysAreNumbersToo) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich(
          R"({{printf "%d %d %v %s" .LastTimestamp.Month .LastTimestamp.Weekday .LastTimestamp.Month .LastTimestamp.Weekday}} {{eq .LastTimestamp.Month 11}})"),
      "11 1 November Monday true");
}

TEST(TemplateTimeTest, AddTakesNanoseconds) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.Add 3600000000000}} {{.LastTimestamp.Add -1}} "
                       "{{.LastTimestamp.Add 1e9}}"),
            "2026-11-23 13:33:10 +0800 CST 2026-11-23 12:33:09.999999999 +0800 CST 2026-11-23 "
            "12:33:11 +0800 CST");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.Add 1.5}}"),
            R"(template: body:1:21: executing "body" at <1.5>: expected integer; found 1.5)");
  EXPECT_EQ(RenderRich(R"({{.LastTimestamp.Add "1h"}})"),
            R"(template: body:1:21: executing "body" at <"1h">: expected integer; found "1h")");
  EXPECT_EQ(
      RenderRich("{{.LastTimestamp.Add .Count}}"),
      R"(template: body:1:21: executing "body" at <.Count>: wrong type for value; expected time.Duration; got int32)");
  EXPECT_EQ(
      RenderRich("{{.LastTimestamp.Add nil}}"),
      R"(template: body:1:21: executing "body" at <nil>: cannot assign nil to time.Duration)");
  EXPECT_EQ(
      RenderRich("{{.LastTimestamp.Add}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.Add>: wrong number of args for Add: want 1 got 0)");
}

TEST(TemplateTimeTest, AddDateCarriesOver) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich("{{.LastTimestamp.AddDate 0 1 40}} {{.LastTimestamp.AddDate -1 -13 -400}} "
                 "{{.LastTimestamp.AddDate 2 3 6}}"),
      "2027-02-01 12:33:10 +0800 CST 2023-09-19 12:33:10 +0800 CST 2029-03-01 12:33:10 +0800 CST");
}

TEST(TemplateTimeTest, TimesCompare) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich(
                "{{.FirstTimestamp.Before .LastTimestamp}} {{.LastTimestamp.Equal .LastTimestamp}} "
                "{{.LastTimestamp.Before .DeletionTimestamp}} {{.LastTimestamp.Before nil}} "
                "{{.LastTimestamp.After .FirstTimestamp.Time}} {{.LastTimestamp.Compare "
                ".FirstTimestamp.Time}} {{.LastTimestamp.Time.Equal .FirstTimestamp.Time}}"),
            "true true true false true 1 false");
  EXPECT_EQ(
      RenderRich("{{.LastTimestamp.After .FirstTimestamp}}"),
      R"(template: body:1:23: executing "body" at <.FirstTimestamp>: wrong type for value; expected time.Time; got v1.Time)");
  EXPECT_EQ(
      RenderRich("{{.LastTimestamp.Before 3}}"),
      R"(template: body:1:24: executing "body" at <3>: can't handle 3 for arg of type *v1.Time)");
  EXPECT_EQ(RenderRich("{{.EventTime.Before .EventTime}} {{.EventTime.BeforeTime .LastTimestamp}}"),
            "false true");
}

TEST(TemplateTimeTest, DifferencesAreDurations) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.Sub .FirstTimestamp.Time}} {{with .LastTimestamp.Sub "
                       ".FirstTimestamp.Time}}{{.Hours}} {{.Minutes}} {{.Seconds}} "
                       "{{.Milliseconds}} {{.Microseconds}} {{.Nanoseconds}} {{.Abs}} {{.Round "
                       "60000000000}} {{.Truncate 60000000000}} {{.String}}{{end}}"),
            "1m2s 0.017222222222222222 1.0333333333333334 62 62000 62000000 62000000000 1m2s 1m0s "
            "1m0s 1m2s");
  EXPECT_EQ(
      RenderRich(
          R"({{printf "%d %v" (.FirstTimestamp.Sub .LastTimestamp.Time) (.FirstTimestamp.Sub .LastTimestamp.Time).Abs}})"),
      "-62000000000 1m2s");
}

TEST(TemplateTimeTest, TimesAreRounded) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.Truncate 3600000000000}} {{.LastTimestamp.Round "
                       "60000000000}} {{.EventTime.Round 1000000}} {{.LastTimestamp.Truncate 0}} "
                       "{{.LastTimestamp.UTC.Truncate 86400000000000}}"),
            "2026-11-23 12:00:00 +0800 CST 2026-11-23 12:33:00 +0800 CST 2026-11-23 12:32:08.123 "
            "+0800 CST 2026-11-23 12:33:10 +0800 CST 2026-11-23 00:00:00 +0000 UTC");
}

TEST(TemplateTimeTest, TimesAreMarshalled) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderRich(
          R"({{printf "%s %s %s %s" .LastTimestamp.MarshalJSON .LastTimestamp.Time.MarshalJSON .EventTime.MarshalJSON .LastTimestamp.MarshalText}} {{.LastTimestamp.MarshalQueryParameter}} {{.LastTimestamp.Rfc3339Copy}})"),
      R"("2026-11-23T04:33:10Z" "2026-11-23T12:33:10+08:00" "2026-11-23T04:32:08.123456Z" 2026-11-23T12:33:10+08:00 2026-11-23T04:33:10Z 2026-11-23 12:33:10 +0800 CST)");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.MarshalBinary}} {{.LastTimestamp.UTC.GobEncode}}"),
            "[1 0 0 0 14 226 149 185 6 0 0 0 0 1 224] [1 0 0 0 14 226 149 185 6 0 0 0 0 255 255]");
  EXPECT_EQ(RenderRich("{{.LastTimestamp.GoString}} {{.LastTimestamp.UTC.GoString}}"),
            "time.Date(2026, time.November, 23, 12, 33, 10, 0, time.Local) time.Date(2026, "
            "time.November, 23, 4, 33, 10, 0, time.UTC)");
}

TEST(TemplateTimeTest, MethodsWithSeveralResultsCantBeCalled) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderPlain("{{.LastTimestamp.Date}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.Date>: function Date has 3 return values; should be 1 or 2)");
  EXPECT_EQ(
      RenderPlain("{{.LastTimestamp.Clock}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.Clock>: function Clock has 3 return values; should be 1 or 2)");
  EXPECT_EQ(
      RenderPlain("{{.LastTimestamp.Zone}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.Zone>: invalid function signature for Zone: second return value should be error; is int)");
  EXPECT_EQ(
      RenderPlain("{{.LastTimestamp.ISOWeek}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.ISOWeek>: invalid function signature for ISOWeek: second return value should be error; is int)");
  EXPECT_EQ(
      RenderPlain("{{.LastTimestamp.ZoneBounds}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.ZoneBounds>: invalid function signature for ZoneBounds: second return value should be error; is time.Time)");
}

TEST(TemplateTimeTest, MethodsOfANilTime) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderPlain("{{.DeletionTimestamp.IsZero}}"), "true");
  EXPECT_EQ(
      RenderPlain("{{.DeletionTimestamp.Unix}}"),
      R"(template: body:1:20: executing "body" at <.DeletionTimestamp.Unix>: error calling Unix: runtime error: invalid memory address or nil pointer dereference)");
  EXPECT_EQ(
      RenderPlain("{{.DeletionTimestamp.Time}}"),
      R"(template: body:1:20: executing "body" at <.DeletionTimestamp.Time>: nil pointer evaluating *v1.Time.Time)");
}

}  // namespace
}  // namespace eventer
