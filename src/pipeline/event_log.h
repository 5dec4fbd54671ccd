// The events not yet delivered everywhere, in stream order, each with a sequence number.
//
// Each event is kept once. Each sink reads it at its own pace through a reader with a cursor; what
// every reader has passed is trimmed. The log keeps each sink's books, so that they balance:
// received = filtered + delivered + rejected + dropped + pending.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
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
  std::uint64_t sequence = 0;
  EventPtr event;
};

// What one attempt changed, committed at once.
struct LogProgress {
  std::uint64_t cursor = 0;               // all up to and including it is settled for this sink
  std::optional<std::string> state;       // nullopt: unchanged
  std::uint64_t filtered = 0, delivered = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(Cause::kCount)> rejected{};
  std::uint64_t held = 0;                 // remembered by `state`, told to nobody: pending
};

// Thread-safe. No call holds its lock across anything but memory and (SQLite) the disk.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // Opens the reader of `stats.name`; an unknown one begins at the present. `filter` decides what
  // Drop may take without a loss. Before the threads start.
  virtual ReaderId Open(SinkStats& stats, EventFilter filter) = 0;
  virtual std::uint64_t Cursor(ReaderId reader) const = 0;
  virtual std::string State(ReaderId reader) const = 0;

  // Takes the longest prefix that fits, and the positions of its entries, atomically; returns how
  // many. Takes any one entry when the log is empty; entries without an event always fit.
  virtual std::size_t Append(std::span<const SourceEntry> entries) = 0;

  // The next events after `after`, at most so many and so large (at least one, if there is one).
  // They are in this reader's hands, out of Drop's reach, until its next Read or Commit.
  virtual std::vector<LogEntry> Read(ReaderId reader, std::uint64_t after, std::size_t max_events,
                                     std::size_t max_bytes) = 0;
  // Until there is something after `after` (true), `deadline` or stop.
  virtual bool Wait(ReaderId reader, std::uint64_t after, SteadyTime deadline,
                    std::stop_token stop) = 0;
  // Atomic; may trim.
  virtual void Commit(ReaderId reader, const LogProgress& progress) = 0;

  // Makes at least `bytes` of room if it can, at the cost of the stalled readers alone: of what
  // every other reader has passed, oldest first, first what no stalled reader wants, then
  // anything but Warning, then Warning. Counts each loss in the books of each reader that wanted
  // it. Returns the bytes freed.
  virtual std::size_t Drop(const std::set<ReaderId>& stalled, std::size_t bytes) = 0;
  // Until the log has changed in a way that may have made room (true), `deadline` or stop.
  virtual bool WaitForRoom(SteadyTime deadline, std::stop_token stop) = 0;

  virtual Position position() const = 0;
  // Of one reader: bytes that it has not passed.
  virtual std::size_t Backlog(ReaderId reader) const = 0;
  virtual std::size_t max_bytes() const = 0;
};

// In memory, bounded by `max_bytes` of footprint (--buffer-bytes).
std::unique_ptr<EventLog> NewMemoryEventLog(Clock& clock, Stats& stats, std::size_t max_bytes);

}  // namespace eventer
