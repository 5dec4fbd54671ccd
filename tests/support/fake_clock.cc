#include "support/fake_clock.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace eventer {

WallTime FakeClock::Wall() const {
  std::lock_guard lock(mutex_);
  return wall_;
}

SteadyTime FakeClock::Steady() const {
  std::lock_guard lock(mutex_);
  return steady_;
}

bool FakeClock::WaitUntil(std::unique_lock<std::mutex>& lock, std::condition_variable_any& cv,
                          std::stop_token stop, SteadyTime deadline,
                          const std::function<bool()>& done) {
  std::list<Waiter>::iterator self;
  {
    std::lock_guard own(mutex_);
    self = waiters_.insert(waiters_.end(), {next_id_++, lock.mutex(), &cv, deadline, stop, &done});
  }
  waiters_changed_.notify_all();
  bool result = false;
  cv.wait(lock, stop, [&] { return (result = done()) || Steady() >= deadline; });
  if (stop.stop_requested()) result = done();
  std::lock_guard own(mutex_);
  waiters_.erase(self);
  return result;
}

void FakeClock::Advance(Duration by) {
  std::unique_lock lock(mutex_);
  steady_ += by;
  wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  std::vector<std::uint64_t> ids;
  for (const Waiter& waiter : waiters_) ids.push_back(waiter.id);
  for (std::uint64_t id : ids) {
    while (!Wake(id)) {
      lock.unlock();
      std::this_thread::yield();
      lock.lock();
    }
  }
}

bool FakeClock::Wake(std::uint64_t id) {
  auto waiter = std::find_if(waiters_.begin(), waiters_.end(), [&](auto& w) { return w.id == id; });
  if (waiter == waiters_.end()) return true;
  // Its mutex tells whether it is inside wait() or about to read the time again. Only tried: a
  // waiter takes our mutex while it holds its own, and may be gone when we let go of ours.
  std::unique_lock theirs(*waiter->mutex, std::try_to_lock);
  if (!theirs) return false;
  waiter->cv->notify_all();
  return true;
}

void FakeClock::JumpWall(Duration by) {
  std::lock_guard lock(mutex_);
  wall_ += std::chrono::duration_cast<WallTime::duration>(by);
}

void FakeClock::AwaitWaiters(std::size_t count) {
  std::unique_lock lock(mutex_);
  waiters_changed_.wait(lock, [&] {
    return static_cast<std::size_t>(std::count_if(waiters_.begin(), waiters_.end(), [&](auto& w) {
             return w.deadline > steady_;
           })) >= count;
  });
}

void FakeClock::AwaitQuiet(std::size_t count) {
  std::unique_lock lock(mutex_);
  while (static_cast<std::size_t>(std::count_if(waiters_.begin(), waiters_.end(),
                                                [&](auto& w) { return Quiet(w); })) < count) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
}

bool FakeClock::Quiet(const Waiter& waiter) const {
  if (waiter.deadline <= steady_ || waiter.stop.stop_requested()) return false;
  std::unique_lock theirs(*waiter.mutex, std::try_to_lock);
  return theirs && !(*waiter.done)();
}

SteadyTime FakeClock::NextDeadline() const {
  std::lock_guard lock(mutex_);
  SteadyTime next = SteadyTime::max();
  for (const Waiter& waiter : waiters_) next = std::min(next, waiter.deadline);
  return next;
}

}  // namespace eventer
