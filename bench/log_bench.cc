// The event log by itself: what an event costs from Append to Commit, in memory and on the disk.
//
//   log_bench SCRATCH        50,000 events of 1 KiB at once, one sink; prints memory_us, disk_us
//   and
//                            disk_more_us, of CPU per event
//   log_bench SCRATCH fill N [NAME]   leaves a log of N undelivered events for the sink NAME there
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/event_decoder.h"
#include "pipeline/event_log.h"
#include "pipeline/sqlite_event_log.h"

namespace eventer {
namespace {

constexpr std::size_t kEvents = 50'000, kEventBytes = 1024;
constexpr std::size_t kBatch = 1'000;  // of an Append and of a Read
constexpr std::size_t kRoom = std::size_t{4} << 30;

double CpuMicroseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) { return time.tv_sec * 1e6 + time.tv_usec; };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

// Of one size, with their own names.
std::vector<SourceEntry> MakeEntries(std::size_t first, std::size_t count) {
  EventDecoder decoder;
  std::vector<SourceEntry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(first + i);
    std::string json = R"({"kind":"Event","apiVersion":"v1","metadata":{"name":")" + number +
                       R"(","uid":")" + number + R"(","resourceVersion":")" + number +
                       R"("},"type":"Normal","reason":"Bench","message":")";
    json += std::string(kEventBytes - json.size() - 2, 'x') + "\"}";
    entries[i].event = decoder.DecodeEvent(json);
    entries[i].resource_version = number;
  }
  return entries;
}

// One sink reads what was appended.
class Books {
 public:
  Books(EventLog& log, Stats& stats, std::string name) : log_(log) {
    SinkStats& sink = stats.sinks.emplace_back();
    sink.name = std::move(name);
    reader_ = log.Open(sink, {});
  }
  void Deliver() {
    while (true) {
      const LogSlice slice = log_.Read(reader_, kBatch, 4 << 20);
      if (slice.entries.empty()) return;
      LogProgress progress;
      for (const LogEntry& entry : slice.entries) progress.settled.push_back({entry.sequence});
      log_.Commit(reader_, progress);
    }
  }

 private:
  EventLog& log_;
  ReaderId reader_ = 0;
};

double Measure(EventLog& log, Stats& stats, const std::vector<SourceEntry>& entries) {
  Books books(log, stats, "bench");
  const double begin = CpuMicroseconds();
  std::span<const SourceEntry> rest = entries;
  for (; !rest.empty(); rest = rest.subspan(std::min(kBatch, rest.size()))) {
    log.Append(rest.first(std::min(kBatch, rest.size())));
    books.Deliver();
  }
  return (CpuMicroseconds() - begin) / static_cast<double>(entries.size());
}

void Compare(const std::string& scratch) {
  const std::vector<SourceEntry> entries = MakeEntries(1, kEvents);
  Stats in_memory, on_disk;
  const double memory =
      Measure(*NewMemoryEventLog(SystemClock(), in_memory, kRoom), in_memory, entries);
  const auto log = NewSqliteEventLog(SystemClock(), on_disk, scratch, DiskBoundsFor(kRoom, kRoom));
  const double disk = Measure(*log, on_disk, entries);
  std::printf("memory_us %.2f\ndisk_us %.2f\ndisk_more_us %.2f\n", memory, disk, disk - memory);
}

void Fill(const std::string& directory, std::size_t events, const std::string& name) {
  Stats stats;
  const auto log = NewSqliteEventLog(SystemClock(), stats, directory, DiskBoundsFor(kRoom, kRoom));
  const Books books(*log, stats, name);
  for (std::size_t first = 1; first <= events; first += kBatch) {
    log->Append(MakeEntries(first, kBatch));
  }
  std::printf("events %llu\nmb %.0f\n", static_cast<unsigned long long>(stats.log_events.load()),
              static_cast<double>(std::filesystem::file_size(directory + "/events.db")) / 1e6);
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 1) {
    eventer::Compare(args[0]);
  } else if (args.size() >= 3 && args[1] == "fill") {
    eventer::Fill(args[0], std::strtoull(args[2].c_str(), nullptr, 10),
                  args.size() > 3 ? args[3] : "bench");
  } else {
    std::fputs("log_bench SCRATCH [fill EVENTS [NAME]]\n", stderr);
    return 2;
  }
}
