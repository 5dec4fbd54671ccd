// The log on a disk that is full, fails, vanishes or lies.
#include <sqlite3.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <limits>

#include "pipeline/ballast.h"
#include "pipeline/disk_log_fixture.h"
#include "pipeline/sqlite.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kOne = kSmallEvent + EventLog::kEntryBytes;

class DiskTroubleTest : public DiskLogTest {
 protected:
  // The disk works again: it is tried after a second.
  void Later() { clock_.Advance(1s); }
};

TEST_F(DiskTroubleTest, ADiskThatFailsIsToldAndLosesNothing) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  ASSERT_EQ(run.log->Append(MakeEntries(1, 3)), 3u);
  {
    const FullDisk full;
    run.Settle(a, {run.Read(a).at(0)});
    EXPECT_NE(run.log->Trouble(), "");
    EXPECT_TRUE(run.stats.disk_failing);
    EXPECT_EQ(run.stats.sinks[a].delivered, 1u);
    EXPECT_FALSE(run.log->Flush());
    run.Settle(a, {run.Read(a).at(0)});
    EXPECT_EQ(Imbalance(run.stats.sinks[a]), 0);
  }
  Later();
  EXPECT_EQ(run.log->Append(MakeEntries(4, 1)), 1u);
  EXPECT_EQ(run.log->Trouble(), "");
  EXPECT_FALSE(run.stats.disk_failing);
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(second.stats.sinks[a].delivered, 2u);
  EXPECT_THAT(second.Deliver(a), ElementsAre("3", "4"));
}

TEST_F(DiskTroubleTest, WhileTheDiskFailsEventsAreTakenIntoMemoryAndDelivered) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 3));
  const FullDisk full;
  EXPECT_EQ(run.log->Append(MakeEntries(4, 3)), 3u);
  EXPECT_EQ(run.log->Append(MakeEntries(7, 3)), 3u);
  EXPECT_EQ(run.log->position().at(""), "9");
  EXPECT_EQ(run.Deliver(a), Numbers(1, 9));
  EXPECT_EQ(run.stats.sinks[a].received, 9u);
  EXPECT_EQ(run.stats.sinks[a].pending, 0u);
  EXPECT_EQ(run.stats.log_events, 0u);
  EXPECT_NE(run.log->Trouble(), "");
}

TEST_F(DiskTroubleTest, WhatWaitedInMemoryIsOnTheDiskWithItsPositionOnceThatWorks) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 3));
  {
    const FullDisk full;
    run.log->Append(MakeEntries(4, 3));
    run.Deliver(a, 2);
    run.log->Append(MakeEntries(7, 3));
    const auto read = run.Read(a);
    run.Settle(a, {read.at(2)});  // the fifth, among others of its chunk
  }
  Later();
  EXPECT_TRUE(run.log->Flush());
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(second.log->position().at(""), "9");
  EXPECT_EQ(second.stats.sinks[a].delivered, 3u);
  EXPECT_THAT(second.Deliver(a), ElementsAre("3", "4", "6", "7", "8", "9"));
  EXPECT_EQ(Imbalance(second.stats.sinks[a]), 0);
}

TEST_F(DiskTroubleTest, AnAppendOfVersionsAloneIsStoredLater) {
  Process& run = Start();
  run.Open("a");
  run.log->Append(MakeEntries(1, 1));
  {
    const FullDisk full;
    SourceEntry version = MakeEntry("gone", "7");
    version.event = nullptr;
    EXPECT_EQ(run.log->Append(std::vector{version}), 1u);
  }
  Later();
  EXPECT_TRUE(run.log->Flush());
  Kill();
  EXPECT_EQ(Start().log->position().at(""), "7");
}

TEST_F(DiskTroubleTest, AKillWhileTheDiskFailsGoesBackToWhatWasStored) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 3));
  {
    const FullDisk full;
    run.log->Append(MakeEntries(4, 3));
    run.Deliver(a, 4);
    run_.reset();
  }
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(second.log->position().at(""), "3");  // so that 4 is watched again
  EXPECT_EQ(second.Deliver(a), Numbers(1, 3));
}

