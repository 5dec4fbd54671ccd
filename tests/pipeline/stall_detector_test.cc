#include "pipeline/stall_detector.h"

#include <gtest/gtest.h>

#include <array>

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using Readers = std::set<ReaderId>;

constexpr SteadyTime kStart{1h};
constexpr std::size_t kLogBytes = 1000;

SinkPace Pace(ReaderId reader, std::size_t backlog, SteadyTime still_since) {
  SinkPace pace;
  pace.reader = reader;
  pace.state.waiting = backlog > 0 ? 1 : 0;
  pace.state.backlog = backlog;
  pace.state.still_since = still_since;
  return pace;
}

class StallDetectorTest : public testing::Test {
 protected:
  Readers NotFull(std::vector<SinkPace> sinks, SteadyTime now) {
    return detector_.Stalled(sinks, now, now);
  }

  StallDetector detector_{kLogBytes};
};

TEST_F(StallDetectorTest, AStandstillOfSixtySecondsIsAStall) {
  EXPECT_EQ(NotFull({Pace(0, 10, kStart)}, kStart + 59s), Readers{});
  EXPECT_EQ(NotFull({Pace(0, 10, kStart)}, kStart + 60s), Readers{0});
}

TEST_F(StallDetectorTest, ASinkWithNothingToDoIsNotStalled) {
  EXPECT_EQ(NotFull({Pace(0, 0, kStart)}, kStart + 1h), Readers{});
}

TEST_F(StallDetectorTest, WaitingForItsOwnBudgetIsNoStall) {
  SinkPace chat = Pace(0, 10, kStart);
  chat.budget_until = kStart + 10min;
  EXPECT_EQ(NotFull({chat}, kStart + 10min), Readers{});
  EXPECT_EQ(NotFull({chat}, kStart + 10min + 59s), Readers{});
  EXPECT_EQ(NotFull({chat}, kStart + 10min + 60s), Readers{0});
}

TEST_F(StallDetectorTest, ASlowSinkIsPatientlyWaitedForWhileAllAreBusy) {
  const SteadyTime now = kStart + 1h;
  const std::array sinks{Pace(0, 900, now), Pace(1, 10, now)};
  EXPECT_EQ(detector_.Stalled(sinks, kStart, now), Readers{});
}

TEST_F(StallDetectorTest, OneSlowSinkAloneIsNeverStalled) {
  const SteadyTime now = kStart + 1h;
  const std::array sinks{Pace(0, 900, now)};
  EXPECT_EQ(detector_.Stalled(sinks, kStart, now), Readers{});
}

TEST_F(StallDetectorTest, TheFurthestBehindStallsAfterTwoMinutesIfAnotherIsIdle) {
  const auto after = [&](Duration full) {
    const SteadyTime now = kStart + full;
    const std::array sinks{Pace(0, 0, kStart), Pace(1, 600, now), Pace(2, 800, now)};
    return detector_.Stalled(sinks, kStart, now);
  };
  EXPECT_EQ(after(119s), Readers{});
  EXPECT_EQ(after(120s), Readers{2});
}

TEST_F(StallDetectorTest, StaysStalledUntilItsBacklogIsUnderHalfTheLog) {
  EXPECT_EQ(NotFull({Pace(0, 800, kStart)}, kStart + 60s), Readers{0});
  EXPECT_EQ(NotFull({Pace(0, 500, kStart + 61s)}, kStart + 62s), Readers{0});
  EXPECT_EQ(NotFull({Pace(0, 499, kStart + 62s)}, kStart + 63s), Readers{});
  EXPECT_EQ(NotFull({Pace(0, 800, kStart + 63s)}, kStart + 64s), Readers{});
}

TEST_F(StallDetectorTest, OthersAreNotStalledByOne) {
  const SteadyTime now = kStart + 60s;
  EXPECT_EQ(NotFull({Pace(0, 10, kStart), Pace(1, 10, now)}, now), Readers{0});
}

TEST_F(StallDetectorTest, NobodyIsStalledWithoutSinks) {
  EXPECT_EQ(detector_.Stalled({}, kStart, kStart + 1h), Readers{});
}

}  // namespace
}  // namespace eventer
