// The lines of one watch: decoded, counted, handed on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/event_decoder.h"
#include "core/log_limiter.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "kube/handover.h"

namespace eventer {

// Lives as long as its watch. Used by the thread that hands on the lines, and between two streams
// by the watch's own.
class WatchStream {
 public:
  WatchStream(Clock& clock, SourceStats& stats, Handover& handover, EventDecoder& decoder);

  // A new stream begins.
  void Begin();
  // False: the stream must end, because of an ERROR, of no room (Handover::held), or of a stop.
  bool TakeLine(std::string_view line);
  // A line of that many bytes was too long to be read.
  void Skipped(std::uint64_t bytes);

  // Of this stream: frames that moved the position, and the ERROR that ended it.
  std::uint64_t frames() const { return frames_; }
  // When the last of them was sent, at the earliest: what the server sends while we wait for room
  // is read later, but never by more than all that we have waited.
  SteadyTime last_frame() const { return last_frame_; }
  Duration waited() const { return waited_; }
  const std::optional<WatchFrame>& error() const { return error_; }

 private:
  bool HandOn();
  bool SkipGarbage(const std::string& why);

  Clock& clock_;
  SourceStats& stats_;
  Handover& handover_;
  EventDecoder& decoder_;
  WatchFrame frame_;
  std::uint64_t frames_ = 0;
  SteadyTime last_frame_{};
  Duration waited_{};
  std::optional<WatchFrame> error_;
  LogLimiter garbage_log_, skipped_log_;
};

}  // namespace eventer
