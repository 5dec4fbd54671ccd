#include "core/event_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/decoded_event.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

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

}  // namespace
}  // namespace eventer
