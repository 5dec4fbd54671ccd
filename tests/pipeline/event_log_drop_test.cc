// What a full log may lose.
#include "pipeline/event_log_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;

TEST_P(EventLogTest, DropTakesOnlyWhatIsNeededOldestFirst) {
  MakeForEvents(10);
  const ReaderId dead = Open("dead");
  Append(MakeEntries(1, 10));
  const std::size_t one = log_->Bytes(*MakeEvent("1"));
  EXPECT_EQ(log_->Drop({dead}, 3 * one), 3 * one);
  EXPECT_THAT(Waiting(dead), ElementsAre("4", "5", "6", "7", "8", "9", "10"));
  EXPECT_EQ(Books(dead).dropped[static_cast<std::size_t>(Cause::kStalled)], 3u);
  EXPECT_EQ(log_->Drop({dead}, 3 * one), 0u);  // there is room already
  ExpectBalance();
}

TEST_P(EventLogTest, DropTakesNormalBeforeWarning) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead");
  Append({MakeEntry("w1", "1", "Warning"), MakeEntry("n1"), MakeEntry("w2", "1", "Warning"),
          MakeEntry("n2")});
  const std::size_t one = log_->Bytes(*MakeEvent("w1", "Warning"));
  log_->Drop({dead}, one);
  EXPECT_THAT(Waiting(dead), ElementsAre("w1", "w2", "n2"));
  log_->Drop({dead}, 3 * one);
  EXPECT_THAT(Waiting(dead), ElementsAre("w2"));
  ExpectBalance();
}

TEST_P(EventLogTest, DropTakesFirstWhatNoStalledReaderWants) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead", MakeFilter("level=Warning"));
  Append({MakeEntry("w1", "1", "Warning"), MakeEntry("w2", "1", "Warning"),
          MakeEntry("w3", "1", "Warning"), MakeEntry("n1")});
  log_->Drop({dead}, 1);
  EXPECT_EQ(Dropped(Books(dead)), 0u);
  EXPECT_EQ(Books(dead).filtered, 1u);
  EXPECT_THAT(Waiting(dead), ElementsAre("w1", "w2", "w3"));
  ExpectBalance();
}

TEST_P(EventLogTest, DropTakesAWarningThatNobodyWantsBeforeWhatSomebodyWants) {
  MakeForEvents(3);
  const ReaderId dead = Open("dead", MakeFilter("exclude_reason=Noise"));
  SourceEntry unwanted = MakeEntry("w1", "1", "Warning");
  auto noise = std::make_shared<Event>(*unwanted.event);
  noise->reason = "Noise";
  unwanted.event = noise;
  Append({MakeEntry("n1"), unwanted, MakeEntry("n2")});
  log_->Drop({dead}, 1);
  EXPECT_EQ(Dropped(Books(dead)), 0u);
  EXPECT_EQ(Books(dead).filtered, 1u);
  EXPECT_THAT(Waiting(dead), ElementsAre("n1", "n2"));
  ExpectBalance();
}

TEST_P(EventLogTest, DropTakesNothingThatAnotherReaderWaitsFor) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead"), alive = Open("alive");
  Append(MakeEntries(1, 4));
  EXPECT_EQ(log_->Drop({dead}, kMiB), 0u);
  Deliver(alive, 1);
  log_->Drop({dead}, kMiB);
  EXPECT_THAT(Waiting(dead), ElementsAre("2", "3", "4"));
  EXPECT_THAT(Waiting(alive), ElementsAre("2", "3", "4"));
  EXPECT_EQ(Dropped(Books(dead)), 1u);
  EXPECT_EQ(Dropped(Books(alive)), 0u);
  ExpectBalance();
}

TEST_P(EventLogTest, NoWarningIsLostWhileANormalEventWaitsForAReaderThatMoves) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead"), alive = Open("alive");
  Append({MakeEntry("w1", "1", "Warning"), MakeEntry("n1"), MakeEntry("w2", "1", "Warning")});
  const std::size_t three = 3 * log_->Bytes(*MakeEvent("w1", "Warning"));
  Deliver(alive, 1);
  EXPECT_EQ(log_->Drop({dead}, three), 0u);
  Deliver(alive, 1);
  EXPECT_GT(log_->Drop({dead}, three), 0u);
  EXPECT_THAT(Waiting(dead), ElementsAre("w2"));  // more room than the Normal one's was needed
  ExpectBalance();
}

TEST_P(EventLogTest, EachStalledReaderThatWantedItCountsTheLoss) {
  MakeForEvents(2);
  const ReaderId a = Open("a"), b = Open("b"), picky = Open("picky", MakeFilter("level=Warning"));
  Append(MakeEntries(1, 2));
  log_->Drop({a, b, picky}, 1);
  EXPECT_EQ(Dropped(Books(a)), 1u);
  EXPECT_EQ(Dropped(Books(b)), 1u);
  EXPECT_EQ(Dropped(Books(picky)), 0u);
  EXPECT_EQ(Books(picky).filtered, 1u);
  ExpectBalance();
}

TEST_P(EventLogTest, WhatWasSettledByOneStalledReaderIsNoLossForIt) {
  MakeForEvents(2);
  const ReaderId a = Open("a"), b = Open("b");
  Append(MakeEntries(1, 2));
  Settle(a, {Read(a).entries[1]});  // the second; the first waits
  log_->Drop({a, b}, kMiB);
  EXPECT_EQ(Books(a).delivered, 1u);
  EXPECT_EQ(Dropped(Books(a)), 1u);
  EXPECT_EQ(Dropped(Books(b)), 2u);
  ExpectBalance();
}

TEST_P(EventLogTest, WhatIsInAReadersHandsIsOutOfDropsReach) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead");
  Append(MakeEntries(1, 4));
  const LogSlice hands = Read(dead, 2);
  log_->Drop({dead}, kMiB);
  EXPECT_EQ(Dropped(Books(dead)), 2u);
  Settle(dead, hands.entries);
  EXPECT_EQ(Books(dead).delivered, 2u);
  EXPECT_EQ(Books(dead).pending, 0u);
  ExpectBalance();
}

TEST_P(EventLogTest, ACommitAndAWaitLetGoOfWhatIsInHands) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead");
  Append(MakeEntries(1, 2));
  Read(dead);
  log_->Commit(dead, {});
  EXPECT_GT(log_->Drop({dead}, log_->max_bytes()), 0u);
  Append(MakeEntries(3, 2));
  Read(dead);
  log_->Wait(dead, clock_.Steady(), {});
  EXPECT_GT(log_->Drop({dead}, log_->max_bytes()), 0u);
  ExpectBalance();
}

TEST_P(EventLogTest, ALossIsNoMove) {
  MakeForEvents(2);
  const ReaderId dead = Open("dead");
  Append(MakeEntries(1, 2));
  const SteadyTime before = log_->Look(dead).still_since;
  clock_.Advance(60s);
  log_->Drop({dead}, 1);
  EXPECT_EQ(log_->Look(dead).still_since, before);
}

TEST_P(EventLogTest, MakesRoomForOneLargeEventByDroppingAll) {
  MakeForEvents(4);
  const ReaderId dead = Open("dead");
  Append(MakeEntries(1, 4));
  log_->Drop({dead}, 100 * kMiB);
  EXPECT_EQ(Append(MakeEntries(5, 1, "Normal", 100 * kMiB / 10)), 1u);
}

}  // namespace
}  // namespace eventer
