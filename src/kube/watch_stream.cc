#include "kube/watch_stream.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "kube/watch_failure.h"

namespace eventer {

WatchStream::WatchStream(Clock& clock, SourceStats& stats, Handover& handover,
                         EventDecoder& decoder)
    : clock_(clock),
      stats_(stats),
      handover_(handover),
      decoder_(decoder),
      garbage_log_(clock),
      skipped_log_(clock) {}

void WatchStream::Begin() {
  frames_ = 0;
  waited_ = {};
  error_.reset();
}

bool WatchStream::TakeLine(std::string_view line) {
  if (line.empty()) return true;  // the newline is the encoder's habit, two would be no harm
  if (!decoder_.DecodeFrame(line, &frame_)) return SkipGarbage(frame_.message);
  switch (frame_.type) {
    case WatchFrame::kError:
      error_ = std::move(frame_);
      return false;
    case WatchFrame::kUnknown:
      return SkipGarbage("its type is unknown");
    default:
      return HandOn();
  }
}

bool WatchStream::HandOn() {
  ++frames_;
  const SteadyTime now = clock_.Steady();
  last_frame_ = now - waited_;
  ++stats_.frames;
  stats_.last_frame_wall_us = clock_.Wall().time_since_epoch().count();
  const bool taken = handover_.Offer(std::move(frame_.event), std::move(frame_.resource_version));
  waited_ += clock_.Steady() - now;
  return taken;
}

bool WatchStream::SkipGarbage(const std::string& why) {
  ++stats_.garbage;
  if (auto suppressed = garbage_log_.Allow()) {
    spdlog::warn("skipped a line of the watch that cannot be read: {} ({} more before)",
                 ShortLine(why), *suppressed);
  }
  return true;
}

void WatchStream::Skipped(std::uint64_t bytes) {
  ++stats_.oversized;
  if (auto suppressed = skipped_log_.Allow()) {
    spdlog::warn("skipped a line of the watch of {} bytes: too long ({} more before)", bytes,
                 *suppressed);
  }
}

}  // namespace eventer
