#include "eventer/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

TEST(FakeClock, WakesAWaiterWhenItsDeadlineIsReached) {
  FakeClock clock;
  bool reached = false;
  std::jthread waiter(
      [&](std::stop_token stop) { reached = SleepUntil(clock, stop, clock.Steady() + 5s); });
  clock.AwaitWaiters(1);
  clock.Advance(5s);
  waiter.join();
  EXPECT_TRUE(reached);
}

TEST(FakeClock, AStopEndsAWait) {
  FakeClock clock;
  bool reached = true;
  std::jthread waiter(
      [&](std::stop_token stop) { reached = SleepUntil(clock, stop, clock.Steady() + 5s); });
  clock.AwaitWaiters(1);
  waiter.request_stop();
  waiter.join();
  EXPECT_FALSE(reached);
}

}  // namespace
}  // namespace eventer
