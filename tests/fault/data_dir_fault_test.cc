// What a data directory is for: deaths of the program, outages that are longer than its life, a
// disk that is full.
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "fault/fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class DataDirFaultTest : public FaultTest {
 protected:
  void StartBoth() {
    Start({Elasticsearch(es_), Webhook(hook_), "--frequency=5s", "--stop-timeout=3s"});
    AwaitWatch();
    // The position is stored, too, once these are.
    Put(10);
    ASSERT_TRUE(AwaitAll(es_));
    ASSERT_TRUE(AwaitAll(hook_));
  }
  void RunFor(Duration time) {
    const SteadyTime end = SystemClock().Steady() + time;
    Await([&] { return SystemClock().Steady() >= end; });
  }
};

TEST_P(DataDirFaultTest, WhatHappensWhileItIsStoppedIsDeliveredOnce) {
  StartBoth();
  EXPECT_EQ(Stop(), 0);
  Put(300);
  SleepUntil(SystemClock(), {}, SystemClock().Steady() + 4s);
  Restart();
  Put(100);
  ExpectAll(es_);
  ExpectAll(hook_);
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
  ExpectBooks();
  ExpectCleanStop();
}

TEST_P(DataDirFaultTest, AnOutageOfAReceiverMayLastOverRestartsAndAKill) {
  StartBoth();
  es_.Become(Mood::kBusy);
  Put(200);
  EXPECT_TRUE(AwaitAll(hook_));
  EXPECT_EQ(StopWithin(3s), 0);
  EXPECT_THAT(program_->err(), testing::HasSubstr("kept on the disk for the next start: es 200"));
  Restart();
  Put(200);
  EXPECT_TRUE(AwaitAll(hook_));
  EXPECT_TRUE(AwaitRefused(es_, es_.refused() + 1));
  Kill();
  Restart();
  es_.Become(Mood::kWell);
  Put(100);
  ExpectAll(es_);
  ExpectAll(hook_);
  EXPECT_EQ(es_.repeats(), 0u);
  EXPECT_LE(hook_.repeats(), 1u);  // the one in flight
  ExpectBooks();
  ExpectCleanStop();
}

// Elasticsearch has each once, the webhook at least once; both in order.
TEST_P(DataDirFaultTest, KilledAtFiftyRandomMomentsItLosesNoneOfTwentyThousand) {
  const unsigned seed = std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Start({Elasticsearch(es_), Webhook(hook_, "hook", "&level=Warning"), "--frequency=5s"});
  AwaitWatch();
  Put(1);
  ASSERT_TRUE(AwaitAll(es_));
  for (int kill = 0; kill < 50; ++kill) {
    Put(200);
    RunFor(std::chrono::milliseconds(random() % 4000));
    Put(200);
    RunFor(std::chrono::milliseconds(random() % 1500));
    Kill();
    Restart();
  }
  ExpectAll(es_);
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < put_.size(); i += 3) warnings.push_back(put_[i]);
  EXPECT_TRUE(Await([&] { return hook_.count() >= warnings.size(); })) << hook_.count();
  ExpectSame(hook_.arrived(), warnings);
  EXPECT_LE(hook_.repeats(), 50u);  // one in flight at each kill
  ExpectBooks();
  ExpectCleanStop();
}

TEST_P(DataDirFaultTest, DeadLettersThatAreReplayedReachTheirSinkAlone) {
  StartBoth();
  es_.Become(Mood::kBadRequest);
  Put(5);
  EXPECT_TRUE(Await([&] { return Books("es").rejected == 5; }));
  EXPECT_TRUE(AwaitAll(hook_));
  es_.Become(Mood::kWell);
  Program replay({"dead-letters", "--data-dir=" + dir_.Path("data"), "--replay=es"});
  EXPECT_EQ(replay.AwaitExit(), 0) << replay.err();
  ExpectAll(es_);
  ExpectBooks();
  EXPECT_EQ(Books("es").received, put_.size() + 5);
  EXPECT_EQ(Books("hook").received, put_.size());
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
  ExpectCleanStop();
}

// On a small disk that somebody else fills. Elasticsearch is away all the time, so that its events
// have to be kept; the webhook gets them at once.
class SmallDiskFaultTest : public DataDirFaultTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(disk_);
    if (mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=32m") != 0) {
      GTEST_SKIP() << "needs to be root, to mount a small disk";
    }
  }
  void TearDown() override {
    DataDirFaultTest::TearDown();
    program_.reset();
    umount2(disk_.c_str(), MNT_DETACH);
  }
  void FillDisk() { std::ofstream(others_) << std::string(32 << 20, 'x') << std::flush; }
  void EmptyDisk() { std::filesystem::remove(others_); }

  const std::string disk_ = dir_.Path("data"), others_ = disk_ + "/others";
};

TEST_P(SmallDiskFaultTest, AFullDiskAndKillsBetweenLoseNothing) {
  StartBoth();
  es_.Become(Mood::kBusy);
  Put(200, 8 << 10);
  EXPECT_TRUE(AwaitAll(hook_));
  for (int round = 0; round < 2; ++round) {
    FillDisk();
    Put(1500, 8 << 10);  // more than the ballast
    EXPECT_TRUE(AwaitAll(hook_));
    EXPECT_TRUE(AwaitMetric("eventer_log_disk_failing", 1));
    EXPECT_EQ(health_->Get("/livez").status, 200);
    EXPECT_EQ(health_->Get("/readyz").status, 200);
    Kill();
    Restart();
    EXPECT_TRUE(AwaitAll(hook_));
    EmptyDisk();
    EXPECT_TRUE(Await([&] { return health_->Metric("eventer_log_disk_failing") == 0; }));
    Kill();
    Restart();
    AwaitWatch();
    es_.Become(Mood::kWell);
    ExpectAll(es_);
    es_.Become(Mood::kBusy);
  }
  es_.Become(Mood::kWell);
  ExpectAll(es_);
  EXPECT_EQ(es_.repeats(), 0u);
  ExpectAll(hook_);
  ExpectBooks();
  ExpectCleanStop();
}

TEST_P(SmallDiskFaultTest, AStopOnAFullDiskEndsInTimeAndCountsWhatMayBeInMemoryAlone) {
  StartBoth();
  es_.Become(Mood::kBusy);
  FillDisk();
  Put(1500, 8 << 10);
  EXPECT_TRUE(AwaitAll(hook_));
  EXPECT_TRUE(AwaitMetric("eventer_log_disk_failing", 1));
  EXPECT_EQ(StopWithin(3s), 1);
  EXPECT_THAT(program_->err(), testing::HasSubstr("not delivered: es 1500, not received: 0"));
  EmptyDisk();
  es_.Become(Mood::kWell);
  Restart();
  ExpectAll(es_);
  ExpectAll(hook_);
  ExpectBooks();
  ExpectCleanStop();
}

INSTANTIATE_TEST_SUITE_P(Log, DataDirFaultTest, testing::Values(LogKind::kDataDir), LogKindName);
INSTANTIATE_TEST_SUITE_P(Log, SmallDiskFaultTest, testing::Values(LogKind::kDataDir), LogKindName);

}  // namespace
}  // namespace eventer
