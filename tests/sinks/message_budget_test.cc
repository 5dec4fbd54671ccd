#include "common/message_budget.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

MessageBudget Budget(FakeClock& clock, std::size_t messages) {
  return MessageBudget(
      std::make_shared<RobotPace>(clock, std::vector<MessageRate>{{messages, 60s}}));
}

TEST(MessageBudget, NeverMoreThanItsNumberWithinAnyWindow) {
  FakeClock clock;
  MessageBudget budget = Budget(clock, 2);
  EXPECT_EQ(budget.Available(), 2u);
  budget.Spend();
  clock.Advance(30s);
  budget.Spend();
  EXPECT_EQ(budget.Available(), 0u);
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(30s));
  clock.Advance(29s);
  EXPECT_EQ(budget.Available(), 0u);
  clock.Advance(1s);
  EXPECT_EQ(budget.Available(), 1u);
  EXPECT_LE(budget.Next(), clock.Steady());
  budget.Spend();
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(30s));
}

TEST(MessageBudget, AClockThatJumpsChangesNothing) {
  FakeClock clock;
  MessageBudget budget = Budget(clock, 1);
  budget.Spend();
  clock.JumpWall(1h);
  EXPECT_EQ(budget.Available(), 0u);
  clock.JumpWall(-2h);
  clock.Advance(60s);
  EXPECT_EQ(budget.Available(), 1u);
}

TEST(MessageBudget, AnotherProcessGoesOnWithIt) {
  FakeClock clock;
  MessageBudget before = Budget(clock, 3);
  before.Spend();
  clock.Advance(20s);
  before.Spend();
  const std::vector<WallTime> sent = before.Sent();
  clock.JumpWall(5h);
  MessageBudget after = Budget(clock, 3);
  after.Restore(sent, std::nullopt);
  EXPECT_EQ(after.Available(), 0u);  // one more may have been under way
  EXPECT_EQ(after.Next() - clock.Steady(), Duration(40s));
  clock.Advance(40s);
  EXPECT_EQ(after.Available(), 1u);
  clock.Advance(20s);
  EXPECT_EQ(after.Available(), 3u);
}

TEST(MessageBudget, WhatWasSentInTheFutureWasSentNow) {
  FakeClock clock;
  MessageBudget budget = Budget(clock, 1);
  budget.Restore({clock.Wall() + 1h}, std::nullopt);
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(60s));
}

TEST(MessageBudget, OverdrawnItWaitsUntilThereIsRoomAgain) {
  FakeClock clock;
  MessageBudget budget = Budget(clock, 1);
  budget.Spend();
  clock.Advance(10s);
  budget.Spend();
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(60s));
}

TEST(MessageBudget, EveryRateHolds) {
  FakeClock clock;
  MessageBudget budget(
      std::make_shared<RobotPace>(clock, std::vector<MessageRate>{{3, 60s}, {2, 1s}}));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(budget.Take());
    budget.Spend();
  }
  EXPECT_FALSE(budget.Take());
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(1s));
  clock.Advance(1s);
  EXPECT_EQ(budget.Available(), 1u);
  budget.Spend();
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(59s));
}

// --- two sinks, one robot ---

constexpr std::size_t kRate = 2;

MessageBudget BudgetOf(Clock& clock, std::string_view robot, std::size_t messages = kRate) {
  return MessageBudget(RobotPace::Of(clock, robot, {{messages, 60s}}));
}

TEST(SharedBudget, SinksOfOneRobotSpendTheSameBudget) {
  FakeClock clock;
  MessageBudget a = BudgetOf(clock, "r"), b = BudgetOf(clock, "r"), other = BudgetOf(clock, "o");
  a.Spend();
  b.Spend();
  EXPECT_EQ(a.Available(), 0u);
  EXPECT_EQ(b.Available(), 0u);
  EXPECT_EQ(other.Available(), kRate);
}

TEST(SharedBudget, WhatIsOnTheWayIsTaken) {
  FakeClock clock;
  MessageBudget a = BudgetOf(clock, "r"), b = BudgetOf(clock, "r");
  EXPECT_TRUE(a.Take());
  EXPECT_TRUE(b.Take());
  EXPECT_FALSE(a.Take());
  EXPECT_GT(a.Next(), clock.Steady());
  b.Spend();
  EXPECT_FALSE(a.Take());
  clock.Advance(60s);
  EXPECT_TRUE(b.Take());
}

TEST(SharedBudget, TheLowerRateHolds) {
  FakeClock clock;
  MessageBudget a = BudgetOf(clock, "r", 5), b = BudgetOf(clock, "r", 1);
  EXPECT_EQ(a.Available(), 1u);
}

TEST(SharedBudget, EachSinkStoresWhatItSentItself) {
  FakeClock clock;
  MessageBudget a = BudgetOf(clock, "r"), b = BudgetOf(clock, "r");
  a.Spend();
  b.Spend();
  FakeClock later;
  MessageBudget a2 = BudgetOf(later, "r", 5), b2 = BudgetOf(later, "r", 5);
  a2.Restore(a.Sent(), std::nullopt);
  EXPECT_EQ(b2.Available(), 3u);
  b2.Restore(b.Sent(), std::nullopt);
  EXPECT_EQ(a2.Available(), 1u);
  EXPECT_EQ(a2.Sent().size(), 2u);  // with the one that may have been under way
}

TEST(SharedBudget, ARobotThatRestsIsLeftAloneByAllAndInAnotherProcess) {
  FakeClock clock;
  MessageBudget a = BudgetOf(clock, "r"), b = BudgetOf(clock, "r");
  a.Rest(600s);
  EXPECT_FALSE(b.Take());
  EXPECT_EQ(b.Next() - clock.Steady(), Duration(600s));
  FakeClock later;
  MessageBudget again = BudgetOf(later, "r");
  again.Restore({}, a.RestsUntil());
  EXPECT_EQ(again.Next() - later.Steady(), Duration(600s));
  later.Advance(600s);
  EXPECT_TRUE(again.Take());
  EXPECT_EQ(again.RestsUntil(), std::nullopt);
}

TEST(SharedBudget, ARestThatIsFarInTheFutureIsCut) {
  FakeClock clock;
  MessageBudget budget = BudgetOf(clock, "r");
  budget.Restore({}, clock.Wall() + 1000h);
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(900s));
}

}  // namespace
}  // namespace eventer
