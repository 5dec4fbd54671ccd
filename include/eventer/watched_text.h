// A text that may change while the program runs: a file, or a key of a ConfigMap.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "eventer/clock.h"

namespace eventer {

// Used by one thread.
class WatchedText {
 public:
  struct Reading {
    std::string text;            // as it was last read well; empty if it never was
    std::uint64_t version = 0;   // + 1 whenever `text` changed; 0: it was never read
    std::string error;           // why the last attempt failed, one line; empty: it did not
    bool misconfigured = false;  // the failure is the configuration's fault (missing, forbidden)
  };

  virtual ~WatchedText() = default;

  // The newest text: looks again if the last look was long enough ago (a file: 5 s; a ConfigMap:
  // 30 s, before it has a text 1 s, and may take up to 10 s). After a failure the last good text
  // stays.
  virtual const Reading& Read(std::stop_token stop) = 0;
};

// A file, opened by path each time: the kubelet replaces mounted files through a symbolic link.
// Bytes are taken as they are.
std::unique_ptr<WatchedText> NewWatchedFile(Clock& clock, std::string path);

}  // namespace eventer
