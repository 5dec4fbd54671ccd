#include "pipeline/attempt_judge.h"

#include <algorithm>
#include <utility>

namespace eventer {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// The longest time without a look at what there is to do.
constexpr Duration kIdle = 60s;
// A sink that asks to be called again "now" for ever must not take a whole core.
constexpr Duration kSoonest = 10ms;
// A budget that names no time.
constexpr Duration kUnknownBudget = 1s;

}  // namespace

AttemptJudge::AttemptJudge(BatchLimits limits, Backoff::Random random)
    : limits_(limits), sizer_(limits.events), backoff_(std::move(random)) {}

std::size_t AttemptJudge::Limit() const {
  return rejections_.ConfigurationsFault() ? 1 : sizer_.limit();
}

std::size_t AttemptJudge::window_events() const {
  return std::min(Limit() + trials_.size(), 2 * sizer_.most()) + suspects_.size() +
         given_up_.size();
}

Plan AttemptJudge::Next(const LogSlice& slice, SteadyTime now) {
  ForgetTheGone(slice);
  if (exhausted_) return {};
  Plan plan;
  if (now < paused_until_) {
    plan.wait_until = paused_until_;
    plan.paused = true;
    return plan;
  }
  plan.batch = Choose(slice.entries, now);
  plan.attempt = !plan.batch.empty() || again_at_ <= now;
  plan.wait_until = NextCall(slice.entries, now);
  plan.paused = slice.more;
  return plan;
}

// Drop may have taken what waits, but nothing behind a slice that was cut.
void AttemptJudge::ForgetTheGone(const LogSlice& slice) {
  const std::uint64_t end = slice.more ? slice.entries.back().sequence : UINT64_MAX;
  suspects_.ForgetAllBut(slice.entries, end);
  std::erase_if(trials_, [&](const auto& trial) {
    return trial.first < end &&
           !std::ranges::binary_search(slice.entries, trial.first, {}, &LogEntry::sequence);
  });
}

bool AttemptJudge::Due(std::uint64_t sequence, SteadyTime now) const {
  if (ending_) return !given_up_.contains(sequence);
  auto trial = trials_.find(sequence);
  return trial == trials_.end() || trial->second.due <= now;
}

std::vector<LogEntry> AttemptJudge::Choose(std::span<const LogEntry> waiting,
                                           SteadyTime now) const {
  const auto due = [&](std::uint64_t sequence) { return Due(sequence, now); };
  if (ending_) return Take(waiting, Limit(), due);
  const auto other = [&](auto sequence) { return due(sequence) && !suspects_.Contains(sequence); };
  if (suspects_.accused()) {
    std::vector<LogEntry> probe = Take(waiting, 1, other);
    if (!probe.empty()) return probe;
    probe = TakeSuspects(waiting, 1, [&](auto sequence) {
      return due(sequence) && sequence != suspects_.accused()->entry.sequence;
    });
    if (!probe.empty()) return probe;
  }
  std::vector<LogEntry> suspects = ChooseSuspects(waiting, now);
  return suspects.empty() ? Take(waiting, Limit(), other) : suspects;
}

// The one against which there is a proof first, at once: a receiver that is up for a moment takes
// it.
std::vector<LogEntry> AttemptJudge::ChooseSuspects(std::span<const LogEntry> waiting,
                                                   SteadyTime now) const {
  if (suspects_.empty() || now < suspects_until_) return {};
  const auto due = [&](std::uint64_t sequence) {
    return suspects_.Contains(sequence) && Due(sequence, now);
  };
  std::vector<LogEntry> first = Take(waiting, 1, [&](auto sequence) {
    return due(sequence) && (suspects_.Proved(sequence) || suspects_.AskedToWait(sequence));
  });
  if (!first.empty()) return first;
  const std::size_t most = rejections_.ConfigurationsFault() ? 1 : limits_.events;
  return TakeSuspects(waiting, std::min(suspects_.group(), most), due);
}

std::vector<LogEntry> AttemptJudge::TakeSuspects(
    std::span<const LogEntry> waiting, std::size_t most,
    const std::function<bool(std::uint64_t)>& due) const {
  const std::set<std::uint64_t> next = suspects_.Next(waiting, most, due);
  return Take(waiting, most, [&](std::uint64_t sequence) { return next.contains(sequence); });
}

std::vector<LogEntry> AttemptJudge::Take(std::span<const LogEntry> waiting, std::size_t most,
                                         const std::function<bool(std::uint64_t)>& wanted) const {
  std::vector<LogEntry> batch;
  std::size_t bytes = 0;
  for (const LogEntry& entry : waiting) {
    if (!wanted(entry.sequence)) continue;
    bytes += entry.event->json.size();
    if (batch.size() == most || (!batch.empty() && bytes > limits_.bytes)) break;
    batch.push_back(entry);
  }
  return batch;
}

