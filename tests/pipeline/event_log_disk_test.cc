// What the log on the disk promises beside the common suite: restarts, damage, bounds.
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "eventer/error.h"
#include "pipeline/data_dir_lock.h"
#include "pipeline/disk_log_fixture.h"
#include "pipeline/sqlite.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr fs::perms kOwnersAlone = fs::perms::owner_read | fs::perms::owner_write;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(DiskLogTest, AKillLosesNothingThatWasAppended) {
  Process& first = Start();
  first.Open("a");
  first.log->Append(MakeEntries(1, 3));
  Kill();
  Process& second = Start();
  const ReaderId a = second.Open("a");
  EXPECT_EQ(second.log->position().at(""), "3");
  EXPECT_EQ(second.stats.sinks[a].received, 3u);
  EXPECT_EQ(second.stats.sinks[a].pending, 3u);
  EXPECT_THAT(Names(second.Read(a)), ElementsAre("1", "2", "3"));
  EXPECT_EQ(second.stats.log_events, 3u);
}

TEST_F(DiskLogTest, NobodyButTheOwnerReadsItsFiles) {
  Process& process = Start();
  process.Open("a");
  process.log->Append(MakeEntries(1, 3));
  int files = 0;
  for (const auto& file : fs::directory_iterator(Dir())) {
    ++files;
    EXPECT_EQ(file.status().permissions(), kOwnersAlone) << file.path();
  }
  EXPECT_GE(files, 2);  // the database and its -wal
}

TEST_F(DiskLogTest, AKillLosesNothingThatWasCommitted) {
  Process& first = Start();
  const ReaderId a = first.Open("a");
  first.log->Append(MakeEntries(1, 5));
  const auto read = first.Read(a);
  first.log->Commit(a, {.settled = {{read[0].sequence},
                                    {read[2].sequence, Outcome::kRejected, Cause::kMapping},
                                    {read[4].sequence, Outcome::kHeld}},
                        .state = std::string("one\0held", 8),
                        .held = 1});
  Kill();
  Process& second = Start();
  second.Open("a");
  const SinkStats& books = second.stats.sinks[a];
  EXPECT_EQ(second.log->State(a), std::string("one\0held", 8));
  EXPECT_EQ(books.delivered, 1u);
  EXPECT_EQ(Count(books.rejected, Cause::kMapping), 1u);
  EXPECT_EQ(books.pending, 3u);
  EXPECT_EQ(Imbalance(books), 0);
  EXPECT_THAT(second.Deliver(a), ElementsAre("2", "4"));
  second.log->Commit(a, {.settled = {}, .state = "", .held = 0});
  EXPECT_EQ(books.delivered, 4u);
  EXPECT_EQ(books.pending, 0u);
}

TEST_F(DiskLogTest, ARestartGoesOnCountingAndNeverUsesASequenceTwice) {
  std::uint64_t last = 0;
  for (int run = 0; run < 3; ++run) {
    Process& now = Start();
    const ReaderId a = now.Open("a");
    now.log->Append(MakeEntries(run * 10, 10));
    const auto read = now.Read(a);
    EXPECT_GT(read.at(0).sequence, last);
    last = read.back().sequence;
    now.Settle(a, read);
    EXPECT_EQ(now.stats.sinks[a].delivered, 10u * (run + 1));
    EXPECT_EQ(now.stats.sinks[a].received, 10u * (run + 1));
  }
}

TEST_F(DiskLogTest, WhatAFilterPassedIsStoredOrPassedAgain) {
  Process& first = Start();
  const ReaderId a = first.Open("a", MakeFilter("level=Warning"));
  first.log->Append(MakeEntries(1, 10));
  EXPECT_THAT(first.Read(a), IsEmpty());
  Kill();
  Process& second = Start();
  second.Open("a", MakeFilter("level=Warning"));
  EXPECT_THAT(second.Read(a), IsEmpty());
  EXPECT_EQ(second.stats.sinks[a].filtered, 10u);
  EXPECT_EQ(second.stats.sinks[a].received, 10u);
  Process& third = Start();
  third.Open("a", MakeFilter("level=Warning"));
  EXPECT_EQ(third.stats.sinks[a].filtered, 10u);
  EXPECT_EQ(third.stats.log_events, 0u);
}

TEST_F(DiskLogTest, AChangedFilterAppliesToWhatIsPending) {
  Process& first = Start();
  const ReaderId a = first.Open("a");
  first.log->Append(std::vector<SourceEntry>{MakeEntry("n"), MakeEntry("w", "2", "Warning")});
  Process& second = Start();
  second.Open("a", MakeFilter("level=Warning"));
  EXPECT_THAT(second.Deliver(a), ElementsAre("w"));
  EXPECT_EQ(second.stats.sinks[a].filtered, 1u);
}

