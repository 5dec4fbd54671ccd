#include "pipeline/sink_worker.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace eventer {

SinkWorker::SinkWorker(Clock& clock, SinkStats& stats, EventLog& log, ReaderId reader,
                       std::unique_ptr<EventSink> sink, BatchLimits limits,
                       std::unique_ptr<DeadLetterFile> dead_letters)
    : clock_(clock),
      stats_(stats),
      log_(log),
      reader_(reader),
      sink_(std::move(sink)),
      dead_letters_(std::move(dead_letters)),
      judge_(limits, Backoff::SystemRandom()),
      lines_(clock, stats) {}

SinkWorker::~SinkWorker() { RequestStop(); }

void SinkWorker::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Run(std::move(stop)); });
}

void SinkWorker::BeginLastAttempts() { patience_.request_stop(); }

void SinkWorker::RequestStop() {
  thread_.request_stop();
  patience_.request_stop();
}

bool SinkWorker::AwaitEnd(SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  return clock_.WaitUntil(lock, ended_changed_, {}, deadline, [&] { return ended_; });
}

SinkPace SinkWorker::Pace() const {
  return {.reader = reader_, .state = log_.Look(reader_), .budget_until = budget_until_.load()};
}

void SinkWorker::Run(std::stop_token stop) {
  if (!log_.State(reader_).empty()) judge_.CallAgainAt(clock_.Steady());
  while (!stop.stop_requested() && Step(stop)) {
  }
  End();
}

void SinkWorker::End() {
  lines_.Ended();
  std::lock_guard lock(mutex_);
  ended_ = true;
  stats_.pulse.Rest();
  ended_changed_.notify_all();
}

bool SinkWorker::Step(std::stop_token stop) {
  if (!ending_ && patience_.stop_requested()) {
    ending_ = true;
    judge_.BeginLastAttempts();
  }
  const Plan plan = Next();
  if (plan.attempt) {
    Attempt(plan, std::move(stop));
  } else if (ending_) {
    return false;
  } else {
    Wait(plan);
  }
  return true;
}

// What it does not take of the events that were read for it is given back at once.
Plan SinkWorker::Next() {
  const LogSlice slice = log_.Read(reader_, judge_.window_events(), judge_.window_bytes());
  return judge_.Next(slice, clock_.Steady());
}

void SinkWorker::Attempt(const Plan& plan, std::stop_token stop) {
  EventBatch batch{.timestamp = clock_.Wall(), .events = {}};
  batch.events.reserve(plan.batch.size());
  for (const LogEntry& entry : plan.batch) batch.events.push_back(entry.event);
  const SteadyTime begin = clock_.Steady();
  stats_.pulse.Expect(begin + kLongestAttempt);
  Verdict verdict = Try(batch, plan.batch, stop);
  // What failed because the sink had to stop is nobody's fault.
  if (stop.stop_requested()) verdict.failure.reset();
  stats_.pulse.Step(clock_.Steady());
  budget_until_ = judge_.budget_until();
  for (const Rejection& rejection : verdict.rejected) Bury(rejection);
  lines_.Attempted(plan.batch, verdict, clock_.Steady() - begin);
  log_.Commit(reader_, verdict.progress);
  lines_.Committed(verdict, log_.Look(reader_).waiting == 0 || verdict.failure);
}

// The one place that catches what a sink throws.
Verdict SinkWorker::Try(const EventBatch& batch, std::span<const LogEntry> entries,
                        std::stop_token stop) {
  std::string what = "the sink threw something unknown";
  try {
    if (!restored_) Restore();
    const ExportResult result = sink_->ExportEvents(batch, std::move(stop));
    Verdict verdict = judge_.Judge(entries, result, clock_.Steady());
    if (std::exchange(unclaimed_state_, false) && !result.state) ForgetState(verdict);
    return verdict;
  } catch (const std::exception& error) {
    what = std::string("the sink threw: ") + error.what();
  } catch (...) {
  }
  return judge_.JudgeGarbage(entries, what, clock_.Steady());
}

void SinkWorker::Restore() {
  const std::string stored = log_.State(reader_);
  sink_->RestoreState(stored);
  restored_ = true;
  unclaimed_state_ = !stored.empty();
}

// It is that of a sink of another kind, which had this name before: this one keeps none.
void SinkWorker::ForgetState(Verdict& verdict) {
  spdlog::warn(
      "{}: what another kind of sink remembered under this name is forgotten; what it had not told "
      "is counted as dropped (removed)",
      stats_.name);
  verdict.progress.state = "";
  verdict.progress.forgotten = true;
}

void SinkWorker::Bury(const Rejection& rejection) {
  const bool kept = dead_letters_ && dead_letters_->Write(clock_.Wall(), rejection);
  if (kept) {
    ++stats_.dead_letters;
  } else if (dead_letters_) {
    ++stats_.dead_letters_lost;
  }
  if (dead_letters_) stats_.dead_letters_lost += dead_letters_->TakeDiscarded();
  lines_.Rejected(rejection, kept);
}

void SinkWorker::Wait(const Plan& plan) {
  stats_.pulse.Expect(plan.wait_until);
  if (!plan.paused) {
    log_.Wait(reader_, plan.wait_until, patience_.get_token());
    return;
  }
  log_.Commit(reader_, {});  // out of our hands
  SleepUntil(clock_, patience_.get_token(), plan.wait_until);
}

}  // namespace eventer
