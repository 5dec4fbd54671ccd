#include "pipeline/worker_log.h"

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

#include "eventer/time_format.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

std::string WholeSeconds(Duration duration) {
  return FormatGoDuration(std::chrono::round<std::chrono::seconds>(duration));
}

std::string_view Word(Outcome settled) {
  if (settled == Outcome::kDelivered) return "delivered";
  return settled == Outcome::kHeld ? "held" : "rejected";
}

}  // namespace

WorkerLog::WorkerLog(Clock& clock, SinkStats& stats)
    : clock_(clock), stats_(stats), failure_lines_(clock) {}

void WorkerLog::Rejected(const Rejection& rejection, bool kept) {
  const Event& event = *rejection.entry.event;
  spdlog::error("{}: rejected ({}: {}), {}: {}", stats_.name, CauseName(rejection.cause),
                rejection.detail, kept ? "kept as a dead letter" : "never sent again",
                kept ? event.ns + "/" + event.name : event.json);
}

void WorkerLog::Attempted(std::span<const LogEntry> batch, const Verdict& verdict, Duration took) {
  if (spdlog::should_log(spdlog::level::debug)) TellEach(batch, verdict);
  ++stats_.attempts;
  stats_.export_ns += took.count();
  if (verdict.delivered > 0) Delivered();
  if (verdict.failure) Failed(*verdict.failure, verdict.delivered > 0);
}

void WorkerLog::TellEach(std::span<const LogEntry> batch, const Verdict& verdict) const {
  auto settled = verdict.progress.settled.begin();  // in the batch's order
  for (const LogEntry& entry : batch) {
    std::string_view what = "kept";
    if (settled != verdict.progress.settled.end() && settled->sequence == entry.sequence) {
      what = Word(settled->outcome);
      ++settled;
    }
    spdlog::debug("{}: {} {}/{} ({})", stats_.name, what, entry.event->ns, entry.event->name,
                  entry.event->reason);
  }
}

void WorkerLog::Delivered() {
  stats_.last_delivery_wall_us = clock_.Wall().time_since_epoch().count();
  stats_.trouble.Set("");
  if (!failing_since_) return;
  spdlog::info("{}: delivering again after {}, {} attempts", stats_.name,
               WholeSeconds(clock_.Steady() - *failing_since_), failed_attempts_);
  failing_since_.reset();
  failed_attempts_ = 0;
}

void WorkerLog::Failed(const AttemptFailure& failure, bool in_part) {
  ++stats_.failures[static_cast<std::size_t>(failure.cause)];
  const std::string why = std::string(CauseName(failure.cause)) + ": " + failure.detail;
  stats_.trouble.Set(why);
  if (!in_part) {
    if (!failing_since_) failing_since_ = clock_.Steady();
    ++failed_attempts_;
  }
  const auto suppressed = failure_lines_.Allow();
  if (!suppressed) return;
  const auto level = failure.misconfigured ? spdlog::level::err : spdlog::level::warn;
  if (in_part) {
    spdlog::log(level, "{}: not all events were taken, nor in {} attempts before, {} pending ({})",
                stats_.name, *suppressed, stats_.pending.load(), why);
  } else {
    spdlog::log(level, "{}: {} failed attempts since {}, {} events kept ({})", stats_.name,
                failed_attempts_, WholeSeconds(clock_.Steady() - *failing_since_),
                stats_.pending.load(), why);
  }
}

void WorkerLog::Committed(const Verdict& verdict, bool caught_up) {
  if (delivered_ == 0) run_since_ = clock_.Steady();
  delivered_ += verdict.delivered;
  if (delivered_ > 0 && (caught_up || clock_.Steady() - run_since_ >= 1s)) TellDelivered();
}

void WorkerLog::TellDelivered() {
  const std::uint64_t filtered = stats_.filtered;
  spdlog::info("{}: delivered {} events ({} filtered), {} pending", stats_.name, delivered_,
               filtered - filtered_told_, stats_.pending.load());
  delivered_ = 0;
  filtered_told_ = filtered;
}

void WorkerLog::Ended() {
  if (delivered_ > 0) TellDelivered();
}

}  // namespace eventer
