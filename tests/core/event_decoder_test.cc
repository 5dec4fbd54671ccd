#include "core/event_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "eventer/time_format.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

WallTime Time(std::string_view text) { return ParseRfc3339(text).value(); }

json WithoutManagedFields(json object) {
  if (object.contains("metadata") && object["metadata"].is_object()) {
    object["metadata"].erase("managedFields");
  }
  return object;
}

void ExpectKept(const Event& event, const json& original, const std::string& what) {
  EXPECT_EQ(json::parse(event.json), WithoutManagedFields(original)) << what;
  EXPECT_EQ(event.json.find_first_of("\r\n"), std::string::npos) << what;
}

std::string Field(const json& object, const std::string& pointer) {
  const json::json_pointer at(pointer);
  return object.contains(at) && object[at].is_string() ? object[at].get<std::string>() : "";
}

void ExpectFields(const Event& event, const json& object) {
  EXPECT_EQ(event.type, Field(object, "/type"));
  EXPECT_EQ(event.reason, Field(object, "/reason"));
  EXPECT_EQ(event.message, Field(object, "/message"));
  EXPECT_EQ(event.name, Field(object, "/metadata/name"));
  EXPECT_EQ(event.ns, Field(object, "/metadata/namespace"));
  EXPECT_EQ(event.uid, Field(object, "/metadata/uid"));
  EXPECT_EQ(event.resource_version, Field(object, "/metadata/resourceVersion"));
  EXPECT_EQ(event.involved_object.kind, Field(object, "/involvedObject/kind"));
  EXPECT_EQ(event.involved_object.ns, Field(object, "/involvedObject/namespace"));
  EXPECT_EQ(event.involved_object.name, Field(object, "/involvedObject/name"));
  EXPECT_EQ(event.involved_object.uid, Field(object, "/involvedObject/uid"));
  EXPECT_EQ(event.involved_object.api_version, Field(object, "/involvedObject/apiVersion"));
  EXPECT_EQ(event.involved_object.resource_version,
            Field(object, "/involvedObject/resourceVersion"));
  EXPECT_EQ(event.involved_object.field_path, Field(object, "/involvedObject/fieldPath"));
  EXPECT_EQ(event.source.component, Field(object, "/source/component"));
  EXPECT_EQ(event.source.host, Field(object, "/source/host"));
}

