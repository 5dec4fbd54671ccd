// From --data-dir and --buffer-bytes to an event log.
#pragma once

#include <cstddef>
#include <memory>

#include "app/options.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "pipeline/data_dir_lock.h"
#include "pipeline/dead_letter_replay.h"
#include "pipeline/sqlite_event_log.h"

namespace eventer {

// The log and what it needs. Destroyed in the reverse order: the lock is given up last.
struct BuiltLog {
  std::unique_ptr<DataDirLock> lock;         // null without --data-dir
  std::unique_ptr<EventLog> log;             // never null
  DurableEventLog* durable = nullptr;        // `log`, if it is on the disk
  std::unique_ptr<DeadLetterReplay> replay;  // null without --data-dir
};

// Makes the directory if it is missing; waits up to a minute for another daemon to leave it. Throws
// ConfigError.
BuiltLog BuildLog(Clock& clock, Stats& stats, const Options& options);

// Of one file of dead letters; a sink has two.
std::size_t DeadLetterBytes(const Options& options);

}  // namespace eventer
