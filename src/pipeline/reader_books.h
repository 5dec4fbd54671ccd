// One reader's books, kept by the log and published in its SinkStats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/stats.h"
#include "eventer/clock.h"
#include "pipeline/event_log.h"

namespace eventer {

// Not thread-safe: the log calls it with its lock held. At the end of each call
// received = filtered + delivered + rejected + dropped + pending.
class ReaderBooks {
 public:
  ReaderBooks(SinkStats& stats, SteadyTime now) : stats_(stats), still_since_(now) {}

  void Received(std::uint64_t events, std::size_t bytes, SteadyTime now);
  void Filtered(std::size_t bytes, SteadyTime now);
  void Settled(const SettledEvent& event, std::size_t bytes, SteadyTime now);
  // Lost, or not wanted and thus no loss.
  void Dropped(bool wanted, std::size_t bytes, Cause cause = Cause::kStalled);
  // The sink is configured no more: all that is pending is lost (Cause::kRemoved).
  void Abandoned();
  // After the events of one progress were Settled: what the sink's new state remembers of the
  // held ones. What it remembers no more was delivered.
  void Remembers(std::uint64_t held);
  // All that it held is lost (Cause::kRemoved).
  void Forgets();

  // What waited when the program ended; the other totals are in the stats already.
  void Restore(std::uint64_t waiting, std::size_t backlog, std::uint64_t held);

  std::uint64_t held() const { return held_; }
  const SinkStats& stats() const { return stats_; }
  std::uint64_t waiting() const { return waiting_; }
  std::size_t backlog() const { return backlog_; }
  SteadyTime still_since() const { return still_since_; }

 private:
  void Leave(std::size_t bytes);
  void Publish() { stats_.pending = waiting_ + held_; }

  SinkStats& stats_;
  std::uint64_t waiting_ = 0, held_ = 0;
  std::size_t backlog_ = 0;
  SteadyTime still_since_;
};

}  // namespace eventer
