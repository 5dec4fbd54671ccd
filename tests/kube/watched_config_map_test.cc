#include "kube/watched_config_map.h"

#include <gmock/gmock.h>

#include "support/fake_clock.h"
#include "support/fake_http_client.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

class AnsweringKubeApi final : public KubeApi {
 public:
  HttpResponse ListEvents(const ListQuery&, std::stop_token) override { return {}; }
  HttpResponse WatchEvents(const WatchQuery&, std::stop_token, const StreamHandler&) override {
    return {};
  }
  HttpResponse GetConfigMap(std::string_view ns, std::string_view name, std::stop_token) override {
    ++asked;
    EXPECT_EQ(ns, "ops");
    EXPECT_EQ(name, "body");
    return answer;
  }

  HttpResponse answer;
  int asked = 0;
};

class WatchedConfigMapTest : public testing::Test {
 protected:
  const WatchedText::Reading& Read(HttpResponse answer) {
    api_->answer = std::move(answer);
    return text_->Read({});
  }

  FakeClock clock_;
  std::shared_ptr<AnsweringKubeApi> api_ = std::make_shared<AnsweringKubeApi>();
  std::unique_ptr<WatchedText> text_ = NewWatchedConfigMap(clock_, api_, "ops", "body", "content");
};

TEST_F(WatchedConfigMapTest, IsReadEveryThirtySeconds) {
  EXPECT_EQ(Read(FakeResponse(200, R"({"data":{"content":"one"}})")).text, "one");
  clock_.Advance(29s);
  EXPECT_EQ(Read(FakeResponse(200, R"({"data":{"content":"two"}})")).text, "one");
  clock_.Advance(1s);
  const WatchedText::Reading& reading = text_->Read({});
  EXPECT_EQ(reading.text, "two");
  EXPECT_EQ(reading.version, 2u);
  clock_.Advance(30s);
  EXPECT_EQ(text_->Read({}).version, 2u);  // not changed
  EXPECT_EQ(api_->asked, 3);
}

TEST_F(WatchedConfigMapTest, WithoutATextAFailureIsTriedAgainAfterASecond) {
  EXPECT_EQ(Read(FakeResponse(503)).version, 0u);
  clock_.Advance(1s);
  EXPECT_EQ(Read(FakeResponse(200, R"({"data":{"content":"one"}})")).text, "one");
  EXPECT_EQ(api_->asked, 2);
}

TEST_F(WatchedConfigMapTest, AFailureKeepsTheTextAndIsNotAskedOfForEachEvent) {
  Read(FakeResponse(200, R"({"data":{"content":"one"}})"));
  clock_.Advance(30s);
  const WatchedText::Reading& reading = Read(FakeResponse(503));
  EXPECT_EQ(reading.text, "one");
  EXPECT_EQ(reading.error, "the API server answers HTTP 503");
  EXPECT_FALSE(reading.misconfigured);
  for (int i = 0; i < 29; ++i) {
    clock_.Advance(1s);
    text_->Read({});
  }
  EXPECT_EQ(api_->asked, 2);
  clock_.Advance(1s);
  EXPECT_EQ(Read(FakeResponse(200, R"({"data":{"content":"two"}})")).text, "two");
  EXPECT_EQ(text_->Read({}).error, "");
}

TEST_F(WatchedConfigMapTest, WhatPeopleMustMendIsTheConfigurationsFault) {
  const std::pair<HttpResponse, std::string> rows[] = {
      {FakeResponse(404), "there is no such ConfigMap"},
      {FakeResponse(403), "permission to get configmaps in namespace ops is missing"},
      {FakeResponse(200, "{}"), "its data has no key \"content\""},
      {FakeResponse(200, R"({"data":{"content":1}})"), "has no key"},
      {FakeResponse(200, R"({"data":[]})"), "has no key"},
  };
  for (const auto& [answer, said] : rows) {
    clock_.Advance(1s);
    const WatchedText::Reading& reading = Read(answer);
    EXPECT_THAT(reading.error, testing::HasSubstr(said));
    EXPECT_TRUE(reading.misconfigured);
    EXPECT_EQ(reading.version, 0u);
  }
}

TEST_F(WatchedConfigMapTest, WhatTheNetworkDoesIsNot) {
  for (const HttpResponse& answer :
       {FakeFailure(HttpError::kConnect, "refused"), FakeResponse(200, "no json")}) {
    clock_.Advance(1s);
    const WatchedText::Reading& reading = Read(answer);
    EXPECT_NE(reading.error, "");
    EXPECT_FALSE(reading.misconfigured);
  }
}

}  // namespace
}  // namespace eventer
