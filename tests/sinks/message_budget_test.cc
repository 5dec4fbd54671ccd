#include "common/message_budget.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

TEST(MessageBudget, NeverMoreThanItsNumberWithinAnyWindow) {
  FakeClock clock;
  MessageBudget budget(clock, 2, 60s);
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
  MessageBudget budget(clock, 1, 60s);
  budget.Spend();
  clock.JumpWall(1h);
  EXPECT_EQ(budget.Available(), 0u);
  clock.JumpWall(-2h);
  clock.Advance(60s);
  EXPECT_EQ(budget.Available(), 1u);
}

TEST(MessageBudget, AnotherProcessGoesOnWithIt) {
  FakeClock clock;
  MessageBudget before(clock, 2, 60s);
  before.Spend();
  clock.Advance(20s);
  before.Spend();
  const std::vector<WallTime> sent = before.Sent();
  clock.Advance(10s);
  MessageBudget after(clock, 2, 60s);
  after.Restore(sent);
  EXPECT_EQ(after.Available(), 0u);
  EXPECT_EQ(after.Next() - clock.Steady(), Duration(30s));
}

TEST(MessageBudget, WhatWasSentInTheFutureWasSentNow) {
  FakeClock clock;
  MessageBudget budget(clock, 1, 60s);
  budget.Restore({clock.Wall() + 1h});
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(60s));
}

TEST(MessageBudget, OverdrawnItWaitsUntilThereIsRoomAgain) {
  FakeClock clock;
  MessageBudget budget(clock, 1, 60s);
  budget.Spend();
  clock.Advance(10s);
  budget.Spend();
  EXPECT_EQ(budget.Next() - clock.Steady(), Duration(60s));
}

}  // namespace
}  // namespace eventer
