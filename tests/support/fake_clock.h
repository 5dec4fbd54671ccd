// Time that moves only when a test says so.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>

#include "eventer/clock.h"

namespace eventer {

// Thread-safe. A waiter blocks for real until its `done` holds, `stop` is requested or Advance
// has moved the time past its deadline.
class FakeClock final : public Clock {
 public:
  WallTime Wall() const override;
  SteadyTime Steady() const override;
  bool WaitUntil(std::unique_lock<std::mutex>& lock, std::condition_variable_any& cv,
                 std::stop_token stop, SteadyTime deadline,
                 const std::function<bool()>& done) override;

  // Moves both clocks and wakes every waiter.
  void Advance(Duration by);
  // Moves the wall clock alone, as an administrator or NTP would.
  void JumpWall(Duration by);
  // Blocks until at least `count` threads are inside WaitUntil with a deadline that lies ahead:
  // then all of them have done what they could at this time.
  void AwaitWaiters(std::size_t count);
  // Blocks until at least `count` threads are inside WaitUntil, and what they wait for has not
  // happened: unlike AwaitWaiters it does not count those that were notified and are about to go
  // on. Their `done` must not read this clock.
  void AwaitQuiet(std::size_t count);
  // The earliest deadline that somebody waits for; SteadyTime::max() if nobody waits.
  SteadyTime NextDeadline() const;

 private:
  struct Waiter {
    std::uint64_t id;
    std::mutex* mutex;
    std::condition_variable_any* cv;
    SteadyTime deadline;
    std::stop_token stop;
    const std::function<bool()>* done;
  };

  // Notifies one waiter; false: its mutex is taken, try again. With mutex_ held.
  bool Wake(std::uint64_t id);

  // Waits on. With mutex_ held.
  bool Quiet(const Waiter& waiter) const;

  mutable std::mutex mutex_;
  std::condition_variable waiters_changed_;
  std::list<Waiter> waiters_;
  std::uint64_t next_id_ = 0;
  WallTime wall_{std::chrono::seconds(1714528984)};  // 2024-05-01T02:03:04Z
  SteadyTime steady_{std::chrono::hours(1)};
};

}  // namespace eventer
