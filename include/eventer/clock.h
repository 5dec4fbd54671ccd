// Time, and the only way this program waits for it.
//
// Everything that reads a clock or waits takes a Clock&, so that tests decide what time it is
// (tests/support/fake_clock.h). No other code calls std::chrono::*_clock::now() or sleeps.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

namespace eventer {

using Duration = std::chrono::nanoseconds;
// Microseconds: the finest that the Kubernetes API writes (MicroTime).
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual WallTime Wall() const = 0;
  // Never jumps; all deadlines, back-offs and ages of waiting are counted on it.
  virtual SteadyTime Steady() const = 0;

  // Blocks until `done()` holds, `deadline` is reached or `stop` is requested; returns done().
  // `lock` is held by the caller, released while waiting, and held again when `done` is called
  // and on return. Whoever changes what `done` reads notifies `cv`.
  virtual bool WaitUntil(std::unique_lock<std::mutex>& lock, std::condition_variable_any& cv,
                         std::stop_token stop, SteadyTime deadline,
                         const std::function<bool()>& done) = 0;
};

// The machine's clocks.
Clock& SystemClock();

// Waits until `deadline` or stop, for callers that wait for nothing but time. True: the deadline
// was reached.
bool SleepUntil(Clock& clock, std::stop_token stop, SteadyTime deadline);

}  // namespace eventer