// A test's name may hold only letters, digits and '_'.
std::string TestNameOf(const testing::TestParamInfo<const char*>& file) {
  std::string name = file.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

class EventDecoderTest : public testing::Test {
 protected:
  EventPtr Decode(std::string_view text) { return decoder_.DecodeEvent(text); }
  // The kept text of an Event.
  std::string Kept(std::string_view text) {
    EventPtr event = Decode(text);
    return event ? event->json : "nothing";
  }
  WatchFrame Frame(std::string_view line) {
    WatchFrame frame;
    EXPECT_TRUE(decoder_.DecodeFrame(line, &frame)) << line << ": " << frame.message;
    return frame;
  }
  std::string WhyNoFrame(std::string_view line) {
    WatchFrame frame;
    EXPECT_FALSE(decoder_.DecodeFrame(line, &frame)) << line;
    EXPECT_EQ(frame.event, nullptr);
    return frame.message;
  }
  EventListPage List(std::string_view body) {
    EventListPage page;
    std::string error;
    EXPECT_TRUE(decoder_.DecodeList(body, &page, &error)) << error;
    return page;
  }

  EventDecoder decoder_;
};

class WatchRecording : public EventDecoderTest, public testing::WithParamInterface<const char*> {};

TEST_P(WatchRecording, KeepsEveryObjectButItsManagedFields) {
  const auto lines = ReadTestLines(std::string("recordings/") + GetParam());
  EXPECT_GT(lines.size(), 200);
  for (const std::string& line : lines) {
    const json original = json::parse(line);
    const WatchFrame frame = Frame(line);
    EXPECT_EQ(frame.resource_version, Field(original, "/object/metadata/resourceVersion"));
    if (original["type"] == "BOOKMARK") {
      EXPECT_EQ(frame.type, WatchFrame::kBookmark);
      EXPECT_EQ(frame.event, nullptr);
      continue;
    }
    ASSERT_TRUE(frame.type == WatchFrame::kAdded || frame.type == WatchFrame::kModified) << line;
    EXPECT_EQ(frame.type == WatchFrame::kAdded, original["type"] == "ADDED");
    ExpectKept(*frame.event, original["object"], line);
    ExpectFields(*frame.event, original["object"]);
  }
}

INSTANTIATE_TEST_SUITE_P(All, WatchRecording,
                         testing::Values("core-v1.watch.jsonl", "core-v1.watchlist.jsonl",
                                         "events-k8s-io-v1.watch.jsonl"),
                         TestNameOf);

class ListRecording : public EventDecoderTest, public testing::WithParamInterface<const char*> {
 protected:
  void ExpectItems(const json& original, const EventListPage& page) {
    EXPECT_EQ(page.resource_version, Field(original, "/metadata/resourceVersion"));
    EXPECT_EQ(page.continue_token, Field(original, "/metadata/continue"));
    ASSERT_THAT(page.events, SizeIs(original["items"].size()));
    for (std::size_t i = 0; i < page.events.size(); ++i) {
      json item = original["items"][i];
      EXPECT_THAT(page.events[i]->json,
                  testing::StartsWith(R"({"kind":"Event","apiVersion":"v1",)"));
      item["kind"] = "Event";
      item["apiVersion"] = "v1";
      ExpectKept(*page.events[i], item, "item " + std::to_string(i));
      ExpectFields(*page.events[i], item);
    }
  }
};

TEST_P(ListRecording, ItemsGetTheKindAWatchWouldGiveThem) {
  const std::string body = ReadTestFile(std::string("recordings/") + GetParam());
  ExpectItems(json::parse(body), List(body));
}

TEST_P(ListRecording, APrettyPrintedListGivesTheSame) {
  const json original = json::parse(ReadTestFile(std::string("recordings/") + GetParam()));
  ExpectItems(original, List(original.dump(2)));
}

INSTANTIATE_TEST_SUITE_P(All, ListRecording,
                         testing::Values("core-v1.list.json", "core-v1.list-page-1.json",
                                         "core-v1.list-page-2.json"),
                         TestNameOf);

TEST_F(EventDecoderTest, AWatchAndAListGiveTheSameTextOfTheSameObject) {
  std::map<std::string, std::string> watched;
  for (const std::string& line : ReadTestLines("recordings/core-v1.watchlist.jsonl")) {
    const WatchFrame frame = Frame(line);
    if (frame.event) watched[frame.event->uid + frame.event->resource_version] = frame.event->json;
  }
  int compared = 0;
  for (const EventPtr& event : List(ReadTestFile("recordings/core-v1.list.json")).events) {
    const auto found = watched.find(event->uid + event->resource_version);
    if (found == watched.end()) continue;
    EXPECT_EQ(event->json, found->second);
    ++compared;
  }
  EXPECT_GT(compared, 100);
}

TEST_F(EventDecoderTest, AnExpiredWatchIsAnErrorFrameWithItsCode) {
  const WatchFrame frame = Frame(ReadTestLines("recordings/watch-expired.jsonl").at(0));
  EXPECT_EQ(frame.type, WatchFrame::kError);
  EXPECT_EQ(frame.status_code, 410);
  EXPECT_EQ(frame.message, "The resourceVersion for the provided watch is too old.");
  EXPECT_EQ(frame.resource_version, "");
}

TEST_F(EventDecoderTest, AnErrorFrameTellsWhenToComeBack) {
  const WatchFrame frame = Frame(
      R"({"type":"ERROR","object":{"kind":"Status","code":429,"details":{"retryAfterSeconds":7}}})");
  EXPECT_EQ(frame.status_code, 429);
  EXPECT_EQ(frame.retry_after_seconds, 7);
}

TEST_F(EventDecoderTest, AnErrorFrameMayLackEverything) {
  const WatchFrame frame = Frame(R"({"type":"ERROR","object":{"code":"x","details":[]}})");
  EXPECT_EQ(frame.type, WatchFrame::kError);
  EXPECT_EQ(frame.status_code, 0);
  EXPECT_EQ(frame.retry_after_seconds, 0);
}

TEST_F(EventDecoderTest, ADeletedFrameHasAVersionAndNoEvent) {
  const WatchFrame frame =
      Frame(R"({"object":{"metadata":{"resourceVersion":"9"},"reason":"x"},"type":"DELETED"})");
  EXPECT_EQ(frame.type, WatchFrame::kDeleted);
  EXPECT_EQ(frame.resource_version, "9");
  EXPECT_EQ(frame.event, nullptr);
}

TEST_F(EventDecoderTest, TheOrderOfTypeAndObjectDoesNotMatter) {
  const WatchFrame frame = Frame(R"({"object":{"reason":"x"},"type":"ADDED"})");
  EXPECT_EQ(frame.event->reason, "x");
}

TEST_F(EventDecoderTest, AnUnknownTypeIsSaidSo) {
  EXPECT_EQ(Frame(R"({"type":"RENAMED","object":{}})").type, WatchFrame::kUnknown);
}

TEST_F(EventDecoderTest, WhatIsNoWatchFrameIsRefusedWithAReason) {
  for (const char* line : {
           "",
           " ",
           "{",
           "[]",
           "null",
           "3",
           "{}",
           R"({"type":"ADDED"})",
           R"({"type":"ADDED","object":null})",
           R"({"type":"ADDED","object":[]})",
           R"({"type":3,"object":{}})",
           R"({"object":{}})",
           R"({"type":"ADDED","object":{}} x)",
           R"({"type":"ADDED","object":{"labels":{"a":,}}})",
           R"({"type":"ADDED","object":{"metadata":{"managedFields":[}]}}})",
           R"({"type":"ADDED","object":{"message":"cut in the mid)",
           "{\"type\":\"ADDED\",\"object\":{\"message\":\"no \xff UTF-8\"}}",
           "{\"type\":\"ADDED\",\"object\":{\"message\":\"half \xe4\xbd\"}}",
           "{\"type\":\"ADDED\",\"object\":{\"message\":\"raw \n line end\"}}",
           R"({"type":"ADDED","object":{"count":01}})",
       }) {
    EXPECT_NE(WhyNoFrame(line), "") << line;
  }
}

