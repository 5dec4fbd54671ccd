// The events not yet delivered everywhere, in stream order, each with a sequence number.
//
// Each event is kept once. Each sink reads it at its own pace through a reader; what every reader
// has settled is trimmed. The log applies the readers' filters and keeps the sinks' books, so that
// they balance: received = filtered + delivered + rejected + dropped + pending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event.h"
#include "eventer/event_filter.h"
#include "eventer/event_sink.h"
#include "eventer/event_source.h"
#include "eventer/position.h"

namespace eventer {

using ReaderId = int;

struct LogEntry {
  std::uint64_t sequence = 0;  // from 1, ascending, with gaps
  EventPtr event;
};

struct LogSlice {
  std::vector<LogEntry> entries;
  bool more = false;  // the limits were reached; there may be more behind
};

// An event that one sink is done with.
struct SettledEvent {
  std::uint64_t sequence = 0;
  Outcome outcome = Outcome::kDelivered;  // kDelivered, kRejected, or kHeld: `state` remembers it
  Cause cause = Cause::kNone;             // of kRejected
};

// What one attempt changed, committed at once.
struct LogProgress {
  std::vector<SettledEvent> settled;  // each of a Read of this reader; if it is dropped, no more
  std::optional<std::string> state;   // nullopt: as it was, and so is `held`
  std::uint64_t held = 0;             // remembered by `state`, told to nobody: pending
  bool forgotten = false;  // what is held no more was lost (Cause::kRemoved), not delivered
};

struct ReaderState {
  std::uint64_t cursor = 0;   // all up to and including it is settled
  std::uint64_t waiting = 0;  // events in the log that are not settled
  std::size_t backlog = 0;    // their bytes
  // The later of the last time that anything was settled and of work arriving while there was
  // none. A loss (Drop) settles nothing.
  SteadyTime still_since{};
};

// Thread-safe. No call holds its lock across anything but memory and (SQLite) the disk.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // What the log keeps of each event beside its JSON, roughly.
  static constexpr std::size_t kEntryBytes = 64;
  // What one event counts against max_bytes.
  static std::size_t Bytes(const Event& event) { return event.json.size() + kEntryBytes; }

  // Opens the reader of `stats.name`; an unknown one begins at the present. Before the threads
  // start. `stats` must outlive the log.
  virtual ReaderId Open(SinkStats& stats, EventFilter filter) = 0;
  virtual ReaderState Look(ReaderId reader) const = 0;
  virtual std::string State(ReaderId reader) const = 0;

  // Takes the longest prefix that fits, and the positions of its entries, atomically; returns how
  // many. Takes any one event when the log is empty; entries without an event always fit.
  virtual std::size_t Append(std::span<const SourceEntry> entries) = 0;

  // The first events that this reader wants and has not settled: at most so many and so large (of
  // Event::json; at least one, if there is one). What its filter does not want is settled and
  // counted on the way. The events are in the reader's hands, out of Drop's reach, until its next
  // Read, Wait or Commit.
  virtual LogSlice Read(ReaderId reader, std::size_t max_events, std::size_t max_bytes) = 0;
  // Until there is something that this reader was never given (true), `deadline` or stop.
  virtual bool Wait(ReaderId reader, SteadyTime deadline, std::stop_token stop) = 0;
  // Atomic; may trim. An empty progress only lets go of what is in the reader's hands.
  virtual void Commit(ReaderId reader, const LogProgress& progress) = 0;

  // Makes room for `bytes` (at most max_bytes) if it can, at the cost of the stalled readers
  // alone: of what every other reader has settled, oldest first, first what no stalled reader
  // wants, then anything but Warning, then Warning; a Warning only when no other event still waits
  // for a reader that is not stalled. Counts each loss in the books of each reader
  // that wanted it (Cause::kStalled). Returns the bytes freed.
  virtual std::size_t Drop(const std::set<ReaderId>& stalled, std::size_t bytes) = 0;
  // Until what the last Append refused would fit (true), `deadline` or stop.
  virtual bool WaitForRoom(SteadyTime deadline, std::stop_token stop) = 0;

  virtual Position position() const = 0;
  virtual std::size_t max_bytes() const = 0;
};

// In memory, bounded by `max_bytes` (--buffer-bytes). `clock` and `stats` must outlive it.
std::unique_ptr<EventLog> NewMemoryEventLog(Clock& clock, Stats& stats, std::size_t max_bytes);

}  // namespace eventer