SteadyTime AttemptJudge::NextCall(std::span<const LogEntry> waiting, SteadyTime now) const {
  SteadyTime next = std::min(again_at_, now + kIdle);
  if (suspects_until_ > now && !suspects_.empty()) next = std::min(next, suspects_until_);
  for (const LogEntry& entry : waiting) {
    auto trial = trials_.find(entry.sequence);
    if (trial != trials_.end() && trial->second.due > now) next = std::min(next, trial->second.due);
  }
  return next;
}

Verdict AttemptJudge::JudgeGarbage(std::span<const LogEntry> batch, const std::string& why,
                                   SteadyTime now) {
  ExportResult result;
  result.events.assign(batch.size(), {Outcome::kRetry, Cause::kGarbage, why});
  if (again_at_ != SteadyTime::max()) result.again_at = again_at_;
  Verdict verdict = Judge(batch, result, now);
  verdict.failure = AttemptFailure{Cause::kGarbage, why, false};
  if (batch.empty()) paused_until_ = now + backoff_.Next(false, std::nullopt);
  return verdict;
}

Verdict AttemptJudge::Judge(std::span<const LogEntry> batch, const ExportResult& result,
                            SteadyTime now) {
  if (result.events.size() != batch.size()) {
    return JudgeGarbage(batch,
                        "the sink told of " + std::to_string(result.events.size()) + " of " +
                            std::to_string(batch.size()) + " events",
                        now);
  }
  Verdict verdict;
  Tally tally{.alone = batch.size() == 1};
  tally.suspects = !batch.empty() && suspects_.Contains(batch.front().sequence);
  verdict.progress.state = result.state;
  verdict.progress.held = result.held;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Weigh(batch[i], result.events[i], result.state.has_value(), verdict, tally);
  }
  Follow(batch, result, verdict, tally, now);
  return verdict;
}

void AttemptJudge::Weigh(const LogEntry& entry, const EventOutcome& outcome, bool remembers,
                         Verdict& verdict, Tally& tally) {
  switch (outcome.outcome) {
    case Outcome::kDelivered:
      rejections_.Delivered();
      ++verdict.delivered;
      return Settle(entry, outcome, verdict, tally);
    case Outcome::kHeld:
      if (remembers) return Settle(entry, outcome, verdict, tally);
      [[fallthrough]];
    case Outcome::kWaiting:
      tally.waiting.push_back(&entry);
      return;
    case Outcome::kRejected:
      return Reject(entry, outcome, verdict, tally);
    case Outcome::kTooLarge:
      if (tally.alone) {
        return Reject(entry, {Outcome::kRejected, Cause::kTooLarge, outcome.detail}, verdict,
                      tally);
      }
      tally.too_large = true;
      return;
    case Outcome::kRetry:
    case Outcome::kMisconfigured:
      return Fail(entry, outcome, outcome.outcome == Outcome::kMisconfigured, verdict, tally);
  }
}

void AttemptJudge::Reject(const LogEntry& entry, const EventOutcome& outcome, Verdict& verdict,
                          Tally& tally) {
  if (rejections_.Keeps(outcome.cause)) return Fail(entry, outcome, true, verdict, tally);
  verdict.rejected.push_back({entry, outcome.cause, outcome.detail});
  Settle(entry, outcome, verdict, tally);
}

void AttemptJudge::Settle(const LogEntry& entry, const EventOutcome& outcome, Verdict& verdict,
                          Tally& tally) {
  verdict.progress.settled.push_back({entry.sequence, outcome.outcome, outcome.cause});
  if (outcome.outcome != Outcome::kHeld) {
    tally.settled = true;
    tally.settled_after_failure |= !tally.failed.empty();
  }
  trials_.erase(entry.sequence);
  suspects_.Forget(entry.sequence);
}

void AttemptJudge::Fail(const LogEntry& entry, const EventOutcome& outcome, bool misconfigured,
                        Verdict& verdict, Tally& tally) {
  tally.failed.push_back(&entry);
  tally.throttled |= outcome.cause == Cause::kThrottled;
  if (!verdict.failure)
    verdict.failure = AttemptFailure{outcome.cause, outcome.detail, misconfigured};
}

void AttemptJudge::Follow(std::span<const LogEntry> batch, const ExportResult& result,
                          Verdict& verdict, Tally& tally, SteadyTime now) {
  if (tally.settled) backoff_.Reset();
  const bool smaller = tally.too_large || (result.smaller && !tally.settled);
  if (smaller && !tally.suspects) sizer_.Halve(batch.size());
  if (!batch.empty() && !ending_) FollowSuspects(batch, verdict, tally, now);
  if (!tally.failed.empty()) BackOff(batch, result, verdict, tally, now);
  if (tally.failed.empty() && !tally.too_large && !batch.empty()) {
    // A sink that remembers sends one message an attempt, however much it is offered; and a digest
    // of all that waits is less than one of one event, of two, of four. What only waits shows
    // nothing: it may be the one that fails.
    if (!result.state) sizer_.Succeeded();
    if (result.state && !verdict.progress.settled.empty()) sizer_.Leap();
  }
  Hold(result, verdict, tally, now);
  if (ending_) GiveUp(batch, result, tally, now);
}

