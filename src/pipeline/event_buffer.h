// Between the watch threads and the Housekeeper: a bounded queue that makes the watch wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"

namespace eventer {

// Thread-safe. Takes any one entry when empty, however large.
class EventBuffer {
 public:
  static constexpr std::size_t kMaxBytes = 4 << 20;
  static constexpr std::size_t kMaxEntries = 4000;

  EventBuffer(Clock& clock, Stats& stats);

  // As EventReceiver says.
  bool Push(SourceEntry& entry, Duration patience, std::stop_token stop);
  // Takes out everything, in order; never waits.
  std::vector<SourceEntry> Drain();
  // Waits until the buffer is half full, `deadline` or stop. True: it is half full.
  bool WaitHalfFull(SteadyTime deadline, std::stop_token stop);

 private:
  bool HasRoom(std::size_t bytes) const;
  bool HalfFull() const;
  void Publish();

  Clock& clock_;
  Stats& stats_;
  std::mutex mutex_;
  std::condition_variable_any drained_, half_full_;
  std::vector<SourceEntry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace eventer
