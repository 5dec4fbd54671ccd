// The log on the disk, from process to process.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/event_log_fixture.h"

namespace eventer {

namespace fs = std::filesystem;

inline std::uint64_t Count(const CauseCounters& counters, Cause cause) {
  return counters[static_cast<std::size_t>(cause)];
}

// One process with its log.
struct Process {
  Process(FakeClock& clock, const std::string& dir, DiskBounds bounds)
      : log(NewSqliteEventLog(clock, stats, dir, bounds)) {}

  ReaderId Open(const std::string& name, EventFilter filter = {}) {
    SinkStats& books = stats.sinks.emplace_back();
    books.name = name;
    return log->Open(books, std::move(filter));
  }
  std::vector<LogEntry> Read(ReaderId reader, std::size_t events = kAll) {
    return log->Read(reader, events, kAll << 10).entries;
  }
  void Settle(ReaderId reader, const std::vector<LogEntry>& entries) {
    LogProgress progress;
    for (const LogEntry& entry : entries) progress.settled.push_back({entry.sequence});
    log->Commit(reader, progress);
  }
  std::vector<std::string> Deliver(ReaderId reader, std::size_t events = kAll) {
    const auto entries = Read(reader, events);
    Settle(reader, entries);
    return Names(entries);
  }

  Stats stats;
  std::unique_ptr<DurableEventLog> log;
};

// While it lives, no write of this process succeeds.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  FullDisk(const FullDisk&) = delete;
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

class DiskLogTest : public testing::Test {
 protected:
  std::string Dir() const { return dir_.Path("data"); }
  std::string File() const { return Dir() + "/events.db"; }

  // What a process that starts now finds: a clean stop of the last one, if there is one.
  Process& Start(DiskBounds bounds = {64 << 20, 1 << 30}) {
    run_.reset();
    fs::create_directories(Dir());
    run_ = std::make_unique<Process>(clock_, Dir(), bounds);
    return *run_;
  }
  // The process dies now: what it had not written yet is lost.
  void Kill() {
    fs::copy(Dir(), dir_.Path("dead"), fs::copy_options::recursive);
    run_.reset();
    fs::remove_all(Dir());
    fs::rename(dir_.Path("dead"), Dir());
  }
  std::size_t BytesOnDisk() const {
    std::size_t bytes = 0;
    for (const auto& file : fs::directory_iterator(Dir())) bytes += file.file_size();
    return bytes;
  }

  TempDir dir_;
  FakeClock clock_;
  std::unique_ptr<Process> run_;
};

}  // namespace eventer