TEST_F(EventDecoderTest, ALineCutAnywhereIsRefused) {
  const std::string line = ReadTestLines("recordings/core-v1.watch.jsonl").at(0);
  for (std::size_t size = 0; size < line.size(); ++size) {
    WatchFrame frame;
    // A copy of its own size, so that reading too far is seen.
    const std::vector<char> cut(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decoder_.DecodeFrame({cut.data(), cut.size()}, &frame)) << size;
  }
}

TEST_F(EventDecoderTest, NestingThatIsTooDeepIsRefused) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_NE(WhyNoFrame(R"({"type":"ADDED","object":{"x":)" + deep + "}}"), "");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_NE(WhyNoFrame(R"({"type":"ADDED","object":)" + objects), "");
}

TEST_F(EventDecoderTest, ANumberNoServerCanHoldIsRefused) {
  EXPECT_NE(WhyNoFrame(R"({"type":"ADDED","object":{"count":1e999}})"), "");
}

TEST_F(EventDecoderTest, AfterGarbageTheNextLineIsReadAsEver) {
  WhyNoFrame("{\"type\":");
  EXPECT_EQ(Frame(R"({"type":"ADDED","object":{"reason":"x"}})").event->reason, "x");
}

TEST_F(EventDecoderTest, AHugeEventIsReadAndSoIsTheNextSmallOne) {
  const std::string message(1'500'000, 'm');
  const WatchFrame frame = Frame(R"({"type":"ADDED","object":{"message":")" + message + R"("}})");
  EXPECT_EQ(frame.event->message, message);
  EXPECT_GT(frame.event->Footprint(), 3'000'000);
  EXPECT_EQ(Frame(R"({"type":"ADDED","object":{"reason":"x"}})").event->reason, "x");
}

struct CutCase {
  const char* object;
  const char* kept;
};

TEST_F(EventDecoderTest, ManagedFieldsGoWithOneComma) {
  for (const CutCase& c : {
           CutCase{R"({"metadata":{"managedFields":[]}})", R"({"metadata":{}})"},
           {R"({"metadata":{"managedFields":[1],"a":1}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":[1]}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":[1],"b":2}})", R"({"metadata":{"a":1,"b":2}})"},
           {R"({"metadata":{"managedFields":[1],"managedFields":[2]}})", R"({"metadata":{}})"},
           {R"({"metadata":{"a":1,"managedFields":[1],"managedFields":[2]}})",
            R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"managedFields":[1],"a":1,"managedFields":[2]}})",
            R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"managedFields":null,"a":1}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":"x"}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":-1.5e3}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":{"]":"}"}},"z":0})",
            R"({"metadata":{"a":1},"z":0})"},
           {R"({"metadata":{"managed\u0046ields":[1],"a":1}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"managedFields":[]},"metadata":{"managedFields":[],"b":1}})",
            R"({"metadata":{},"metadata":{"b":1}})"},
           // Elsewhere it is nobody's business.
           {R"({"managedFields":[1],"metadata":null})", R"({"managedFields":[1],"metadata":null})"},
           {R"({"metadata":{"labels":{"managedFields":"x"}}})",
            R"({"metadata":{"labels":{"managedFields":"x"}}})"},
           {R"({"metadata":["managedFields"]})", R"({"metadata":["managedFields"]})"},
           {R"({"related":{"metadata":{"managedFields":[1]}}})",
            R"({"related":{"metadata":{"managedFields":[1]}}})"},
           {R"({"message":"\"managedFields\":[1],"})", R"({"message":"\"managedFields\":[1],"})"},
           {R"({})", R"({})"},
       }) {
    EXPECT_EQ(Kept(c.object), c.kept);
  }
}

