// The sink against a robot that behaves as DingTalk's: 20 messages a minute, then deaf for ten.
#include "support/dingtalk_robot.h"

#include <gmock/gmock.h>

#include "sinks/robot_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using testing::SizeIs;

class DingTalkRobotTest : public RobotTest {
 protected:
  DingTalkRobotTest() {
    client_->AlwaysRespondWith([this](const HttpRequest& request) {
      return FakeResponse(200, robot_.Answer(request.url, request.body.text()));
    });
  }

  DingTalkRobot robot_{clock_, {.token = "t", .secret = "SECrobot", .keyword = "prod"}};
};

TEST_F(DingTalkRobotTest, IsNeverRefusedForSpeedAndToldEveryEvent) {
  Make("dingtalk:https://h/robot/send?access_token=t&sign=SECrobot&label=prod");
  for (int burst : {1, 5, 30, 200, 2, 19, 1, 900, 20, 21}) {
    Offer(burst);
    for (int i = 0; i < 200 && !waiting_.empty(); ++i) Step();
    clock_.Advance(7s);
  }
  EXPECT_THAT(robot_.refusals, SizeIs(0));
  EXPECT_THAT(waiting_, SizeIs(0));
  int told = 0;
  for (const auto& [time, content] : robot_.texts) {
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
