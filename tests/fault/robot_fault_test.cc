// A chat's robot that becomes deaf to whoever is too fast, over real sockets: it refuses nothing,
// and every event is told.
#include <sstream>

#include "fault/fault_fixture.h"
#include "support/dingtalk_robot.h"

namespace eventer {
namespace {

const DingTalkRobot::Settings kRobot = {
    .token = "t0ken", .secret = "SECret/of=it", .keyword = "cluster-events"};

class RobotFaultTest : public FaultTest {
 protected:
  void StartChat(const std::string& options = "") {
    Start({"--sink=dingtalk:" + robot_.Url() + "?name=chat&level=Normal&access_token=" +
               kRobot.token + "&sign=SECret%2Fof%3Dit&label=" + kRobot.keyword + options,
           "--frequency=5s"});
    AwaitWatch();
  }

  // How many events the texts tell: one each, or those of a digest's lines.
  std::size_t Told() const {
    std::size_t told = 0;
    for (const std::string& text : robot_.texts()) {
      std::size_t of_lines = 0;
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        if (line.find(" × ") != std::string::npos) of_lines += std::stoull(line);
      }
      told += text.find("\nLevel:") != std::string::npos ? 1 : of_lines;
    }
    return told;
  }

  DingTalkRobotServer robot_{kRobot};
};

TEST_P(RobotFaultTest, FewEventsAreAMessageEach) {
  StartChat();
  Put(10);
  EXPECT_TRUE(Await([&] { return Told() >= put_.size(); })) << Told();
  EXPECT_EQ(robot_.texts().size(), put_.size());
  EXPECT_THAT(robot_.refusals(), testing::IsEmpty());
  ExpectBooks();
  ExpectCleanStop();
}

TEST_P(RobotFaultTest, ManyEventsAtOnceAreToldInADigestAndNoneIsRefused) {
  StartChat();
  Put(400);
  EXPECT_TRUE(Await([&] { return Told() >= put_.size(); })) << Told();
  EXPECT_EQ(Told(), put_.size());
  EXPECT_LE(robot_.texts().size(), 20u);
  EXPECT_THAT(robot_.refusals(), testing::IsEmpty());
  ExpectBooks();
  ExpectCleanStop();
}

class KilledRobotFaultTest : public RobotFaultTest {};

// A message that was under way at a kill may come twice.
TEST_P(KilledRobotFaultTest, OverKillsNothingIsRefusedOrLeftOut) {
  StartChat();
  Put(1);
  ASSERT_TRUE(Await([&] { return Told() >= 1; }));  // the position is stored
  for (int kill = 0; kill < 4; ++kill) {
    Put(60);
    const std::size_t before = robot_.texts().size();
    EXPECT_TRUE(Await([&] { return robot_.texts().size() > before; }));
    Put(60);
    Kill();
    Restart();
  }
  EXPECT_TRUE(Await([&] { return Books("chat").pending == 0 && Told() >= put_.size(); })) << Told();
  EXPECT_THAT(robot_.refusals(), testing::IsEmpty());
  ExpectBooks();
  ExpectCleanStop();
}

INSTANTIATE_TEST_SUITE_P(Log, RobotFaultTest, testing::Values(LogKind::kMemory, LogKind::kDataDir),
                         LogKindName);
INSTANTIATE_TEST_SUITE_P(Log, KilledRobotFaultTest, testing::Values(LogKind::kDataDir),
                         LogKindName);

}  // namespace
}  // namespace eventer