// After a start its filter has not seen it, and cannot.
TEST_F(DiskTroubleTest, WhatIsDroppedUnreadCountsAsWanted) {
  const DiskBounds bounds{3 * kOne, 1 << 30};
  Process& run = Start(bounds);
  run.Open("a");
  run.log->Append(MakeEntries(1, 3));
  Process& second = Start(bounds);
  const ReaderId a = second.Open("a", MakeFilter("level=Warning"));
  fs::rename(Dir(), dir_.Path("away"));
  EXPECT_FALSE(second.log->Flush());
  second.log->Drop({a}, 1);
  EXPECT_EQ(Dropped(second.stats.sinks[a]), 1u);
  EXPECT_EQ(second.stats.sinks[a].filtered, 0u);
  EXPECT_EQ(Imbalance(second.stats.sinks[a]), 0);
}

TEST_F(DiskTroubleTest, WhatAFilterPassedMeanwhileIsPassed) {
  Process& run = Start();
  const ReaderId a = run.Open("a", MakeFilter("level=Warning"));
  const FullDisk full;
  run.log->Append(std::vector<SourceEntry>{MakeEntry("n"), MakeEntry("w", "2", "Warning")});
  EXPECT_THAT(run.Deliver(a), ElementsAre("w"));
  EXPECT_EQ(run.stats.sinks[a].filtered, 1u);
  EXPECT_EQ(run.stats.log_events, 0u);
}

TEST_F(DiskTroubleTest, MemoryIsBoundedAndGivenBackWithEachEvent) {
  Process& run = Start({.events = 64 << 20, .file = 1 << 30, .memory = 10 * kOne});
  const ReaderId a = run.Open("a");
  const FullDisk full;
  std::size_t taken = run.log->Append(MakeEntries(1, 5));
  for (std::size_t more = 1; more > 0; taken += more) more = run.log->Append(MakeEntries(9, 1));
  EXPECT_GE(taken, 9u);
  EXPECT_LE(taken, 11u);
  EXPECT_FALSE(run.log->WaitForRoom(clock_.Steady(), {}));  // not a busy loop
  run.Deliver(a, 1);
  EXPECT_TRUE(run.log->WaitForRoom(clock_.Steady(), {}));
  EXPECT_EQ(run.log->Append(MakeEntries(1, 1)), 1u);
}

TEST_F(DiskTroubleTest, AWatchThatWaitsForMemoryGoesOnWhenTheDiskIsBack) {
  Process& run = Start({.events = 64 << 20, .file = 1 << 30, .memory = 1});
  run.Open("a");
  {
    const FullDisk full;
    run.log->Append(MakeEntries(1, 1));
    EXPECT_EQ(run.log->Append(MakeEntries(2, 1)), 0u);
  }
  Later();
  EXPECT_EQ(run.log->Append(MakeEntries(2, 1)), 1u);
  EXPECT_EQ(run.log->Trouble(), "");
}

TEST_F(DiskTroubleTest, ForAStalledSinkWhatIsOnTheDiskIsNotDroppedForWantOfMemory) {
  Process& run = Start({.events = 64 << 20, .file = 1 << 30, .memory = 4 * kOne});
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 3));
  {
    const FullDisk full;
    run.log->Append(MakeEntries(4, 4));
    ASSERT_EQ(run.log->Append(MakeEntries(8, 1)), 0u);
    EXPECT_GT(run.log->Drop({a}, kOne), 0u);
    EXPECT_EQ(run.log->Append(MakeEntries(8, 1)), 1u);
  }
  EXPECT_EQ(Count(run.stats.sinks[a].dropped, Cause::kStalled), 1u);
  Later();
  EXPECT_TRUE(run.log->Flush());
  EXPECT_THAT(run.Deliver(a), ElementsAre("1", "2", "3", "5", "6", "7", "8"));
}

