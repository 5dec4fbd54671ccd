// The sink against a robot that behaves as DingTalk's: 20 messages a minute, then deaf for ten.
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <deque>
#include <nlohmann/json.hpp>

#include "eventer/base64.h"
#include "eventer/percent.h"
#include "sinks/http_sink_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::SizeIs;

constexpr std::string_view kSecret = "SECrobot";
constexpr std::string_view kKeyword = "prod";

class Robot {
 public:
  explicit Robot(FakeClock& clock) : clock_(clock) {}

  HttpResponse Answer(const HttpRequest& request) {
    if (!SignatureIsRight(request.url)) return Says(310000, "sign not match");
    const std::string content = nlohmann::json::parse(request.body)["text"]["content"];
    if (content.find(kKeyword) == std::string::npos) return Says(310000, "keywords not in content");
    const SteadyTime now = clock_.Steady();
    while (!taken_.empty() && taken_.front() + 60s <= now) taken_.pop_front();
    if (taken_.size() >= 20) deaf_until_ = now + 10min;
    if (now < deaf_until_) {
      ++too_fast;
      return Says(130101, "send too fast, exceed 20 times per minute");
    }
    taken_.push_back(now);
    contents.push_back(content);
    return Says(0, "ok");
  }

  int too_fast = 0;
  std::vector<std::string> contents;

 private:
  static HttpResponse Says(int code, const char* words) {
    return FakeResponse(200, nlohmann::json({{"errcode", code}, {"errmsg", words}}).dump());
  }

  bool SignatureIsRight(const std::string& url) const {
    const std::size_t sign = url.find("&sign=") + 6, time = url.find("&timestamp=");
    const std::string timestamp = url.substr(time + 11);
    const std::string text = timestamp + "\n" + std::string(kSecret);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    const std::string right = Base64Encode({reinterpret_cast<const char*>(digest.data()), size});
    const auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.Wall());
    const auto age = now.time_since_epoch().count() - std::stoll(timestamp);
    return url.substr(sign, time - sign) == PercentEncode(right) && std::abs(age) < 3600'000;
  }

  FakeClock& clock_;
  std::deque<SteadyTime> taken_;
  SteadyTime deaf_until_{};
};

class DingTalkRobotTest : public HttpSinkTest {
 protected:
  DingTalkRobotTest() {
    client_->AlwaysRespondWith([this](const HttpRequest& r) { return robot_.Answer(r); });
  }

  // What the worker does: offers what waits, waits as long as the sink asks.
  void Offer(int events) {
    for (int i = 0; i < events; ++i, ++made_) {
      auto event = std::make_shared<Event>(*WarningEvent("event " + std::to_string(made_)));
      event->uid = "uid-" + std::to_string(made_);
      event->involved_object.name = "app" + std::to_string(made_ % 7) + "-0";
      waiting_.push_back(std::move(event));
    }
  }
  void Step() {
    const ExportResult result = Export(waiting_);
    std::vector<EventPtr> left;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (result.events[i].outcome == Outcome::kDelivered) continue;
      EXPECT_NE(result.events[i].outcome, Outcome::kRejected) << result.events[i].detail;
      left.push_back(waiting_[i]);
    }
    waiting_ = std::move(left);
    const SteadyTime again = result.again_at.value_or(clock_.Steady() + 1s);
    if (again > clock_.Steady()) clock_.Advance(again - clock_.Steady());
  }

  Robot robot_{clock_};
  std::vector<EventPtr> waiting_;
  int made_ = 0;
};

TEST_F(DingTalkRobotTest, IsNeverRefusedForSpeedAndToldEveryEvent) {
  Make("dingtalk:https://h/robot/send?access_token=t&sign=SECrobot&label=prod");
  for (int burst : {1, 5, 30, 200, 2, 19, 1, 900, 20, 21}) {
    Offer(burst);
    for (int i = 0; i < 200 && !waiting_.empty(); ++i) Step();
    clock_.Advance(7s);
  }
  EXPECT_EQ(robot_.too_fast, 0);
  EXPECT_THAT(waiting_, SizeIs(0));
  int told = 0;
  for (const std::string& content : robot_.contents) {
    const std::size_t lines = content.find('\n') + 1;
    if (content.compare(lines, 6, "Level:") == 0) {
      ++told;
      continue;
    }
    for (std::size_t at = lines; at < content.size(); at = content.find('\n', at) + 1) {
      if (content.compare(at, 6, "In all") == 0) break;
      told += std::stoi(content.substr(at));
      if (content.find('\n', at) == std::string::npos) break;
    }
  }
  EXPECT_EQ(told, made_);
}

TEST_F(DingTalkRobotTest, AfterTheClockJumpedTheSignatureIsRightAgain) {
  Make("dingtalk:https://h/robot/send?access_token=t&sign=SECrobot&label=prod");
  for (const Duration jump : {Duration(0s), Duration(5h), Duration(-9h)}) {
    clock_.JumpWall(jump);
    Offer(1);
    Step();
    EXPECT_THAT(waiting_, SizeIs(0));
  }
}

TEST_F(DingTalkRobotTest, WithoutItsKeywordAMessageIsRejected) {
  Make("dingtalk:https://h/robot/send?access_token=t&sign=SECrobot&label=test");
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRejected);
}

}  // namespace
}  // namespace eventer
