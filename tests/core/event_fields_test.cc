#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/decoded_event.h"
#include "core/event_decoder.h"
#include "eventer/time_format.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using nlohmann::json;

WallTime Time(std::string_view text) { return ParseRfc3339(text).value(); }

EventPtr Decode(std::string_view text) { return EventDecoder().DecodeEvent(text); }

TEST(EventFields, AnEmptyObjectIsAnEmptyEvent) {
  const EventPtr event = Decode("{}");
  EXPECT_EQ(event->count, 1);
  EXPECT_EQ(event->first_seen, WallTime{});
  EXPECT_EQ(event->last_seen, WallTime{});
  ExpectFields(*event, json::object());
}

TEST(EventFields, AWrongTypeCountsAsAbsent) {
  const json good = json::parse(ReadTestLines("golden/events.jsonl").at(0));
  for (const json& wrong : {json(nullptr), json(true), json(-7), json(1.5), json::array({1}),
                            json::object({{"a", 1}}), json("text")}) {
    const json flat = good.flatten();
    for (const auto& [pointer, unused] : flat.items()) {
      for (json::json_pointer at(pointer); !at.empty(); at = at.parent_pointer()) {
        json bad = good;
        bad[at] = wrong;
        const EventPtr event = Decode(bad.dump());
        ASSERT_NE(event, nullptr) << bad;
        ExpectFields(*event, bad);
        ExpectKept(*event, bad, at.to_string());
        EXPECT_GE(event->count, 1);
      }
    }
  }
}

TEST(EventFields, TheLastOfTwoMembersCounts) {
  EXPECT_EQ(Decode(R"({"reason":"a","reason":"b"})")->reason, "b");
}

TEST(EventFields, CountIsTheSeriesThenTheEventsThenOne) {
  struct Case {
    const char* object;
    std::int64_t count;
  };
  for (const Case& c : {
           Case{R"({"series":{"count":5},"count":3})", 5},
           {R"({"count":3})", 3},
           {R"({"series":null,"count":3})", 3},
           {R"({"series":{"count":0},"count":3})", 3},
           {R"({"count":0})", 1},
           {R"({"count":-4})", 1},
           {R"({"count":null})", 1},
           {R"({"count":"3"})", 1},
           {R"({"count":3.0})", 1},
           {R"({"count":9223372036854775807})", 9223372036854775807},
           {R"({"count":9223372036854775808})", 1},
       }) {
    EXPECT_EQ(Decode(c.object)->count, c.count) << c.object;
  }
}

// Every subset of the five times: each is a different minute.
TEST(EventFields, TimesAreTheFirstThatIsSet) {
  const std::string kCreated = "2024-01-01T00:01:00Z", kFirst = "2024-01-01T00:02:00Z",
                    kEvent = "2024-01-01T00:03:00.000004Z", kLast = "2024-01-01T00:04:00Z",
                    kObserved = "2024-01-01T00:05:00.123456Z";
  for (int set = 0; set < 32; ++set) {
    const auto has = [set](int bit) { return (set >> bit & 1) != 0; };
    json object;
    if (has(0)) object["metadata"]["creationTimestamp"] = kCreated;
    if (has(1)) object["firstTimestamp"] = kFirst;
    if (has(2)) object["eventTime"] = kEvent;
    if (has(3)) object["lastTimestamp"] = kLast;
    if (has(4)) object["series"]["lastObservedTime"] = kObserved;
    const WallTime first = has(1)   ? Time(kFirst)
                           : has(2) ? Time(kEvent)
                           : has(0) ? Time(kCreated)
                                    : WallTime{};
    const WallTime last = has(4)   ? Time(kObserved)
                          : has(3) ? Time(kLast)
                          : has(2) ? Time(kEvent)
                          : has(1) ? Time(kFirst)
                          : has(0) ? Time(kCreated)
                                   : WallTime{};
    const EventPtr event = Decode(set == 0 ? "{}" : object.dump());
    EXPECT_EQ(event->first_seen, first) << object;
    EXPECT_EQ(event->last_seen, last) << object;
  }
}

TEST(EventFields, NullNonsenseAndGosZeroAreNoTimes) {
  for (const char* unset : {"null", "\"\"", "\"yesterday\"", "7", "\"0001-01-01T00:00:00Z\""}) {
    const EventPtr event = Decode(std::string(R"({"eventTime":"2024-01-01T00:00:00Z",)") +
                                  R"("lastTimestamp":)" + unset + "}");
    EXPECT_EQ(event->last_seen, Time("2024-01-01T00:00:00Z")) << unset;
  }
}

TEST(EventFootprint, CountsTheObjectAndEveryLongString) {
  Event event;
  EXPECT_EQ(event.Footprint(), sizeof(Event));
  event.reason = "short";
  EXPECT_EQ(event.Footprint(), sizeof(Event));
  std::size_t expected = sizeof(Event);
  for (std::string* text : {&event.type, &event.message, &event.involved_object.field_path,
                            &event.source.host, &event.json}) {
    text->assign(1000, 'x');
    expected += text->capacity() + 1;
    EXPECT_EQ(event.Footprint(), expected);
  }
}

}  // namespace
}  // namespace eventer
