// The suite of promises that every EventLog keeps, in several files; the implementations are listed
// at the end of event_log_test.cc.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/chunk_table.h"
#include "pipeline/event_log.h"
#include "pipeline/sqlite_event_log.h"
#include "pipeline/testing.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace eventer {

// One way to keep events.
struct LogKind {
  std::unique_ptr<EventLog> (*make)(Clock&, Stats&, const TempDir&, std::size_t max_bytes);
};

inline std::unique_ptr<DurableEventLog> MakeDiskLog(Clock& clock, Stats& stats, const TempDir& dir,
                                                    std::size_t max_bytes) {
  return NewSqliteEventLog(clock, stats, dir.Path(""),
                           DiskBounds{max_bytes, max_bytes + (1 << 30)});
}

inline constexpr LogKind kMemoryLog = {
    [](Clock& clock, Stats& stats, const TempDir&, std::size_t max_bytes) {
      return NewMemoryEventLog(clock, stats, max_bytes);
    }};
inline constexpr LogKind kDiskLog = {[](Clock& clock, Stats& stats, const TempDir& dir,
                                        std::size_t max_bytes) -> std::unique_ptr<EventLog> {
  return MakeDiskLog(clock, stats, dir, max_bytes);
}};

inline constexpr std::size_t kMiB = 1 << 20;
inline constexpr std::size_t kAll = 1'000'000;

class EventLogTest : public testing::TestWithParam<LogKind> {
 protected:
  void Make(std::size_t max_bytes) { log_ = GetParam().make(clock_, stats_, dir_, max_bytes); }
  // A log for `count` small events.
  void MakeForEvents(std::size_t count) { Make(count * EventLog::Bytes(*MakeEvent("1"))); }

  ReaderId Open(std::string name, EventFilter filter = {}) {
    SinkStats& stats = stats_.sinks.emplace_back();
    stats.name = std::move(name);
    return log_->Open(stats, std::move(filter));
  }

  SinkStats& Books(ReaderId reader) { return stats_.sinks[reader]; }
  std::size_t Append(const std::vector<SourceEntry>& entries) { return log_->Append(entries); }
  LogSlice Read(ReaderId reader, std::size_t events = kAll) {
    return log_->Read(reader, events, kAll);
  }

  void Settle(ReaderId reader, const std::vector<LogEntry>& entries,
              Outcome outcome = Outcome::kDelivered, Cause cause = Cause::kNone) {
    LogProgress progress;
    for (const LogEntry& entry : entries) {
      progress.settled.push_back({entry.sequence, outcome, cause});
    }
    log_->Commit(reader, progress);
  }

  // Reads and delivers so many.
  std::vector<std::string> Deliver(ReaderId reader, std::size_t events = kAll) {
    const LogSlice slice = Read(reader, events);
    Settle(reader, slice.entries);
    return Names(slice.entries);
  }

  // What waits for the reader, out of its hands again.
  std::vector<std::string> Waiting(ReaderId reader) {
    const LogSlice slice = Read(reader);
    log_->Commit(reader, {});
    return Names(slice.entries);
  }

  void ExpectBalance() {
    for (const SinkStats& books : stats_.sinks) EXPECT_EQ(Imbalance(books), 0) << books.name;
  }

  TempDir dir_;
  FakeClock clock_;
  Stats stats_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace eventer