TEST_F(DiskLogTest, WhatWasDroppedStaysDropped) {
  Process& first = Start({10 * (kSmallEvent + EventLog::kEntryBytes), 1 << 30});
  const ReaderId a = first.Open("a");
  first.log->Append(MakeEntries(1, 10));
  first.log->Drop({a}, 3 * (kSmallEvent + EventLog::kEntryBytes));
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(Count(second.stats.sinks[a].dropped, Cause::kStalled), 3u);
  EXPECT_EQ(second.Deliver(a), Numbers(4, 7));
  EXPECT_EQ(Imbalance(second.stats.sinks[a]), 0);
}

TEST_F(DiskLogTest, DropAfterARestartStillKnowsWhatNobodyWants) {
  const std::size_t one = kSmallEvent + EventLog::kEntryBytes;
  Start().Open("a");
  run_->log->Append(std::vector<SourceEntry>{MakeEntry("w1", "1", "Warning"),
                                             MakeEntry("w2", "2", "Warning"), MakeEntry("n", "3")});
  Process& second = Start({3 * one, 1 << 30});
  const ReaderId a = second.Open("a", MakeFilter("level=Warning"));
  EXPECT_EQ(second.log->Drop({a}, one), one);
  EXPECT_EQ(Dropped(second.stats.sinks[a]), 0u);
  EXPECT_EQ(second.stats.sinks[a].filtered, 1u);
  EXPECT_THAT(second.Deliver(a), ElementsAre("w1", "w2"));
}

TEST_F(DiskLogTest, ASinkThatIsNewAfterARestartBeginsAtThePresent) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  Process& second = Start();
  const ReaderId b = second.Open("b"), a = second.Open("a");
  EXPECT_THAT(second.Deliver(b), IsEmpty());
  EXPECT_THAT(second.Deliver(a), ElementsAre("1", "2", "3"));
}

TEST_F(DiskLogTest, AVanishedSinksCursorIsKeptForAnHour) {
  Start().Open("old");
  run_->log->Append(MakeEntries(1, 3));
  Process& without = Start();
  without.Open("new");
  ASSERT_EQ(without.stats.gone_sinks.size(), 1u);
  clock_.Advance(59min);
  without.log->Append(MakeEntries(4, 1));
  EXPECT_EQ(without.stats.gone_sinks.front().pending, 4u);
  Process& back = Start();
  const ReaderId old = back.Open("old");
  EXPECT_EQ(back.Deliver(old), Numbers(1, 4));
}

TEST_F(DiskLogTest, AfterTheHourWhatAVanishedSinkLeavesIsCounted) {
  Start().Open("old");
  run_->log->Append(MakeEntries(1, 3));
  Start();
  clock_.Advance(30min);
  Process& without = Start();
  const ReaderId other = without.Open("new");
  clock_.Advance(30min);  // the hour is not begun again by a restart
  without.log->Append(MakeEntries(4, 1));
  const SinkStats& gone = without.stats.gone_sinks.front();
  EXPECT_EQ(gone.name, "old");
  EXPECT_EQ(Count(gone.dropped, Cause::kRemoved), 3u);
  EXPECT_EQ(Imbalance(gone), 0);
  EXPECT_EQ(without.stats.log_events, 1u);
  without.Deliver(other);
  EXPECT_THAT(Start().stats.gone_sinks, testing::SizeIs(1));  // "new" alone
}

TEST_F(DiskLogTest, AVanishedSinkGivesUpItsSpaceWhenItIsNeeded) {
  const DiskBounds room_for_ten{10 * (kSmallEvent + EventLog::kEntryBytes), 1 << 30};
  Start(room_for_ten).Open("old");
  run_->log->Append(MakeEntries(1, 8));
  Process& without = Start(room_for_ten);
  const ReaderId other = without.Open("new");
  EXPECT_EQ(without.log->Append(MakeEntries(9, 5)), 5u);
  EXPECT_EQ(Count(without.stats.gone_sinks.front().dropped, Cause::kRemoved), 10u);
  EXPECT_EQ(without.Deliver(other), Numbers(9, 5));
}

TEST_F(DiskLogTest, AFileOfANewerVersionIsRefusedAndNotTouched) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  run_.reset();
  {
    SqliteDatabase db(File(), false);
    db.Exec("PRAGMA user_version = 2");
  }
  const std::string before = ReadFile(File());
  try {
    Start();
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("newer version"));
  }
  EXPECT_EQ(ReadFile(File()), before);
}

TEST_F(DiskLogTest, ADamagedFileIsSetAsideAndTold) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  run_.reset();
  const std::string garbage(5000, 'g');
  dir_.Write("data/events.db", garbage);
  Process& second = Start();
  EXPECT_EQ(ReadFile(second.log->set_aside()), garbage);
  EXPECT_THAT(second.log->position(), IsEmpty());
  const ReaderId a = second.Open("a");
  second.log->Append(MakeEntries(4, 1));
  EXPECT_THAT(second.Deliver(a), ElementsAre("4"));
  EXPECT_THAT(Start().log->set_aside(), IsEmpty());
}

