// SIGTERM and SIGINT, from the start of the program to its end.
#pragma once

#include <csignal>
#include <thread>

namespace eventer {

// Made on the main thread before any other starts: each inherits that these signals are blocked,
// so that nothing is interrupted by them. Until StartIsOver a signal ends the program with 128 +
// its number: there is nothing to save yet, and a start may wait for a minute. SIGPIPE is ignored:
// a closed pipe is an error of write, not our end.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // From now on they wait for Await.
  void StartIsOver();
  // Blocks until one comes, or came since the start was over. From then on the next one ends the
  // program at once, with 130.
  void Await();

 private:
  void WatchStart();

  sigset_t signals_;
  int incoming_, started_;  // a signalfd, and an eventfd: the start is over
  std::thread watch_;
};

}  // namespace eventer
