// One daemon per data directory.
#pragma once

#include <string>

#include "eventer/clock.h"

namespace eventer {

// Holds the file `lock` in the directory, in which the holder's process and host are written. It
// ends with the process, however that dies. Another file system than the kernel's own (NFS) must
// support flock.
class DataDirLock {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(60);

  // On the main thread, before anything in the directory is opened. Waits up to a minute for the
  // last one to end (a rollout starts the next pod before it has); `stop` ends the wait. Throws
  // ConfigError that names the holder, or what is wrong with the directory.
  DataDirLock(Clock& clock, const std::string& directory, std::stop_token stop = {});
  ~DataDirLock();
  DataDirLock(const DataDirLock&) = delete;
  DataDirLock& operator=(const DataDirLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace eventer
