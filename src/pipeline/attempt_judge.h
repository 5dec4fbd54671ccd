// What to try next, and what an attempt's result means.
//
// Those of the delivery rules (docs/design.md) that turn what sinks say into settled events,
// retries and rejections: back-off, suspects, the configuration's fault, batches that are too
// large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "eventer/clock.h"
#include "eventer/event_sink.h"
#include "pipeline/attempt.h"
#include "pipeline/backoff.h"
#include "pipeline/batch_sizer.h"
#include "pipeline/event_log.h"
#include "pipeline/rejection_streak.h"
#include "pipeline/suspects.h"

namespace eventer {

// No threads, no clock. Used by one sink's worker.
class AttemptJudge {
 public:
  // So many attempts in a row without any success, then one event is tried at a time.
  static constexpr unsigned kNarrowAfter = 5;

  AttemptJudge(BatchLimits limits, Backoff::Random random);

  // How much to read from the log: what the next attempt may take, beside what waits for its turn.
  // Bounded, so that a receiver that refuses many single events is not given ever more.
  std::size_t window_events() const;
  std::size_t window_bytes() const { return 2 * limits_.bytes + suspects_.bytes(); }

  // `slice`: what waits now, in order, at most a window.
  Plan Next(const LogSlice& slice, SteadyTime now);
  // `result`: what the sink said of `batch`, which a Plan chose.
  Verdict Judge(std::span<const LogEntry> batch, const ExportResult& result, SteadyTime now);
  // The sink threw: as if it had said nothing of use.
  Verdict JudgeGarbage(std::span<const LogEntry> batch, const std::string& why, SteadyTime now);

  // Call the sink then, whether anything waits or not: a state was stored.
  void CallAgainAt(SteadyTime when) { again_at_ = when; }
  // The sink waits for its own budget until then; past: it does not.
  SteadyTime budget_until() const { return budget_until_; }
  // Shutdown: no more waiting. What waits gets one last attempt each, until one fails.
  void BeginLastAttempts();

 private:
  // Of an event that the receiver did not take while it took others.
  struct Trial {
    unsigned failures = 0;
    SteadyTime due{};  // then it may be tried again
  };
  // How one attempt ended, event by event.
  struct Tally {
    std::vector<const LogEntry*> failed, waiting;
    // `settled`: by the receiver. What the sink only remembers shows nothing of it.
    bool settled = false, settled_after_failure = false, throttled = false, too_large = false;
    bool alone = false;     // one event was tried
    bool suspects = false;  // all that were tried are suspects
    bool probe = false;     // it was tried behind one that is accused
    // The receiver judges events one by one, and is not to be left alone.
    bool OthersGoOn() const { return settled_after_failure && !throttled; }
  };

  std::size_t Limit() const;
  bool Due(std::uint64_t sequence, SteadyTime now) const;
  void ForgetTheGone(const LogSlice& slice);
  std::vector<LogEntry> Choose(std::span<const LogEntry> waiting, SteadyTime now) const;
  std::vector<LogEntry> ChooseSuspects(std::span<const LogEntry> waiting, SteadyTime now) const;
  std::vector<LogEntry> TakeSuspects(std::span<const LogEntry> waiting, std::size_t most,
                                     const std::function<bool(std::uint64_t)>& due) const;
  std::vector<LogEntry> Take(std::span<const LogEntry> waiting, std::size_t most,
                             const std::function<bool(std::uint64_t)>& wanted) const;
  SteadyTime NextCall(std::span<const LogEntry> waiting, SteadyTime now) const;

  void Weigh(const LogEntry& entry, const EventOutcome& outcome, bool remembers, Verdict& verdict,
             Tally& tally);
  void Settle(const LogEntry& entry, const EventOutcome& outcome, Verdict& verdict, Tally& tally);
  void Reject(const LogEntry& entry, const EventOutcome& outcome, Verdict& verdict, Tally& tally);
  void Fail(const LogEntry& entry, const EventOutcome& outcome, bool misconfigured,
            Verdict& verdict, Tally& tally);
  void Follow(std::span<const LogEntry> batch, const ExportResult& result, Verdict& verdict,
              Tally& tally, SteadyTime now);
  void FollowSuspects(std::span<const LogEntry> batch, Verdict& verdict, Tally& tally,
                      SteadyTime now);
  bool OnTrial(const Tally& tally) const;
  bool FollowProbe(const LogEntry& tried, Verdict& verdict, Tally& tally);
  void BackOff(std::span<const LogEntry> batch, const ExportResult& result, const Verdict& verdict,
               const Tally& tally, SteadyTime now);
  void Hold(const ExportResult& result, const Verdict& verdict, const Tally& tally, SteadyTime now);
  void GiveUp(std::span<const LogEntry> batch, const ExportResult& result, const Tally& tally,
              SteadyTime now);

  BatchLimits limits_;
  BatchSizer sizer_;
  Backoff backoff_;
  RejectionStreak rejections_;
  Suspects suspects_;
  std::map<std::uint64_t, Trial> trials_;
  SteadyTime suspects_until_{};  // none is tried before, but as a probe
  SteadyTime paused_until_{}, budget_until_{}, again_at_ = SteadyTime::max();
  bool ending_ = false, exhausted_ = false;
  std::set<std::uint64_t> given_up_;  // failed while ending
};

}  // namespace eventer