// What it read before it may read again.
TEST_F(DiskTroubleTest, AFileThatVanishedIsReplacedAfterAMinute) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 3));
  fs::remove_all(Dir());
  run.log->Append(MakeEntries(4, 1));
  EXPECT_THAT(run.log->Trouble(), HasSubstr("gone"));
  Later();
  EXPECT_FALSE(run.log->Flush());
  clock_.Advance(1min);
  EXPECT_TRUE(run.log->Flush());
  EXPECT_EQ(run.log->Trouble(), "");
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(second.log->position().at(""), "4");
  EXPECT_EQ(second.Deliver(a), Numbers(1, 4));  // the first were still in memory
}

TEST_F(DiskTroubleTest, AFileThatVanishedForAWhileIsTheSameAgain) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  Process& run = Start();  // with nothing of it in memory
  const ReaderId a = run.Open("a");
  fs::rename(Dir(), Dir() + ".away");
  run.log->Append(MakeEntries(4, 1));
  EXPECT_THAT(run.Read(a), IsEmpty());
  fs::rename(Dir() + ".away", Dir());
  Later();
  EXPECT_EQ(run.Deliver(a), Numbers(1, 4));
  Later();
  EXPECT_TRUE(run.log->Flush());
}

TEST_F(DiskTroubleTest, WhatOnlyAVanishedFileHadIsCounted) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3));
  Process& run = Start();
  const ReaderId a = run.Open("a");
  fs::remove_all(Dir());
  run.log->Append(MakeEntries(4, 1));
  clock_.Advance(1s);
  run.log->Flush();
  clock_.Advance(1min);
  EXPECT_TRUE(run.log->Flush());
  EXPECT_EQ(Count(run.stats.sinks[a].dropped, Cause::kGarbage), 3u);
  EXPECT_THAT(run.Deliver(a), ElementsAre("4"));
  EXPECT_EQ(Imbalance(run.stats.sinks[a]), 0);
}

TEST_F(DiskTroubleTest, WhatIsLostWithAFileLeavesNoTraceInTheNextOne) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 10, "Normal", 20'000));
  Process& run = Start({.events = 1 << 20, .file = 1 << 30});  // a sixteenth of it may be dead
  run.Open("a");
  fs::remove_all(Dir());
  run.log->Append(MakeEntries(11, 1));
  Later();
  run.log->Flush();
  clock_.Advance(1min);
  EXPECT_TRUE(run.log->Flush());
  run.log->Append(MakeEntries(12, 1));
  EXPECT_TRUE(run.log->Flush());
  EXPECT_EQ(run.stats.log_events, 2u);
  Kill();
  Process& second = Start();
  const ReaderId a = second.Open("a");
  EXPECT_EQ(second.log->set_aside(), "");
  EXPECT_THAT(second.Deliver(a), ElementsAre("11", "12"));
}

TEST_F(DiskTroubleTest, ANewFileThatCannotBeMadeAtOnceIsMadeLater) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 1));
  fs::remove_all(Dir());
  run.log->Append(MakeEntries(2, 1));
  Later();
  run.log->Flush();
  clock_.Advance(1min);
  {
    const FullDisk full;
    EXPECT_FALSE(run.log->Flush());
  }
  Later();
  EXPECT_TRUE(run.log->Flush());
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_THAT(second.Deliver(a), ElementsAre("1", "2"));
}

// Counts SQLite's writes, and is full after so many of them.
class DiskThatFillsUp {
 public:
  DiskThatFillsUp() : vfs_(sqlite3_vfs_find(nullptr)) { Use(Write); }
  ~DiskThatFillsUp() { Use(nullptr); }
  DiskThatFillsUp(const DiskThatFillsUp&) = delete;

  static constexpr long kNever = std::numeric_limits<long>::max();
  void After(long writes) {
    writes_ = 0;
    limit_ = writes;
  }
  long writes() const { return writes_; }

