// Bounds, trimming, positions, progress.
#include "pipeline/event_log_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(EventLogTest, APassedEventIsTrimmed) {
  Make(kMiB);
  const ReaderId a = Open("a"), b = Open("b");
  Append(MakeEntries(1, 3));
  EXPECT_EQ(stats_.log_events, 3u);
  Deliver(a);
  EXPECT_EQ(stats_.log_events, 3u);
  Deliver(b, 2);
  EXPECT_EQ(stats_.log_events, 1u);
  Deliver(b);
  EXPECT_EQ(stats_.log_events, 0u);
  EXPECT_EQ(stats_.log_bytes, 0u);
}

TEST_P(EventLogTest, SaysHowMuchItTakes) {
  Make(kMiB);
  EXPECT_GT(log_->max_bytes(), 0u);
  EXPECT_EQ(stats_.log_max_bytes, log_->max_bytes());
}

TEST_P(EventLogTest, OneUnsettledEventDoesNotKeepTheOthersInTheLog) {
  MakeForEvents(10);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 1));
  for (int first = 2; first < 3000; first += 9) {
    ASSERT_EQ(Append(MakeEntries(first, 9)), 9u);
    auto entries = Read(a).entries;
    ASSERT_EQ(entries.at(0).event->name, "1");
    entries.erase(entries.begin());
    Settle(a, entries);
  }
  EXPECT_EQ(stats_.log_events, 1u);
  EXPECT_THAT(Waiting(a), ElementsAre("1"));
}

TEST_P(EventLogTest, WithoutReadersItTrimsAtOnce) {
  MakeForEvents(2);
  EXPECT_EQ(Append(MakeEntries(1, 1000)), 1000u);
  EXPECT_EQ(stats_.log_events, 0u);
  EXPECT_EQ(log_->position().at(""), "1000");
}

TEST_P(EventLogTest, TakesTheLongestPrefixThatFits) {
  MakeForEvents(5);
  const ReaderId a = Open("a");
  EXPECT_EQ(Append(MakeEntries(1, 8)), 5u);
  EXPECT_EQ(log_->position().at(""), "5");
  EXPECT_EQ(Append(MakeEntries(6, 3)), 0u);
  Deliver(a, 2);
  EXPECT_EQ(Append(MakeEntries(6, 3)), 2u);
  EXPECT_EQ(log_->position().at(""), "7");
  EXPECT_LE(stats_.log_bytes, log_->max_bytes());
}

TEST_P(EventLogTest, TakesAnyOneEventWhenEmpty) {
  Make(kMiB);
  const ReaderId a = Open("a");
  EXPECT_EQ(Append(MakeEntries(1, 2, "Normal", 5 * kMiB)), 1u);
  EXPECT_EQ(Append(MakeEntries(2, 1)), 0u);
  EXPECT_THAT(Deliver(a), ElementsAre("1"));
  EXPECT_EQ(Append(MakeEntries(2, 1)), 1u);
}

TEST_P(EventLogTest, EntriesWithoutAnEventAlwaysFitAndOnlyMoveThePosition) {
  MakeForEvents(1);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 1));
  EXPECT_EQ(Append({{nullptr, "", "2"}}), 1u);
  EXPECT_EQ(log_->position().at(""), "2");
  EXPECT_EQ(Books(a).received, 1u);
  EXPECT_EQ(stats_.log_events, 1u);
}

TEST_P(EventLogTest, AnEntryNeverOvertakesOneThatDidNotFit) {
  MakeForEvents(1);
  Open("a");
  std::vector<SourceEntry> entries = MakeEntries(1, 2);
  entries.push_back({nullptr, "", "3"});
  EXPECT_EQ(Append(entries), 1u);
  EXPECT_EQ(log_->position().at(""), "1");
}

TEST_P(EventLogTest, EachWatchHasItsPosition) {
  Make(kMiB);
  Open("a");
  EXPECT_THAT(log_->position(), IsEmpty());
  Append({{MakeEvent("1"), "shop", "10"}, {MakeEvent("2"), "bank", "7"}, {nullptr, "shop", "11"}});
  EXPECT_EQ(log_->position(), (Position{{"bank", "7"}, {"shop", "11"}}));
}

TEST_P(EventLogTest, BacklogIsWhatTheReaderHasNotPassed) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 2));
  EXPECT_EQ(log_->Look(a).waiting, 2u);
  EXPECT_EQ(log_->Look(a).backlog, 2 * log_->Bytes(*MakeEvent("1")));
  Deliver(a, 1);
  EXPECT_EQ(log_->Look(a).waiting, 1u);
  EXPECT_EQ(log_->Look(a).backlog, log_->Bytes(*MakeEvent("1")));
}

TEST_P(EventLogTest, StillSinceIsWhenWorkCameOrTheLastMove) {
  Make(kMiB);
  const ReaderId a = Open("a", MakeFilter("level=Warning"));
  const auto moved = [&] { return log_->Look(a).still_since; };
  clock_.Advance(100s);
  Append(MakeEntries(1, 1, "Warning"));
  EXPECT_EQ(moved(), clock_.Steady());  // work came while there was none
  const SteadyTime arrival = clock_.Steady();
  clock_.Advance(10s);
  Append(MakeEntries(2, 2, "Warning"));
  EXPECT_EQ(moved(), arrival);  // more work
  const LogSlice slice = Read(a);
  EXPECT_EQ(moved(), arrival);  // reading is no move
  log_->Commit(a, {});
  EXPECT_EQ(moved(), arrival);
  Settle(a, {slice.entries[1]});
  EXPECT_EQ(moved(), clock_.Steady());  // any settlement, though the cursor stands
  clock_.Advance(10s);
  Append(MakeEntries(4, 1));
  Read(a);
  EXPECT_EQ(moved(), clock_.Steady());  // what is filtered moves it too
}

}  // namespace
}  // namespace eventer
