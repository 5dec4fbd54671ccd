// A LogSlice on its way, within the limits of one Read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "pipeline/event_log.h"

namespace eventer {

class SliceFiller {
 public:
  SliceFiller(std::size_t max_events, std::size_t max_bytes)
      : events_(max_events), bytes_(max_bytes) {}

  // Whether an event with so much JSON may be added. The first one may be of any size. False: the
  // limits are reached, which the slice says.
  bool Fits(std::size_t size) {
    const bool fits = events_ > 0 && (slice_.entries.empty() || size <= bytes_);
    if (!fits) slice_.more = true;
    return fits;
  }
  void Add(std::uint64_t sequence, EventPtr event, std::size_t size) {
    --events_;
    bytes_ -= std::min(size, bytes_);
    slice_.entries.push_back({sequence, std::move(event)});
  }
  LogSlice Take() { return std::move(slice_); }

 private:
  LogSlice slice_;
  std::size_t events_, bytes_;  // what is left of the limits
};

}  // namespace eventer
