// One sink's thread: reads the log, tries, and does what the judge says.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_sink.h"
#include "pipeline/attempt_judge.h"
#include "pipeline/dead_letters.h"
#include "pipeline/event_log.h"
#include "pipeline/stall_detector.h"
#include "pipeline/worker_log.h"

namespace eventer {

// Built and ended by the SinkManager on the main thread.
class SinkWorker {
 public:
  // How long an attempt may take at most before its thread counts as stuck: a request's deadline
  // is 2 min at most, and an attempt may begin with a look at the receiver's version.
  static constexpr Duration kLongestAttempt = std::chrono::seconds(150);

  // `limits`: of one attempt, the sink's own cut to what the log can spare.
  SinkWorker(Clock& clock, SinkStats& stats, EventLog& log, ReaderId reader,
             std::unique_ptr<EventSink> sink, BatchLimits limits,
             std::unique_ptr<DeadLetterFile> dead_letters);
  ~SinkWorker();  // requests stop and joins

  void Start();
  // Ends every wait, now and later: one last attempt each.
  void BeginLastAttempts();
  void RequestStop();
  // Until the thread's body is over (true) or `deadline`.
  bool AwaitEnd(SteadyTime deadline);

  SinkPace Pace() const;  // any thread
  SinkStats& stats() { return stats_; }

 private:
  void Run(std::stop_token stop);
  // False: nothing left to do, the end.
  bool Step(std::stop_token stop);
  Plan Next();
  void Attempt(const Plan& plan, std::stop_token stop);
  Verdict Try(const EventBatch& batch, std::span<const LogEntry> entries, std::stop_token stop);
  void Restore();
  void ForgetState(Verdict& verdict);
  void Bury(const Rejection& rejection);
  void Wait(const Plan& plan);
  void End();

  Clock& clock_;
  SinkStats& stats_;
  EventLog& log_;
  const ReaderId reader_;
  const std::unique_ptr<EventSink> sink_;
  const std::unique_ptr<DeadLetterFile> dead_letters_;  // may be null
  AttemptJudge judge_;
  WorkerLog lines_;
  bool restored_ = false;         // the sink has got its stored state,
  bool unclaimed_state_ = false;  // which is not empty, and told of none of its own yet
  bool ending_ = false;           // the judge knows that these are the last attempts
  std::atomic<SteadyTime> budget_until_{SteadyTime{}};

  std::mutex mutex_;
  std::condition_variable_any ended_changed_;
  bool ended_ = false;

  std::stop_source patience_;  // stopped: no more waiting
  std::jthread thread_;
};

}  // namespace eventer
