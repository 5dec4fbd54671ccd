#include "pipeline/dead_letter_replay.h"

#include <fstream>

#include "pipeline/disk_log_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

class DeadLetterReplayTest : public DiskLogTest {
 protected:
  void Reject(int first, int count, const std::string& sink = "a") {
    DeadLetterFile file(Dir(), sink, 1 << 20);
    for (const SourceEntry& entry : MakeEntries(first, count)) {
      ASSERT_TRUE(file.Write(clock_.Wall(), {{1, entry.event}, Cause::kMapping, "no"}));
    }
  }
  void Replay() { DeadLetterReplay(clock_, *run_->log, Dir()).Run(); }
  bool Waits() const { return !FindReplayFiles(Dir()).empty(); }
};

TEST_F(DeadLetterReplayTest, HandsThemInForTheirSinkAlone) {
  Process& run = Start();
  const ReaderId a = run.Open("a"), b = run.Open("b");
  Reject(1, 3);
  AskForReplay(Dir(), "a");
  run.log->Append(MakeEntries(7, 1));
  Replay();
  run.log->Append(MakeEntries(8, 1));
  EXPECT_FALSE(Waits());
  EXPECT_THAT(run.Deliver(a), ElementsAre("7", "1", "2", "3", "8"));
  EXPECT_THAT(run.Deliver(b), ElementsAre("7", "8"));
  EXPECT_EQ(run.stats.sinks[a].received, 5u);
  EXPECT_EQ(run.stats.sinks[b].received, 2u);
  EXPECT_EQ(run.log->position().at(""), "8");
  EXPECT_EQ(run.stats.log_events, 0u);
  for (const SinkStats& books : run.stats.sinks) EXPECT_EQ(Imbalance(books), 0);
}

TEST_F(DeadLetterReplayTest, OutliveARestartForTheirSinkAlone) {
  Process& run = Start();
  run.Open("a");
  run.Open("b");
  Reject(1, 3);
  AskForReplay(Dir(), "a");
  Replay();
  Kill();
  Process& second = Start();
  const ReaderId b = second.Open("b"), a = second.Open("a");
  EXPECT_EQ(second.stats.sinks[b].pending, 0u);
  EXPECT_EQ(second.stats.sinks[1].pending, 3u);
  EXPECT_THAT(second.Deliver(b), IsEmpty());
  EXPECT_EQ(second.Deliver(a), Numbers(1, 3));
  EXPECT_EQ(second.stats.log_events, 0u);
}

TEST_F(DeadLetterReplayTest, WhatDoesNotFitWaits) {
  Process& run = Start({5 * (kSmallEvent + EventLog::kEntryBytes), 1 << 30});
  const ReaderId a = run.Open("a");
  Reject(1, 8);
  AskForReplay(Dir(), "a");
  DeadLetterReplay replay(clock_, *run.log, Dir());
  replay.Run();
  EXPECT_TRUE(Waits());
  EXPECT_EQ(run.Deliver(a), Numbers(1, 5));
  replay.Run();
  EXPECT_FALSE(Waits());
  EXPECT_EQ(run.Deliver(a), Numbers(6, 3));
}

TEST_F(DeadLetterReplayTest, OfTwoFilesEachEventIsHandedInOnceAndInOrder) {
  Process& run = Start({5 * (kSmallEvent + EventLog::kEntryBytes), 1 << 30});
  const ReaderId a = run.Open("a");
  Reject(1, 12);
  fs::rename(Dir() + "/dead-letters/a.jsonl", Dir() + "/dead-letters/a.jsonl.1");
  Reject(13, 8);
  Reject(100, 1, "unknown");
  AskForReplay(Dir(), "a");
  AskForReplay(Dir(), "unknown");
  DeadLetterReplay replay(clock_, *run.log, Dir());
  std::vector<std::string> delivered;
  for (int i = 0; i < 10; ++i) {
    replay.Run();
    for (std::string& name : run.Deliver(a)) delivered.push_back(std::move(name));
  }
  EXPECT_EQ(delivered, Numbers(1, 20));
  EXPECT_EQ(FindReplayFiles(Dir()).size(), 1u);
}

TEST_F(DeadLetterReplayTest, AFileThatCannotBeReadStays) {
  Process& run = Start();
  run.Open("a");
  fs::create_directories(Dir() + "/dead-letters/replay");
  fs::create_symlink("nowhere", Dir() + "/dead-letters/replay/a.jsonl");
  Replay();
  EXPECT_TRUE(fs::is_symlink(Dir() + "/dead-letters/replay/a.jsonl"));
}

TEST_F(DeadLetterReplayTest, WaitForASinkThatIsNotThere) {
  Process& run = Start();
  run.Open("other");
  Reject(1, 1);
  AskForReplay(Dir(), "a");
  Replay();
  EXPECT_TRUE(Waits());
  EXPECT_EQ(run.stats.log_events, 0u);
}

TEST_F(DeadLetterReplayTest, StayInTheirFileWhileTheDiskFails) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  Reject(1, 2);
  AskForReplay(Dir(), "a");
  {
    const FullDisk full;
    Replay();
  }
  EXPECT_TRUE(Waits());
  clock_.Advance(1s);
  run.Deliver(a);
  clock_.Advance(1s);
  Replay();
  EXPECT_FALSE(Waits());
  Kill();
  Process& second = Start();
  second.Open("a");
  EXPECT_EQ(second.Deliver(a), Numbers(1, 2));
}

TEST_F(DeadLetterReplayTest, ALineThatIsNoneIsSkipped) {
  Process& run = Start();
  const ReaderId a = run.Open("a");
  Reject(1, 1);
  std::ofstream(Dir() + "/dead-letters/a.jsonl", std::ios::app)
      << "half a li\n"
      << R"({"time":1,"cause":[],"said":null,"event":[]})"
      << "\n";
  Reject(2, 1);
  AskForReplay(Dir(), "a");
  Replay();
  EXPECT_EQ(run.Deliver(a), Numbers(1, 2));
}

}  // namespace
}  // namespace eventer
