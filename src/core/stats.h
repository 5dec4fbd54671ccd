// What the program knows about itself: written by every thread, read by the health server.
//
// Plain atomics and two short mutexes that are never held across anything that blocks, so a
// reader never waits for a sink or the network. app/metrics renders them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/clock.h"
#include "eventer/event.h"
#include "eventer/event_sink.h"

namespace eventer {

using Counter = std::atomic<std::uint64_t>;
using CauseCounters = std::array<Counter, static_cast<std::size_t>(Cause::kCount)>;

// One thread's sign of life. A thread is stuck if it made no step (an attempt, an answer, a tick,
// a deliberate wait) for two minutes.
class Pulse {
 public:
  // Made a step now.
  void Step(SteadyTime now) { Expect(now); }
  // Begins something that is over by `until` at the latest: a wait, or an attempt with a deadline.
  void Expect(SteadyTime until) { good_until_ = until.time_since_epoch().count(); }
  // Has ended on purpose, or not begun: never stuck.
  void Rest() { good_until_ = kResting; }
  bool Stuck(SteadyTime now) const;

 private:
  static constexpr std::int64_t kResting = INT64_MAX;
  std::atomic<std::int64_t> good_until_{kResting};
};

// A line of text that changes: why something is not well. Thread-safe.
class Notice {
 public:
  void Set(std::string text);
  std::string Get() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

struct SourceStats {
  std::atomic<bool> connected{false};  // every watch is open (kube/source_health.h)
  Notice trouble;                      // why not, one line; empty while all is well
  Counter frames{0}, watches{0}, lists{0}, relists{0}, gaps{0}, garbage{0}, oversized{0}, held{0};
  std::atomic<std::int64_t> last_frame_wall_us{0};
};

// One sink's books. At every instant that the log is not changing:
// received = filtered + delivered + rejected + dropped + pending.
struct SinkStats {
  std::string name;      // app/sink_names.h: a label's value, no secret
  std::string exporter;  // EventSink::name()
  Counter received{0}, filtered{0}, delivered{0}, pending{0};
  CauseCounters rejected{}, dropped{};
  CauseCounters failures{};  // attempts that ended in a retry
  Counter attempts{0}, export_ns{0};
  // Rejected events written to its file of dead letters; those that are in no such file, though
  // there should be one.
  Counter dead_letters{0}, dead_letters_lost{0};
  std::atomic<std::int64_t> last_delivery_wall_us{0};
  std::atomic<bool> stalled{false};
  Notice trouble;  // the last failure, empty once something was delivered
  Pulse pulse;
};

// A family of event counters of the original (eventer_events_normal_total, ...): at most 2,000
// series, more are counted under reason="other".
struct EventSeries {
  std::string reason, kind, name, ns;
  auto operator<=>(const EventSeries&) const = default;
};

class EventCounters {
 public:
  enum Family { kNormal, kWarning, kError, kFamilies };
  static constexpr std::size_t kMaxSeries = 2000;

  // `with_name`: --event-metrics-object-name, the object's name as a label.
  explicit EventCounters(bool with_name = false) : with_name_(with_name) {}
  void Count(const Event& event);  // the original's decision (problem.h), then one counter + 1
  std::map<EventSeries, std::uint64_t> Snapshot(Family family) const;

 private:
  const bool with_name_;
  mutable std::mutex mutex_;
  std::array<std::map<EventSeries, std::uint64_t>, kFamilies> series_;
};

struct Stats {
  explicit Stats(bool object_name_label = false) : events(object_name_label) {}

  SourceStats source;
  EventCounters events;
  // A deque: references stay good. Filled on the main thread before other threads start.
  std::deque<SinkStats> sinks;
  // Of sinks that are configured no more and whose cursors are still stored. Filled by the durable
  // log before the threads start; a sink that is opened is no longer among them. Afterwards the
  // list stays as it is: who is forgotten by the log keeps its totals here.
  std::list<SinkStats> gone_sinks;
  std::deque<Pulse> watch_pulses;  // one per watch; filled like sinks, by NewKubernetesSource
  Pulse housekeeper_pulse;
  // The original's eventer_manager_* and eventer_scraper_*.
  std::atomic<std::int64_t> housekeep_wall_us{0}, scrape_wall_us{0};
  Counter scraped_events{0}, scrapes{0}, scrape_ns{0};
  Counter buffer_entries{0}, buffer_bytes{0}, log_events{0}, log_bytes{0}, log_max_bytes{0};
  std::atomic<bool> log_full{false};
  std::atomic<bool> disk_failing{false};
  Notice disk_trouble;  // of the log on the disk: why it fails, one line; empty while it does not
};

}  // namespace eventer
