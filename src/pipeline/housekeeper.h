// The Housekeep loop: buffer to log at each tick of --frequency, and at once when the buffer is
// half full.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <vector>

#include "core/log_limiter.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"
#include "pipeline/dead_letter_replay.h"
#include "pipeline/event_buffer.h"
#include "pipeline/event_log.h"

namespace eventer {

// Time from `now` to the next multiple of `frequency`, counted as Go's Time.Truncate does (from
// year 1, UTC); more than zero, `frequency` at most.
Duration UntilNextTick(WallTime now, Duration frequency);

class Housekeeper {
 public:
  // Who is stalled, given since when the log has been full (SinkManager::Stalled); `now` while it
  // is not.
  using StalledReaders = std::function<std::set<ReaderId>(SteadyTime full_since)>;

  // `replay`: null without a data directory.
  Housekeeper(Clock& clock, Stats& stats, EventBuffer& buffer, EventLog& log,
              StalledReaders stalled, Duration frequency, DeadLetterReplay* replay = nullptr);

  // The thread's body; returns when stop is requested.
  void Run(std::stop_token stop);

  // After Run has returned and the source has ended: appends what fits without waiting. Returns
  // how many events were not received; their position was not stored.
  std::size_t DrainAtShutdown();

 private:
  void Housekeep(std::stop_token stop);
  void Drain();
  void AppendWaiting(std::stop_token stop);
  void MakeRoom(std::span<const SourceEntry> rest, std::stop_token stop);
  void DropForStalled(const std::set<ReaderId>& stalled, std::span<const SourceEntry> rest);
  void TellDropped();
  void NoteFull();
  void NoteTaken();
  void NoteRoom();

  Clock& clock_;
  Stats& stats_;
  EventBuffer& buffer_;
  EventLog& log_;
  StalledReaders stalled_;
  Duration frequency_;
  DeadLetterReplay* replay_;
  std::vector<SourceEntry> waiting_;  // drained, not appended: the log is full
  std::optional<SteadyTime> full_since_;
  SteadyTime taken_at_{};  // when the log last took all that waited
  LogLimiter full_lines_, drop_lines_;
  std::uint64_t dropped_told_ = 0;
};

}  // namespace eventer