 private:
  static ssize_t Write(int fd, const void* bytes, std::size_t size, off_t at) {
    if (++writes_ <= limit_) return pwrite(fd, bytes, size, at);
    errno = ENOSPC;
    return -1;
  }
  void Use(decltype(&Write) function) {  // null: the system's
    for (const char* name : {"pwrite", "pwrite64"}) {
      vfs_->xSetSystemCall(vfs_, name, reinterpret_cast<sqlite3_syscall_ptr>(function));
    }
  }

  static inline long writes_ = 0, limit_ = kNever;
  sqlite3_vfs* const vfs_;
};

class FillingDiskTest : public DiskTroubleTest {
 protected:
  // A tenth of what is appended stays: chunks are rewritten, and the file shrinks. Returns how many
  // writes that took.
  long DropAllButWarnings(long fails_after) {
    fs::remove_all(Dir());
    Process& run = Start({40 << 20, 64 << 20});
    run.Open("a");
    for (int first = 1; first < 5400; first += 90) {
      auto entries = MakeEntries(first, 90, "Normal", 5000);
      for (int i = 9; i < 90; i += 10) {
        const std::string name = std::to_string(first + i);
        entries[i] = MakeEntry(name, name, "Warning", 5000);
      }
      EXPECT_EQ(run.log->Append(entries), 90u);
    }
    disk_.After(fails_after);
    run.log->Drop({0}, 37 << 20);
    const long writes = disk_.writes();
    disk_.After(DiskThatFillsUp::kNever);
    return writes;
  }

  DiskThatFillsUp disk_;
};

TEST_F(FillingDiskTest, ADiskThatFillsUpWhileChunksAreRewrittenGarblesNothing) {
  const long all = DropAllButWarnings(DiskThatFillsUp::kNever);
  for (int part = 1; part < 8; ++part) {
    DropAllButWarnings(all * part / 8);
    Later();
    run_->log->Flush();
    EXPECT_GT(run_->Deliver(0).size(), 500u) << part;
    EXPECT_EQ(Count(run_->stats.sinks[0].dropped, Cause::kGarbage), 0u) << part;
    EXPECT_EQ(Imbalance(run_->stats.sinks[0]), 0);
  }
}

// Nothing was stored in it yet: a start must not begin at the present.
TEST_F(DiskTroubleTest, AKillRightAfterAFileWasSetAsideStillListsEverything) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 1));
  run_.reset();
  dir_.Write("data/events.db", std::string(5000, 'g'));
  EXPECT_TRUE(Start().log->stored().lost);
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_TRUE(second.log->stored().lost);
  EXPECT_THAT(second.log->stored().versions, IsEmpty());
  second.log->Append(MakeEntries(7, 1));
  Kill();
  Process& third = Start();
  EXPECT_EQ(third.log->position().at(""), "7");
  EXPECT_TRUE(third.log->stored().lost);  // for a watch that has no position there
}

