// One watch: over all namespaces or one, from its beginning until stop.
//
// It is always in one of four phases, and each step of a phase is one call to the API server:
//   kBegin   nothing is known: list (limit=1) for the collection's version, watch from there
//   kCheck   list (limit=1): have versions gone backwards?
//   kRelist  read the collection in bounded passes (relist.h)
//   kWatch   the stream
//
// What counts as a gap (stats.source.gaps), that is: changes may have been missed:
// - versions that went backwards: the history that was being read is no more;
// - a relist because of expired versions (410) or repeated failures, unless the watch was seen to
//   be complete less than 10 s before. On a quiet cluster or namespace nothing else moves the
//   position, so the API server's compaction passes it every few minutes although nothing was
//   missed: no API server compacts what is younger than that. Those relists are counted as
//   relists and logged at debug only.
#pragma once

#include <cstddef>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

#include "core/event_decoder.h"
#include "core/log_limiter.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"
#include "kube/handover.h"
#include "kube/kube_api.h"
#include "kube/relist.h"
#include "kube/source_health.h"
#include "kube/watch_backoff.h"
#include "kube/watch_failure.h"
#include "kube/watch_stream.h"

namespace eventer {

struct EventWatchOptions {
  std::string ns;                 // empty: all namespaces
  Handover::Start stored;         // without a position: begin at the present
  bool list_everything = false;   // nothing is stored, but was: begin with all there is
  std::optional<Duration> since;  // without a position: begin with what is not older
  std::size_t relist_bytes = 16 << 20;
  bool count_events = true;
};

class EventWatch {
 public:
  // `index`: its place in `health`.
  EventWatch(Clock& clock, Stats& stats, KubeApi& api, SourceHealth& health, std::size_t index,
             Pulse& pulse, EventWatchOptions options);

  // The thread's body; returns when stop is requested.
  void Run(std::stop_token stop, const EventReceiver& receive);

 private:
  enum class Phase : char { kBegin, kCheck, kRelist, kWatch };
  enum class Cause : char { kBeginning, kExpired, kReplaced };

  void Step();
  void LookAtCollection();
  void BeginRelist(Cause cause, Relist::Range range);
  // What may not have been read of another history, or of one whose versions have no order.
  std::optional<WallTime> NotOlderThan() const;
  void BeginAnew();
  // A 410. Versions that expire again before a frame came are waited for: each time costs the API
  // server a list of all.
  void Expired(const std::string& why);
  void BeginExpired(const std::string& why);
  void BeginReplaced(const std::string& list_version);
  bool Replaced(const std::string& list_version) const;
  void RelistPage();
  void CountGap();
  void FinishPass();
  void Watch();
  HttpResponse Stream();
  void Judge(const HttpResponse& response, bool at_once);
  void Held();
  void Broken(const HttpResponse& response, bool at_once);
  // Waits for what a failed call asks for. `of_watch`: it may count towards five in a row.
  void Fail(const WatchFailure& failure, bool of_watch);
  void Pause(Duration wait);
  HttpResponse List(const KubeApi::ListQuery& query);
  std::string Where() const;

  Clock& clock_;
  Stats& stats_;
  KubeApi& api_;
  SourceHealth& health_;
  const std::size_t index_;
  Pulse& pulse_;
  const EventWatchOptions options_;
  EventDecoder decoder_;
  Handover handover_;
  WatchStream stream_;
  WatchBackoff backoff_;
  LogLimiter failure_log_, broken_log_, held_log_, gap_log_;
  std::minstd_rand random_;
  std::stop_token stop_;

  Phase phase_ = Phase::kBegin;
  bool lost_ = true;                    // the last call failed
  bool expired_ = false;                // since the last frame
  int failures_ = 0;                    // in a row, without a frame (MayBeTheVersion)
  SteadyTime ends_{};                   // when the server ends the stream, at the latest
  std::optional<SteadyTime> complete_;  // until when everything is known to have been read
  std::optional<Relist> relist_;
  WallTime listed_at_{};             // the collection's state is no older than that
  Cause cause_ = Cause::kBeginning;  // of relist_
  bool gap_counted_ = false;         // for relist_
};

}  // namespace eventer
