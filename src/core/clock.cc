#include "eventer/clock.h"

namespace eventer {
namespace {

class RealClock final : public Clock {
 public:
  WallTime Wall() const override {
    return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  }

  SteadyTime Steady() const override { return std::chrono::steady_clock::now(); }

  bool WaitUntil(std::unique_lock<std::mutex>& lock, std::condition_variable_any& cv,
                 std::stop_token stop, SteadyTime deadline,
                 const std::function<bool()>& done) override {
    return cv.wait_until(lock, stop, deadline, done);
  }
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

bool SleepUntil(Clock& clock, std::stop_token stop, SteadyTime deadline) {
  std::mutex mutex;
  std::condition_variable_any nobody_notifies;
  std::unique_lock lock(mutex);
  clock.WaitUntil(lock, nobody_notifies, stop, deadline, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace eventer
