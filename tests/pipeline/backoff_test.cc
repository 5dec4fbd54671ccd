#include "pipeline/backoff.h"

#include <gtest/gtest.h>

#include "pipeline/batch_sizer.h"
#include "pipeline/rejection_streak.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

Backoff::Random Always(double number) {
  return [number] { return number; };
}

TEST(Backoff, DoublesFromOneSecondToThirty) {
  Backoff backoff(Always(1));
  for (Duration wanted : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    EXPECT_EQ(backoff.Next(false, std::nullopt), wanted);
  }
}

TEST(Backoff, OfAMisconfigurationGoesUpToFiveMinutes) {
  Backoff backoff(Always(1));
  for (Duration wanted : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    EXPECT_EQ(backoff.Next(true, std::nullopt), wanted);
  }
}

TEST(Backoff, NeverOverflows) {
  Backoff backoff(Always(1));
  for (int i = 0; i < 10'000; ++i) EXPECT_LE(backoff.Next(true, std::nullopt), 5min);
}

TEST(Backoff, JitterIsBetweenFourFifthsAndTheWhole) {
  EXPECT_EQ(Backoff(Always(0)).Next(false, std::nullopt), 800ms);
  EXPECT_EQ(Backoff(Always(0.5)).Next(false, std::nullopt), 900ms);
  EXPECT_EQ(Backoff(Always(1)).Next(false, std::nullopt), 1s);
}

TEST(Backoff, SystemRandomStaysInRange) {
  const auto random = Backoff::SystemRandom();
  for (int i = 0; i < 1000; ++i) {
    const double number = random();
    EXPECT_GE(number, 0);
    EXPECT_LT(number, 1);
  }
}

TEST(Backoff, RetryAfterWins) {
  Backoff backoff(Always(0));
  EXPECT_EQ(backoff.Next(false, 42s), 42s);
  EXPECT_EQ(backoff.Next(true, 42s), 42s);
}

TEST(Backoff, RetryAfterIsFifteenMinutesAtMost) {
  EXPECT_EQ(Backoff(Always(0)).Next(false, std::chrono::hours(3)), 15min);
}

TEST(Backoff, RetryAfterIsOneSecondAtLeast) {
  EXPECT_EQ(Backoff(Always(0)).Next(false, 0s), 1s);
  EXPECT_EQ(Backoff(Always(0)).Next(false, -5s), 1s);
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  Backoff backoff(Always(1));
  backoff.Next(false, std::nullopt);
  backoff.Next(false, std::nullopt);
  backoff.Reset();
  EXPECT_EQ(backoff.Next(false, std::nullopt), 1s);
}

TEST(BatchSizer, HalvesWhatWasTooLarge) {
  BatchSizer sizer(100);
  sizer.Halve(100);
  EXPECT_EQ(sizer.limit(), 50u);
  sizer.Halve(7);
  EXPECT_EQ(sizer.limit(), 3u);
  sizer.Halve(1);
  EXPECT_EQ(sizer.limit(), 1u);
}

TEST(BatchSizer, GrowsBackByDoublingAfterSuccesses) {
  BatchSizer sizer(100);
  sizer.Halve(100);
  sizer.Succeeded();
  EXPECT_EQ(sizer.limit(), 50u);
  for (int i = 0; i < 7; ++i) sizer.Succeeded();
  EXPECT_EQ(sizer.limit(), 100u);
  for (int i = 0; i < 8; ++i) sizer.Succeeded();
  EXPECT_EQ(sizer.limit(), 100u);
}

TEST(BatchSizer, AfterALongFailureEachSuccessDoubles) {
  BatchSizer sizer(100);
  sizer.One();
  for (std::size_t wanted : {1u, 2u, 4u, 8u}) {
    EXPECT_EQ(sizer.limit(), wanted);
    sizer.Succeeded();
  }
}

TEST(BatchSizer, IsNeverZero) { EXPECT_EQ(BatchSizer(0).limit(), 1u); }

TEST(RejectionStreak, TwentyOfOneCauseAreTheConfigurationsFault) {
  RejectionStreak streak;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(streak.Keeps(Cause::kMapping));
  EXPECT_TRUE(streak.Keeps(Cause::kMapping));
  EXPECT_TRUE(streak.Keeps(Cause::kContent));  // whatever comes now
}

TEST(RejectionStreak, ADeliveryBetweenBeginsItAnew) {
  RejectionStreak streak;
  for (int i = 0; i < 19; ++i) streak.Keeps(Cause::kMapping);
  streak.Delivered();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(streak.Keeps(Cause::kMapping));
  EXPECT_TRUE(streak.ConfigurationsFault());
  streak.Delivered();
  EXPECT_FALSE(streak.ConfigurationsFault());
}

TEST(RejectionStreak, AnotherCauseBetweenBeginsItAnew) {
  RejectionStreak streak;
  for (int i = 0; i < 19; ++i) streak.Keeps(Cause::kMapping);
  EXPECT_FALSE(streak.Keeps(Cause::kContent));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(streak.Keeps(Cause::kMapping));
}

}  // namespace
}  // namespace eventer
