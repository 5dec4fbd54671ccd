// The fake API server answers in the form of the real one, as recorded.
#include "support/fake_kube_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/event_decoder.h"
#include "eventer/percent.h"
#include "kube/source_harness.h"

namespace eventer {
namespace {

using Json = nlohmann::ordered_json;

std::string Recording(const std::string& name) {
  std::ifstream file(std::string(EVENTER_TEST_DATA) + "/recordings/" + name);
  EXPECT_TRUE(file) << name;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class FakeKubeApiTest : public testing::Test {
 protected:
  FakeKubeApi::Answer Get(const std::string& target, const std::string& authorization = "") {
    return api_.Handle("GET", target, authorization).value();
  }
  std::string Read(const std::string& target) {
    const FakeKubeApi::Answer answer = Get(target);
    return answer.watch ? api_.Read(*answer.watch, clock_, clock_.Steady(), {}).bytes : "no watch";
  }

  FakeClock clock_;
  FakeKubeApi api_{1000};
};

// The order of keys matters too: an exporter that copies text would show it.
std::string Shape(const Json& json) {
  if (!json.is_object()) return "";
  std::string shape;
  for (const auto& [key, value] : json.items()) shape += key + "{" + Shape(value) + "}";
  return shape;
}

TEST_F(FakeKubeApiTest, AWatchFrameIsByteForByteTheRecordedOne) {
  const std::string recorded = Lines(Recording("core-v1.watch.jsonl"))[0];
  const Json object = Json::parse(recorded)["object"];
  FakeKubeApi api(std::stoull(object["metadata"]["resourceVersion"].get<std::string>()) - 1);
  api.Put(object.dump());
  const auto answer = api.Handle("GET", "/api/v1/events?watch=true&resourceVersion=1", "");
  EXPECT_EQ(api.Read(*answer->watch, clock_, clock_.Steady(), {}).bytes, recorded + "\n");
}

TEST_F(FakeKubeApiTest, AListPageHasTheRecordedForm) {
  const Json recorded = Json::parse(Recording("core-v1.list-page-1.json"));
  for (const auto& item : recorded["items"]) api_.Put(item.dump());
  const std::string body = Get("/api/v1/events?limit=3").body;
  const Json page = Json::parse(body);
  EXPECT_EQ(Shape(page), Shape(recorded));
  EXPECT_EQ(Shape(page["items"][0]), Shape(recorded["items"][0]));
  EXPECT_EQ(body.back(), '\n');
  EXPECT_EQ(page["metadata"]["remainingItemCount"], 2);
  EventDecoder decoder;
  EventListPage decoded;
  std::string error;
  EXPECT_TRUE(decoder.DecodeList(body, &decoded, &error)) << error;
  EXPECT_EQ(decoded.events.size(), 3u);
  EXPECT_EQ(Shape(Json::parse(Get("/api/v1/events").body)),
            Shape(Json::parse(Recording("core-v1.list.json"))));
}

TEST_F(FakeKubeApiTest, ExpiredVersionsAreTheRecordedError) {
  api_.PassVersions(100);
  api_.Compact(1050);
  EXPECT_EQ(Read("/api/v1/events?watch=true&resourceVersion=1"),
            Lines(Recording("watch-expired.jsonl"))[0] + "\n");
}

TEST_F(FakeKubeApiTest, StatusBodiesAreTheRecordedOnes) {
  EXPECT_EQ(Json::parse(Get("/api/v1/namespaces/x/configmaps/nosuch").body),
            Json::parse(Recording("status-404.json")));
  api_.Forbid(true);
  EXPECT_EQ(Json::parse(Get("/api/v1/events").body),
            Json::parse(Recording("status-403-anonymous.json")));
  api_.RequireToken("T");
  EXPECT_EQ(Get("/api/v1/events").body, Lines(Recording("status-401.json"))[0] + "\n");
  EXPECT_EQ(Get("/api/v1/events", "Bearer T").status, 403);
}

TEST_F(FakeKubeApiTest, PagesShowOneSnapshot) {
  for (const char* name : {"a", "b", "c"}) api_.Put(EventJson(name));
  const Json first = Json::parse(Get("/api/v1/events?limit=2").body);
  api_.Put(EventJson("d"));
  api_.Put(EventJson("c", "default", 1, "changed"));
  const std::string token = first["metadata"]["continue"];
  const Json second =
      Json::parse(Get("/api/v1/events?limit=2&continue=" + PercentEncode(token)).body);
  EXPECT_EQ(second["metadata"]["resourceVersion"], "1003");
  ASSERT_EQ(second["items"].size(), 1u);
  EXPECT_EQ(second["items"][0]["message"], "m");
  EXPECT_FALSE(second["metadata"].contains("continue"));
  api_.Compact(1005);
  const FakeKubeApi::Answer expired =
      Get("/api/v1/events?limit=2&continue=" + PercentEncode(token));
  EXPECT_EQ(expired.status, 410);
  EXPECT_TRUE(Json::parse(expired.body)["metadata"].contains("continue"));
}

TEST_F(FakeKubeApiTest, AWatchWithoutAVersionBeginsWithWhatIsThere) {
  api_.Put(EventJson("a"));
  EXPECT_THAT(Read("/api/v1/events?watch=true"), testing::HasSubstr(R"({"type":"ADDED")"));
}

TEST_F(FakeKubeApiTest, DeleteOldestIsATtl) {
  for (const char* name : {"c", "a", "b"}) api_.Put(EventJson(name));
  api_.DeleteOldest(2);
  EXPECT_EQ(api_.stored(), 1u);
  const Json list = Json::parse(Get("/api/v1/events").body);
  EXPECT_EQ(list["items"][0]["metadata"]["name"], "b");
}

TEST_F(FakeKubeApiTest, ARestoreGoesBack) {
  api_.Put(EventJson("a"));
  api_.Put(EventJson("b"));
  api_.Restore(1001);
  EXPECT_EQ(api_.version(), 1001u);
  EXPECT_EQ(api_.stored(), 1u);
  EXPECT_EQ(Read("/api/v1/events?watch=true&resourceVersion=1002"), "");
}

}  // namespace
}  // namespace eventer
