// Feishu's robot, as the test plays it: what it counts, checks and answers.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "common/hmac.h"
#include "eventer/base64.h"
#include "sinks/robot_fixture.h"

namespace eventer {

inline constexpr const char* kFeishuRobot =
    "feishu:https://h/open-apis/bot/v2/hook/s3cret?sign=test";

inline std::string FeishuAnswer(int code, const std::string& words) {
  return nlohmann::json({{"code", code}, {"msg", words}, {"data", nlohmann::json::object()}})
      .dump();
}

class FeishuTest : public RobotTest {
 protected:
  static std::string TextOf(const HttpRequest& request) {
    const Json body = Json::parse(request.body.text());
    return body.contains("card") ? body["card"]["elements"][0]["text"]["content"]
                                 : body["content"]["text"];
  }
  // 100 messages a minute, 5 a second, 20 KB; a signature of now.
  void Serve() {
    RobotTest::Serve({{100, 60s}, {5, 1s}}, FeishuAnswer(0, "success"),
                     FeishuAnswer(9499, "too many request"), [this](const HttpRequest& request) {
                       texts_.push_back(TextOf(request));
                       const Json body = Json::parse(request.body.text());
                       const std::string timestamp = body["timestamp"];
                       const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                                                    clock_.Wall().time_since_epoch())
                                                    .count();
                       return request.body.text().size() <= 20'000 &&
                              std::abs(std::stoll(timestamp) - now) < 3600 &&
                              body["sign"] == Base64Encode(HmacSha256(timestamp + "\ntest", ""));
                     });
  }
  Json BodyOf(const std::string& options, const EventPtr& event = WarningEvent()) {
    Make(kFeishuRobot + options);
    client_->Respond(200, FeishuAnswer(0, "success"));
    EXPECT_EQ(Export(event).outcome, Outcome::kDelivered);
    return Json::parse(LastRequest().body.text());
  }
  std::vector<std::string> texts_;
};

}  // namespace eventer
