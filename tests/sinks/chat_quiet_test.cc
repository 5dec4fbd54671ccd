// Fewer messages: waiting for others, silence, and what is old.
#include <gmock/gmock.h>

#include "sinks/chat_sink_fixture.h"
#include "support/local_zone.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

ChatOptions Quiet(Duration group_wait, Duration max_age, const std::string& silence = "") {
  ChatOptions options = kChatOptions;
  options.style.page_bytes = 4000;
  options.group_wait = group_wait;
  options.max_age = max_age;
  SinkUri uri = SinkUri::Parse("--sink", "dingtalk:https://h" + silence);
  options.silences = Silences::Read(uri);
  return options;
}

class GroupWaitTest : public ChatSinkTest {
 protected:
  GroupWaitTest() : ChatSinkTest(Quiet(30s, {})) {}
};

TEST_F(GroupWaitTest, WhatComesWithinTheTimeIsToldTogether) {
  AddWarning();
  Pass(20s);
  AddWarning(1, "db-0");
  EXPECT_THAT(told_, SizeIs(0));
  Pass(10s);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_THAT(told_[0].text, HasSubstr("In all 2 events"));
  EXPECT_THAT(delivered_, SizeIs(2));
}

TEST_F(GroupWaitTest, WhatStaysAloneIsAMessageAndTheNextWaitsAgain) {
  AddWarning();
  Pass(30s);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].text, "1");
  AddWarning();
  Pass(29s);
  EXPECT_THAT(told_, SizeIs(1));
  Pass(2s);
  EXPECT_THAT(told_, SizeIs(2));
}

TEST_F(GroupWaitTest, AtTheEndOfTheProcessNothingWaits) {
  AddWarning();
  Attempt();
  Attempt();  // before the time that the sink asked for
  EXPECT_THAT(delivered_, SizeIs(1));
}

class SilenceTest : public ChatSinkTest {
 protected:
  SilenceTest() : ChatSinkTest(Quiet({}, {}, "?silence=object=db-.*")) {}
};

TEST_F(SilenceTest, WhatIsSilencedIsSettledWithoutAWord) {
  AddWarning();
  AddWarning(1, "db-0");
  Pass(1s);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].text, "1");
  EXPECT_THAT(held_names_, testing::ElementsAre("2"));
  EXPECT_EQ(held_, 0u);  // settled for good
}

class MaxAgeTest : public ChatSinkTest {
 protected:
  MaxAgeTest() : ChatSinkTest(Quiet({}, 1h)) {}
};

TEST_F(MaxAgeTest, ABacklogIsOneDigestMarkedAsLateAndWhatIsNewIsNot) {
  AddWarning();
  AddWarning(1, "db-0");
  clock_.Advance(2h);
  AddWarning(1, "new-0");
  Pass(1s);
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_THAT(told_[0].text,
              StartsWith("Late: these events could not be told when they happened.\n"));
  EXPECT_THAT(told_[0].text, HasSubstr("In all 2 events"));
  EXPECT_EQ(told_[1].text, "3");
}

TEST_F(MaxAgeTest, ALateDigestStaysLateInAnotherProcess) {
  for (int i = 0; i < 150; ++i) {
    AddWarning(1, "app" + std::string(1 + static_cast<std::size_t>(i), 'a'));
  }
  clock_.Advance(2h);
  Attempt();
  Restart();
  Finish();
  ASSERT_THAT(told_, SizeIs(testing::Gt(1u)));
  EXPECT_THAT(told_[1].text, StartsWith("Late: "));
  EXPECT_THAT(delivered_, SizeIs(150));
}

}  // namespace
}  // namespace eventer