TEST_F(EventDecoderTest, WhitespaceDoesNotConfuseTheCut) {
  EXPECT_EQ(Kept(" \n { \"metadata\" : { \"a\" : 1 , \"managedFields\" : [ 1 ] \n } \r\n } \n "),
            R"({ "metadata" : { "a" : 1 }    })");
  EXPECT_EQ(Kept("{\"metadata\":{ \"managedFields\" : {} , \"a\":\n1}}"),
            R"({"metadata":{  "a": 1}})");
}

TEST_F(EventDecoderTest, TheTextIsKeptByteForByte) {
  const char* text = R"({"z":1.0,"a":[ ],"message":"\u00e9é \/ \u0000 \ud83d\ude00 <&>","n":1e2})";
  EXPECT_EQ(Kept(text), text);
}

TEST_F(EventDecoderTest, ListItemsKeepAKindTheyHave) {
  const EventListPage page = List(
      R"({"items":[{},{"kind":"Event"},{"apiVersion":"v1","a":1},{"a":1,"kind":"K","apiVersion":"V"},{ "b":2},
          null,3,{"metadata":{"managedFields":[]}}]})");
  std::vector<std::string> texts;
  for (const EventPtr& event : page.events) texts.push_back(event->json);
  EXPECT_THAT(texts, testing::ElementsAre(R"({"kind":"Event","apiVersion":"v1"})",
                                          R"({"apiVersion":"v1","kind":"Event"})",
                                          R"({"kind":"Event","apiVersion":"v1","a":1})",
                                          R"({"a":1,"kind":"K","apiVersion":"V"})",
                                          R"({"kind":"Event","apiVersion":"v1", "b":2})",
                                          R"({"kind":"Event","apiVersion":"v1","metadata":{}})"));
}

TEST_F(EventDecoderTest, AListWithoutItemsIsEmptyButAStatusIsNoList) {
  EXPECT_THAT(List(R"({"items":null,"metadata":{"resourceVersion":"7"}})").events, SizeIs(0));
  EventListPage page;
  std::string error;
  for (const char* file : {"recordings/status-401.json", "recordings/status-404.json",
                           "recordings/status-403-anonymous.json"}) {
    EXPECT_FALSE(decoder_.DecodeList(ReadTestFile(file), &page, &error));
    EXPECT_NE(error, "");
  }
  for (const char* body : {"", "[]", "{", "{\"items\":{}}", "{\"items\":[}"}) {
    EXPECT_FALSE(decoder_.DecodeList(body, &page, &error)) << body;
    EXPECT_NE(error, "");
  }
}

TEST_F(EventDecoderTest, WhatIsNoObjectIsNoEvent) {
  for (const char* text : {"", "null", "[]", "\"x\"", "1", "{", "{}{}"}) {
    EXPECT_EQ(Decode(text), nullptr) << text;
  }
}

TEST_F(EventDecoderTest, AnEmptyObjectIsAnEmptyEvent) {
  const EventPtr event = Decode("{}");
  EXPECT_EQ(event->count, 1);
  EXPECT_EQ(event->first_seen, WallTime{});
  EXPECT_EQ(event->last_seen, WallTime{});
  ExpectFields(*event, json::object());
}

TEST_F(EventDecoderTest, AWrongTypeCountsAsAbsent) {
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

TEST_F(EventDecoderTest, TheLastOfTwoMembersCounts) {
  EXPECT_EQ(Decode(R"({"reason":"a","reason":"b"})")->reason, "b");
}

TEST_F(EventDecoderTest, CountIsTheSeriesThenTheEventsThenOne) {
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
TEST_F(EventDecoderTest, TimesAreTheFirstThatIsSet) {
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

TEST_F(EventDecoderTest, NullNonsenseAndGosZeroAreNoTimes) {
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
