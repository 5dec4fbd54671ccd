#include "kube/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/fake_clock.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

void ExpectBetween(Duration wait, Duration low, Duration high) {
  EXPECT_GE(wait, low);
  EXPECT_LE(wait, high);
}

TEST(WatchBackoff, DoublesFrom800MillisecondsTo30Seconds) {
  FakeClock clock;
  WatchBackoff backoff(clock);
  Duration bound = 800ms;
  for (int i = 0; i < 10; ++i) {
    const Duration wait = backoff.Next({});
    ExpectBetween(wait, bound / 2, bound);
    bound = std::min<Duration>(bound * 2, 30s);
    clock.Advance(wait);
  }
  ExpectBetween(backoff.Next({}), 15s, 30s);
}

TEST(WatchBackoff, WaitsDiffer) {
  FakeClock clock;
  WatchBackoff backoff(clock);
  for (int i = 0; i < 6; ++i) backoff.Next({});
  std::set<Duration> waits;
  for (int i = 0; i < 8; ++i) waits.insert(backoff.Next({}));
  EXPECT_GT(waits.size(), 1u);
}

TEST(WatchBackoff, BeginsAnewAfterTwoGoodMinutes) {
  FakeClock clock;
  WatchBackoff backoff(clock);
  for (int i = 0; i < 8; ++i) clock.Advance(backoff.Next({}));
  clock.Advance(119s);
  ExpectBetween(backoff.Next({}), 15s, 30s);
  clock.Advance(30s + 2min);
  ExpectBetween(backoff.Next({}), 400ms, 800ms);
}

TEST(WatchBackoff, WhatTheServerAsksForWinsUpTo15Minutes) {
  FakeClock clock;
  WatchBackoff backoff(clock);
  EXPECT_EQ(backoff.Next(7s), Duration(7s));
  EXPECT_EQ(backoff.Next(100ms), Duration(100ms));
  EXPECT_EQ(backoff.Next(3600s), Duration(15min));
  ExpectBetween(backoff.Next(0s), 400ms, 800ms);
}

}  // namespace
}  // namespace eventer