void AttemptJudge::FollowSuspects(std::span<const LogEntry> batch, Verdict& verdict, Tally& tally,
                                  SteadyTime now) {
  const bool failed = !tally.failed.empty() || tally.too_large;
  if (tally.failed.size() == 1 && (tally.alone || tally.settled)) {
    suspects_.FailedAlone(*tally.failed.front(), now);
  }
  tally.probe = FollowProbe(batch.front(), verdict, tally);
  if (!tally.probe && !tally.suspects) return;
  if (failed) {
    if (!tally.alone && !tally.settled) suspects_.FailedTogether(batch, now);
  } else if (verdict.delivered > 0) {
    suspects_.Succeeded(batch.size());
    suspects_until_ = {};
    std::erase_if(trials_, [this](const auto& trial) { return suspects_.Contains(trial.first); });
  }
}

// False: `tried` is no probe.
bool AttemptJudge::FollowProbe(const LogEntry& tried, Verdict& verdict, Tally& tally) {
  const auto& accused = suspects_.accused();
  if (!accused || accused->entry.sequence == tried.sequence) return false;
  if (verdict.delivered > 0) {
    const std::optional<Suspects::Accused> guilty = suspects_.Prove();
    if (!guilty) return true;
    const EventOutcome rejected{Outcome::kRejected, Cause::kSuspect, guilty->why};
    verdict.rejected.push_back({guilty->entry, rejected.cause, rejected.detail});
    Settle(guilty->entry, rejected, verdict, tally);
  } else if (!tally.failed.empty()) {
    suspects_.Acquit();
  }
  return true;
}

// Others were taken before while these failed, one by one: they fail again, and show nothing new.
bool AttemptJudge::OnTrial(const Tally& tally) const {
  return !tally.suspects && !tally.throttled &&
         std::ranges::all_of(tally.failed, [this](const LogEntry* entry) {
           return trials_.contains(entry->sequence);
         });
}

void AttemptJudge::BackOff(std::span<const LogEntry> batch, const ExportResult& result,
                           const Verdict& verdict, const Tally& tally, SteadyTime now) {
  const bool misconfigured = verdict.failure->misconfigured;
  if ((tally.OthersGoOn() || OnTrial(tally)) && !result.retry_after) {
    for (const LogEntry* entry : tally.failed) {
      Trial& trial = trials_[entry->sequence];
      trial.due = now + backoff_.After(++trial.failures, misconfigured);
    }
    return;
  }
  const SteadyTime until = now + backoff_.Next(misconfigured, result.retry_after);
  if (backoff_.failures() >= kNarrowAfter) {
    sizer_.One();
  } else if (result.state && backoff_.failures() > 1 && batch.size() > 1 && !tally.suspects) {
    sizer_.Halve(batch.size());  // a digest fails as a whole: one event may be to blame
  }
  const LogEntry& first = batch.front();
  // A suspect that was a probe waits as any event: else all would be tried one behind the other.
  if (tally.alone && !tally.probe && !ending_ && suspects_.Contains(first.sequence)) {
    suspects_.Accuse(first, verdict.failure->detail, tally.throttled || result.retry_after);
  }
  const auto& accused = suspects_.accused();
  const bool probe_follows = accused && accused->entry.sequence == first.sequence;
  if (probe_follows) trials_[first.sequence].due = suspects_until_ = until;
  if (!probe_follows || result.retry_after) paused_until_ = until;
}

// What the sink said of time: its budget, and when it wants to be called.
void AttemptJudge::Hold(const ExportResult& result, const Verdict& verdict, const Tally& tally,
                        SteadyTime now) {
  if (!ending_) {
    again_at_ = std::max(result.again_at.value_or(SteadyTime::max()), now + kSoonest);
  }
  const bool held = std::ranges::any_of(verdict.progress.settled, [](const SettledEvent& event) {
    return event.outcome == Outcome::kHeld;
  });
  if (!held && tally.waiting.empty()) return;
  budget_until_ = result.again_at.value_or(now + kUnknownBudget);
  if (!tally.waiting.empty())
    paused_until_ = std::max({paused_until_, budget_until_, now + kSoonest});
}

void AttemptJudge::BeginLastAttempts() {
  ending_ = true;
  paused_until_ = {};
  if (again_at_ != SteadyTime::max()) again_at_ = {};
}

void AttemptJudge::GiveUp(std::span<const LogEntry> batch, const ExportResult& result,
                          const Tally& tally, SteadyTime now) {
  paused_until_ = {};
  // What the sink holds is asked for behind all that waits, in one call with nothing.
  if (batch.empty()) {
    again_at_ = SteadyTime::max();
  } else if (result.held > 0) {
    again_at_ = {};
  }
  for (const LogEntry* entry : tally.failed) given_up_.insert(entry->sequence);
  exhausted_ = !tally.failed.empty() && !tally.OthersGoOn();
  // A chat tells one message an attempt: what waits for the next one waits for no time.
  if (tally.waiting.empty() || (result.again_at && *result.again_at <= now)) return;
  for (const LogEntry* entry : tally.waiting) given_up_.insert(entry->sequence);
  exhausted_ = true;
}

}  // namespace eventer
