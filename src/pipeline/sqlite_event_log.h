// The event log on the disk: `events.db` in the data directory. docs/decisions/0004.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "pipeline/event_log.h"

namespace eventer {

// An EventLog that goes on where it was after any death of the process: position, cursors, what is
// open, the sinks' states, and the totals of the books (Open restores them into SinkStats).
//
// What a call changed is stored before it returns; what a filter passed is stored with the next
// call that stores something, or after some thousand of them.
//
// When the disk fails, nothing throws and nothing is lost: what is in memory holds, Trouble() says
// why, and calls that store try again, once a second, from opening the file on. A death of the
// process meanwhile takes back what was not stored: it is watched and delivered again.
//   Append  takes events into memory, up to DiskBounds::memory; coming back is one transaction.
//   Commit  settles and counts.
//   Read    ends before what cannot be read; Wait then returns early rather than late.
// Of a file that is found corrupt, or missing for a minute, what is not in memory is lost and
// counted (Cause::kGarbage); the file is set aside and a new one takes its place.
class DurableEventLog : public EventLog {
 public:
  // Takes the longest prefix that fits, for that sink alone; it moves no position. How many are on
  // the disk now: after a failure of the disk it may have taken some that it does not count.
  // nullopt: there is no such sink.
  virtual std::optional<std::size_t> AppendFor(const std::string& sink,
                                               std::span<const EventPtr> events) = 0;
  // What the source is to go on from; `lost` if the file had to be set aside.
  virtual StoredPosition stored() const = 0;
  // Why the disk failed when it was last used, one line; empty: it did not.
  virtual std::string Trouble() const = 0;
  // Tries the disk now: stores what is not stored. True: all is. Also at the end of a stop.
  virtual bool Flush() = 0;
  // What was found damaged when it was opened, and is kept under this name beside the new file:
  // the source is to list everything. Empty: all was well.
  virtual const std::string& set_aside() const = 0;
};

struct DiskBounds {
  std::size_t events = 0;  // what Bytes() of all events may add up to: EventLog::max_bytes()
  std::size_t file = 0;    // of events.db; the rest of what the directory may take is the WAL's
  std::size_t memory = 64 << 20;  // of events that wait for a disk that fails
  std::size_t ballast = 0;        // see ballast.h
};
// For --data-dir-bytes and --buffer-bytes.
DiskBounds DiskBoundsFor(std::size_t max_bytes, std::size_t memory);

// Reads what is in `directory`, which exists and is ours alone (data_dir_lock.h). Throws
// ConfigError if it cannot be read or written, or was written by a newer version; what is damaged
// is set aside (DurableEventLog::set_aside). Fills Stats::gone_sinks. Before the threads start;
// `clock` and `stats` must outlive it.
std::unique_ptr<DurableEventLog> NewSqliteEventLog(Clock& clock, Stats& stats,
                                                   const std::string& directory, DiskBounds bounds);

}  // namespace eventer
