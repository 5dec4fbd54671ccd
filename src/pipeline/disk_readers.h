// The readers of the durable log: those of this run's sinks, and those that earlier runs had.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "pipeline/chunk_table.h"
#include "pipeline/log_reader.h"
#include "pipeline/log_store.h"

namespace eventer {

struct DiskReader : LogReader {
  DiskReader(std::int64_t reader, SinkStats& stats, EventFilter wanted, SteadyTime now)
      : LogReader(stats, std::move(wanted), now), id(reader) {}

  ReaderRow Row() const;
  // Whether an entry that is still in the log waits for this reader.
  bool Awaits(const ChunkTable::Place& place) const {
    return IsFor(place) && WaitsFor(place.sequence());
  }
  bool IsFor(const ChunkTable::Place& place) const { return place->only == 0 || place->only == id; }
  void Lose(const ChunkTable::Place& place, bool wanted, Cause cause = Cause::kStalled) {
    LogReader::Lose(place.sequence(), wanted, ChunkTable::BytesOf(*place), cause);
    changed = true;
  }

  std::int64_t id;
  std::int64_t gone_wall_us = 0;
  bool changed = true, state_changed = false;  // since it was stored
};

// Not thread-safe.
class DiskReaders {
 public:
  // A cursor of a sink that is configured no more is kept for so long.
  static constexpr std::chrono::hours kKept{1};

  DiskReaders(Clock& clock, Stats& stats) : clock_(clock), stats_(stats) {}

  // At start: what is stored belongs to nobody until it is opened.
  void Load(std::vector<ReaderRow> rows);
  // What waits for the stored ones was counted.
  void Restore(const std::function<void(const DiskReader&, std::uint64_t* waiting,
                                        std::size_t* backlog)>& count);
  // One of this name goes on, else a new one begins behind `last`. Throws ConfigError.
  ReaderId Open(SinkStats& stats, EventFilter filter, std::uint64_t last);

  std::deque<DiskReader>& opened() { return opened_; }
  const std::deque<DiskReader>& opened() const { return opened_; }
  std::list<DiskReader>& gone() { return gone_; }
  // nullopt: no sink of that name is configured.
  std::optional<ReaderId> Find(const std::string& name) const;
  std::uint64_t LastSeen() const;
  // How many a new event waits for.
  std::size_t size() const { return opened_.size() + gone_.size(); }
  // Those whose hour is over; with `all`, every one. They are to be forgotten.
  std::vector<std::list<DiskReader>::iterator> Expired(bool all);
  // Counts what it leaves and says so. Its books stay in Stats::gone_sinks.
  void Forget(std::list<DiskReader>::iterator reader);

  bool changed() const;
  void ChangeAll();
  void Store(LogStore& store) const;  // what changed
  void Stored();

 private:
  Clock& clock_;
  Stats& stats_;
  std::deque<DiskReader> opened_;  // by ReaderId
  std::list<DiskReader> gone_;
  std::vector<std::int64_t> forgotten_;  // to be deleted on the disk
  std::int64_t next_id_ = 1;
};

}  // namespace eventer