// Pages that are overwritten while the program runs.
TEST_F(DiskTroubleTest, AFileThatBecomesCorruptIsSetAsideAndTheProgramGoesOn) {
  Start().Open("a");
  run_->log->Append(MakeEntries(1, 3, "Normal", 20'000));
  Process& run = Start();
  const ReaderId a = run.Open("a");
  {
    std::fstream file(File(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(fs::file_size(File()) - 4096, 'x');
  }
  const auto delivered = run.Deliver(a);
  clock_.Advance(1s);
  EXPECT_EQ(run.log->Append(MakeEntries(4, 1)), 1u);
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(1s);
    run.log->Flush();
  }
  EXPECT_EQ(run.log->Trouble(), "");
  EXPECT_EQ(delivered.size() + Count(run.stats.sinks[a].dropped, Cause::kGarbage), 3u);
  EXPECT_THAT(run.Deliver(a), ElementsAre("4"));
  EXPECT_EQ(Imbalance(run.stats.sinks[a]), 0);
  const std::string aside = run.log->set_aside();
  EXPECT_TRUE(fs::exists(aside)) << aside;
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(second.log->position().at(""), "4");
  EXPECT_THAT(second.Deliver(a), IsEmpty());
}

// Needs to be allowed to mount; elsewhere the bounds of the files stand for a full disk.
class SmallDiskTest : public DiskTroubleTest {
 protected:
  static constexpr DiskBounds kBounds = {
      .events = 64 << 20, .file = 1 << 30, .memory = 32 << 20, .ballast = 8 << 20};

  void SetUp() override {
    fs::create_directories(Dir());
    if (mount("tmpfs", Dir().c_str(), "tmpfs", 0, "size=20m") != 0) {
      GTEST_SKIP() << "needs to be root, to mount a small disk";
    }
  }
  void TearDown() override {
    run_.reset();
    umount2(Dir().c_str(), MNT_DETACH);
  }
  void Fill() { std::ofstream(Dir() + "/others") << std::string(20 << 20, 'x') << std::flush; }
};

TEST_F(SmallDiskTest, OnAFullDiskDeliveriesAreStoredAndEventsWaitInMemory) {
  Process& run = Start(kBounds);
  const ReaderId a = run.Open("a");
  run.log->Append(MakeEntries(1, 100, "Normal", 10'000));
  ASSERT_EQ(run.log->Trouble(), "");
  Fill();
  for (int i = 0; i < 20; ++i) {  // more than there is room for
    clock_.Advance(1s);
    ASSERT_EQ(run.log->Append(MakeEntries(101 + 100 * i, 100, "Normal", 10'000)), 100u);
  }
  EXPECT_NE(run.log->Trouble(), "");
  EXPECT_FALSE(fs::exists(Dir() + "/ballast"));
  clock_.Advance(1s);
  EXPECT_EQ(run.Deliver(a, 50), Numbers(1, 50));
  {
    // Dies now: the deliveries of what was on the disk are known.
    fs::copy_file(File(), dir_.Path("db"));
    fs::copy_file(File() + "-wal", dir_.Path("db-wal"));
    SqliteDatabase db(dir_.Path("db"), false);
    EXPECT_EQ(SqliteStatement(db, "SELECT delivered FROM readers").Number(), 50);
  }
  EXPECT_EQ(run.Deliver(a), Numbers(51, 2050));
  fs::remove(Dir() + "/others");
  clock_.Advance(1s);
  EXPECT_TRUE(run.log->Flush());
  EXPECT_EQ(run.log->Trouble(), "");
  EXPECT_EQ(fs::file_size(Dir() + "/ballast"), 8u << 20);
  EXPECT_EQ(Imbalance(run.stats.sinks[a]), 0);
}

TEST_F(SmallDiskTest, WhatWaitedForSpaceIsStoredWhenThereIsSome) {
  Process& run = Start(kBounds);
  const ReaderId a = run.Open("a");
  Fill();
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(1s);
    ASSERT_EQ(run.log->Append(MakeEntries(1 + 50 * i, 50, "Normal", 10'000)), 50u);
  }
  EXPECT_NE(run.log->Trouble(), "");
  run.Deliver(a, 10);
  fs::remove(Dir() + "/others");
  clock_.Advance(1s);
  EXPECT_TRUE(run.log->Flush());
  run_.reset();
  Process& second = Start(kBounds);
  second.Open("a");
  EXPECT_EQ(second.log->position().at(""), "500");
  EXPECT_EQ(second.Deliver(a), Numbers(11, 490));
}

TEST_F(SmallDiskTest, BallastIsAllOrNothing) {
  Ballast ballast(Dir() + "/ballast", 8 << 20), second(Dir() + "/second", 16 << 20);
  EXPECT_TRUE(ballast.Take());
  EXPECT_FALSE(second.Take());
  EXPECT_FALSE(fs::exists(Dir() + "/second"));
  EXPECT_TRUE(ballast.Release());
  EXPECT_FALSE(ballast.Release());
  EXPECT_TRUE(second.Take());
}

}  // namespace
}  // namespace eventer
