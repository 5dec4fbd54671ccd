// When rejections are no longer the events' fault.
#pragma once

#include "eventer/event_sink.h"

namespace eventer {

// After 20 rejections of one cause in a row, without a delivery between, it is the configuration's
// fault (docs/design.md, "Delivery rules"). Not thread-safe.
class RejectionStreak {
 public:
  static constexpr unsigned kLongest = 20;

  // One more rejection. True: the event is to be kept, the configuration is at fault.
  bool Keeps(Cause cause) {
    if (ConfigurationsFault()) return true;
    if (cause != cause_) length_ = 0;
    cause_ = cause;
    ++length_;
    return false;
  }
  void Delivered() { length_ = 0; }
  // Until something is delivered.
  bool ConfigurationsFault() const { return length_ >= kLongest; }

 private:
  Cause cause_ = Cause::kNone;
  unsigned length_ = 0;
};

}  // namespace eventer
