// The sink against a robot that behaves as Feishu's, and the bodies that it is sent.
#include "sinks/feishu_fixture.h"

namespace eventer {
namespace {

using testing::EndsWith;
using testing::Not;
using testing::SizeIs;

// --- many ---

TEST_F(FeishuTest, IsNeverRefusedForSpeedOrSizeAndTellsEveryEvent) {
  Serve();
  for (const char* type : {"&msg_type=text", "&msg_type=card"}) {
    const int before = made_;
    Make(kFeishuRobot + std::string("&cluster=prod&at_all=true") + type);
    texts_.clear();
    clock_.Advance(60s);
    SendBursts();
    int told = 0;
    for (const std::string& text : texts_) told += EventsIn(text);
    EXPECT_EQ(told, made_ - before);
  }
}

TEST_F(FeishuTest, ThirtyEventsAreThirtyMessagesFiveASecond) {
  Serve();
  Make(kFeishuRobot);
  const SteadyTime begin = clock_.Steady();
  Offer(30);
  Finish();
  EXPECT_THAT(texts_, SizeIs(30));
  EXPECT_EQ(clock_.Steady() - begin, Duration(5s));
  EXPECT_EQ(too_fast_, 0);
}

TEST_F(FeishuTest, LongTextsOfManyGroupsFitAsTheyAre) {
  Serve();
  Make(kFeishuRobot + std::string("&rate=10&msg_type=text"));
  for (int i = 0; i < 300; ++i) {
    auto event = std::make_shared<Event>(*WarningEvent(std::string(110, '"')));
    event->uid = "uid-" + std::to_string(i);
    event->reason = "Reason" + std::to_string(i);
    waiting_.push_back(event);
  }
  Finish();
  EXPECT_EQ(refused_, 0);
  int told = 0;
  for (const std::string& text : texts_) {
    told += EventsIn(text);
    EXPECT_THAT(text, Not(EndsWith("…")));
  }
  EXPECT_EQ(told, 300);
}

TEST_F(FeishuTest, AfterTheClockJumpedTheSignatureIsRightAgain) {
  Serve();
  Make(kFeishuRobot);
  for (const Duration jump : {Duration(0s), Duration(5h), Duration(-9h)}) {
    clock_.JumpWall(jump);
    Offer(1);
    Finish();
  }
  EXPECT_EQ(refused_, 0);
}

// --- goldens ---

TEST_F(FeishuTest, SendsTheCardOfTheGolden) {
  Serve();
  ExpectGolden("feishu-event.json",
               kFeishuRobot + std::string("&cluster=prod&link=https://c/{{.InvolvedObject.Name}}&"
                                          "at_user_ids=ou_zhang"),
               {ATrickyEvent()});
}
TEST_F(FeishuTest, SendsTheTextOfTheGolden) {
  Serve();
  ExpectGolden("feishu-text.json",
               kFeishuRobot + std::string("&msg_type=text&cluster=prod&link=https://c&at_all=true"),
               {ATrickyEvent()});
}
TEST_F(FeishuTest, SendsTheDigestOfTheGolden) {
  Serve();
  ExpectGolden("feishu-digest.json",
               kFeishuRobot + std::string("&cluster=prod&rate=20&at_all=true"),
               RecordedEvents("feishu:?level=Normal"));
}

}  // namespace
}  // namespace eventer