TEST_F(DiskLogTest, WhatItSaysOfItsEventsIsCheckedAtTheStart) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  run_.reset();
  {
    SqliteDatabase db(File(), false);
    db.Exec("UPDATE chunks SET entries = x'010203'");
  }
  EXPECT_NE(Start().log->set_aside(), "");
}

TEST_F(DiskLogTest, ADamagedEventIsCountedAndHoldsUpNobody) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  run_.reset();
  {
    SqliteDatabase db(File(), false);
    db.Exec("UPDATE texts SET json = CAST(replace(json, '\"2\"', '\"\"2') AS BLOB)");
  }
  Process& second = Start();
  const ReaderId a = second.Open("a");
  EXPECT_THAT(second.Deliver(a), ElementsAre("1", "3"));
  EXPECT_EQ(Count(second.stats.sinks[a].dropped, Cause::kGarbage), 1u);
  EXPECT_EQ(Imbalance(second.stats.sinks[a]), 0);
}

TEST_F(DiskLogTest, ADirectoryThatCannotBeUsedIsAnError) {
  EXPECT_THROW(Process(clock_, dir_.Path("nowhere"), {kMiB, kMiB}), ConfigError);
}

TEST_F(DiskLogTest, StaysInItsBoundThroughALongOutageAndShrinksAgain) {
  constexpr std::size_t kMax = 64 << 20;
  Process& run = Start(DiskBoundsFor(kMax, 4 << 20));
  const ReaderId dead = run.Open("dead"), alive = run.Open("alive");
  const auto entries = MakeEntries(1, 100, "Normal", 10'000);
  std::size_t taken = 0, now = entries.size();
  while (now == entries.size()) {
    now = run.log->Append(entries);
    run.Deliver(alive);
    taken += now;
    ASSERT_LE(BytesOnDisk(), kMax);
  }
  EXPECT_GT(taken * 10'000, kMax / 2);  // and it is of use
  EXPECT_EQ(run.log->Trouble(), "");
  while (!run.Deliver(dead, 100).empty()) ASSERT_LE(BytesOnDisk(), kMax);
  run.log->Append(MakeEntries(1, 1));
  EXPECT_LT(BytesOnDisk(), 16u << 20);
  EXPECT_EQ(Imbalance(run.stats.sinks[dead]), 0);
}

TEST_F(DiskLogTest, StaysInItsBoundThoughOneEventInTenIsLeftOfEachChunk) {
  constexpr std::size_t kMax = 32 << 20;
  Process& run = Start(DiskBoundsFor(kMax, 4 << 20));
  const ReaderId dead = run.Open("dead");
  auto entries = MakeEntries(1, 90, "Normal", 5'000);
  for (int i = 0; i < 90; i += 10) entries[i] = MakeEntry("w", "1", "Warning", 5'000);
  for (int batch = 0; batch < 60; ++batch) {
    std::span<const SourceEntry> rest = entries;
    for (int tries = 0; !rest.empty(); ++tries) {
      ASSERT_LT(tries, 10);
      rest = rest.subspan(run.log->Append(rest));
      if (!rest.empty()) run.log->Drop({dead}, rest.size() * 5'100);
      ASSERT_LE(BytesOnDisk(), kMax);
    }
  }
  EXPECT_EQ(run.log->Trouble(), "");
  EXPECT_GT(run.stats.log_bytes, kMax / 2);
  EXPECT_EQ(Imbalance(run.stats.sinks[dead]), 0);
}

TEST(DataDirLockTest, TheSecondDaemonIsToldWhoTheFirstIs) {
  TempDir dir;
  FakeClock clock;
  const DataDirLock first(clock, dir.Path(""));
  std::string error;
  std::jthread second([&] {
    try {
      const DataDirLock lock(clock, dir.Path(""));
    } catch (const ConfigError& refused) {
      error = refused.what();
    }
  });
  for (int i = 0; i < 60; ++i) {
    clock.AwaitWaiters(1);
    clock.Advance(1s);
  }
  second.join();
  EXPECT_THAT(error, HasSubstr("process " + std::to_string(getpid())));
}

TEST(DataDirLockTest, TheSecondDaemonWaitsForTheEndOfTheFirst) {
  TempDir dir;
  FakeClock clock;
  auto first = std::make_unique<DataDirLock>(clock, dir.Path(""));
  std::jthread second([&] { EXPECT_NO_THROW(DataDirLock(clock, dir.Path(""))); });
  clock.AwaitWaiters(1);
  first.reset();
  clock.Advance(1s);
  second.join();
}

TEST(DataDirLockTest, IsTheOwnersAlone) {
  TempDir dir;
  FakeClock clock;
  const DataDirLock lock(clock, dir.Path(""));
  EXPECT_EQ(fs::status(dir.Path("lock")).permissions(), kOwnersAlone);
}

TEST(DataDirLockTest, ADirectoryThatIsMissingIsAnError) {
  FakeClock clock;
  EXPECT_THROW(DataDirLock(clock, "/nonexistent"), ConfigError);
}

}  // namespace
}  // namespace eventer
