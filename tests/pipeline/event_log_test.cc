// Order, books, state.
#include "eventer/error.h"
#include "pipeline/event_log_fixture.h"

namespace eventer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(EventLogTest, EachReaderGetsEachEventInOrder) {
  Make(kMiB);
  const ReaderId a = Open("a"), b = Open("b");
  EXPECT_EQ(Append(MakeEntries(1, 3)), 3u);
  EXPECT_THAT(Deliver(a), ElementsAre("1", "2", "3"));
  EXPECT_THAT(Deliver(a), IsEmpty());
  EXPECT_THAT(Deliver(b, 2), ElementsAre("1", "2"));
  EXPECT_THAT(Deliver(b, 2), ElementsAre("3"));
  ExpectBalance();
}

TEST_P(EventLogTest, AReaderBeginsAtThePresent) {
  Make(kMiB);
  Open("a");
  Append(MakeEntries(1, 3));
  const ReaderId late = Open("late");
  EXPECT_THAT(Waiting(late), IsEmpty());
  Append(MakeEntries(4, 1));
  EXPECT_THAT(Waiting(late), ElementsAre("4"));
  EXPECT_EQ(Books(late).received, 1u);
}

TEST_P(EventLogTest, WhatIsNotSettledIsReadAgain) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 3));
  EXPECT_THAT(Waiting(a), ElementsAre("1", "2", "3"));
  EXPECT_THAT(Waiting(a), ElementsAre("1", "2", "3"));
}

TEST_P(EventLogTest, WhatIsSettledBehindAnUnsettledOneIsNotReadAgain) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 4));
  const LogSlice slice = Read(a);
  Settle(a, {slice.entries[1], slice.entries[2]});
  EXPECT_THAT(Waiting(a), ElementsAre("1", "4"));
  EXPECT_EQ(log_->Look(a).cursor, 0u);
  Settle(a, {Read(a).entries[0]});
  EXPECT_THAT(Waiting(a), ElementsAre("4"));
  EXPECT_EQ(log_->Look(a).cursor, 3u);
  ExpectBalance();
}

TEST_P(EventLogTest, SettlingTwiceCountsOnce) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 2));
  const LogSlice slice = Read(a);
  Settle(a, {slice.entries[0]});
  Settle(a, {slice.entries[0]});
  EXPECT_EQ(Books(a).delivered, 1u);
  EXPECT_EQ(Books(a).pending, 1u);
}

TEST_P(EventLogTest, ReadKeepsToItsLimits) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 10, "Normal", 100));
  EXPECT_EQ(log_->Read(a, 4, kAll).entries.size(), 4u);
  EXPECT_TRUE(log_->Read(a, 4, kAll).more);
  EXPECT_EQ(log_->Read(a, kAll, 350).entries.size(), 3u);
  EXPECT_TRUE(log_->Read(a, kAll, 350).more);
  EXPECT_EQ(log_->Read(a, kAll, 1).entries.size(), 1u);  // at least one
  EXPECT_FALSE(log_->Read(a, 10, 1000).more);
}

TEST_P(EventLogTest, The64thReaderHasItsOwnFilterAndA65thIsRefused) {
  Make(kMiB);
  for (int i = 1; i < 64; ++i) Open(std::to_string(i), MakeFilter("namespaces=none"));
  const ReaderId last = Open("last", MakeFilter("level=Warning"));
  EXPECT_THROW(Open("more"), ConfigError);
  stats_.sinks.pop_back();
  Append({MakeEntry("n"), MakeEntry("w", "2", "Warning")});
  EXPECT_THAT(Waiting(last), ElementsAre("w"));
  EXPECT_THAT(Waiting(0), IsEmpty());
  ExpectBalance();
}

TEST_P(EventLogTest, WhatTheFilterDoesNotWantIsPassedAndCounted) {
  Make(10 * kMiB);
  const ReaderId a = Open("a", MakeFilter("level=Warning"));
  Append(MakeEntries(1, 5000));
  Append(MakeEntries(5001, 1, "Warning"));
  EXPECT_THAT(Waiting(a), ElementsAre("5001"));
  EXPECT_EQ(Books(a).filtered, 5000u);
  EXPECT_EQ(Books(a).pending, 1u);
  EXPECT_EQ(stats_.log_events, 1u);
  ExpectBalance();
}

TEST_P(EventLogTest, BooksBalanceAtEachStep) {
  Make(kMiB);
  const ReaderId a = Open("a", MakeFilter("level=Warning"));
  Append(MakeEntries(1, 2));
  Append(MakeEntries(3, 3, "Warning"));
  EXPECT_EQ(Books(a).received, 5u);
  EXPECT_EQ(Books(a).pending, 5u);
  ExpectBalance();
  const LogSlice slice = Read(a);
  ExpectBalance();
  Settle(a, {slice.entries[0]}, Outcome::kRejected, Cause::kMapping);
  ExpectBalance();
  Settle(a, {slice.entries[1]});
  ExpectBalance();
  EXPECT_EQ(Books(a).filtered, 2u);
  EXPECT_EQ(Books(a).delivered, 1u);
  EXPECT_EQ(Books(a).rejected[static_cast<std::size_t>(Cause::kMapping)], 1u);
  EXPECT_EQ(Books(a).pending, 1u);
}

TEST_P(EventLogTest, WhatTheStateRemembersIsPendingUntilItIsToldOn) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 3));
  LogProgress progress;
  for (const LogEntry& entry : Read(a).entries) {
    progress.settled.push_back({entry.sequence, Outcome::kHeld, Cause::kNone});
  }
  progress.state = "three";
  progress.held = 3;
  log_->Commit(a, progress);
  EXPECT_THAT(Waiting(a), IsEmpty());
  EXPECT_EQ(log_->State(a), "three");
  EXPECT_EQ(Books(a).pending, 3u);
  EXPECT_EQ(Books(a).delivered, 0u);
  ExpectBalance();
  log_->Commit(a, {.settled = {}, .state = "one", .held = 1});
  EXPECT_EQ(Books(a).pending, 1u);
  EXPECT_EQ(Books(a).delivered, 2u);
  log_->Commit(a, {});  // no word of the state: as it was
  EXPECT_EQ(log_->State(a), "one");
  EXPECT_EQ(Books(a).pending, 1u);
  ExpectBalance();
}

TEST_P(EventLogTest, BooksBalanceWhateverASinkSaysItHolds) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 3));
  log_->Commit(a, {.settled = {}, .state = "boast", .held = 1000});
  EXPECT_EQ(Books(a).pending, 3u);
  ExpectBalance();
}

INSTANTIATE_TEST_SUITE_P(Memory, EventLogTest, testing::Values(kMemoryLog));
INSTANTIATE_TEST_SUITE_P(Disk, EventLogTest, testing::Values(kDiskLog));

}  // namespace
}  // namespace eventer
