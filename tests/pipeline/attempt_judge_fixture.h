// Plays log, worker and receiver for the judge, without threads or clocks.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline/attempt_judge.h"
#include "pipeline/testing.h"
#include "support/fake_sink.h"

namespace eventer {

class AttemptJudgeTest : public testing::Test {
 protected:
  using Strings = std::vector<std::string>;

  // The judge of a sink with such limits; no jitter.
  void Make(std::size_t events, std::size_t bytes = 1 << 20) {
    judge_.emplace(BatchLimits{events, bytes}, [] { return 1.0; });
  }

  void Add(int first, int count, std::size_t bytes = 10) {
    for (const std::string& name : Numbers(first, count)) {
      waiting_.push_back(
          {static_cast<std::uint64_t>(std::stoi(name)), MakeEvent(name, "Normal", bytes)});
    }
  }

  LogSlice Slice() const {
    LogSlice slice;
    std::size_t bytes = 0;
    for (const LogEntry& entry : waiting_) {
      bytes += entry.event->json.size();
      slice.more = slice.entries.size() == judge_->window_events() ||
                   (!slice.entries.empty() && bytes > judge_->window_bytes());
      if (slice.more) break;
      slice.entries.push_back(entry);
    }
    return slice;
  }

  Plan Next() { return judge_->Next(Slice(), now_); }
  // What would be tried now; empty: nothing.
  Strings Batch() { return Names(Next().batch); }

  // One attempt, which must be due, and the receiver's answer.
  Verdict Try(const FakeReceiver::Answer& answer) {
    const Plan plan = Next();
    EXPECT_TRUE(plan.attempt);
    EventBatch batch;
    for (const LogEntry& entry : plan.batch) batch.events.push_back(entry.event);
    Verdict verdict = judge_->Judge(plan.batch, answer(batch), now_);
    tried_ = Names(plan.batch);
    for (const SettledEvent& event : verdict.progress.settled) {
      std::erase_if(waiting_, [&](auto& entry) { return entry.sequence == event.sequence; });
    }
    return verdict;
  }

  // To when the judge wants to be asked again; returns how long that took.
  Duration Wait() {
    const Plan plan = Next();
    EXPECT_FALSE(plan.attempt);
    const Duration waited = plan.wait_until - now_;
    now_ = plan.wait_until;
    return waited;
  }

  // Attempts whenever one is due, for so long.
  void TryFor(Duration period, const FakeReceiver::Answer& answer) {
    const SteadyTime end = now_ + period;
    while (now_ < end) {
      while (Next().attempt) Try(answer);
      Wait();
    }
  }

  SteadyTime now_{std::chrono::hours(1)};
  std::optional<AttemptJudge> judge_;
  std::vector<LogEntry> waiting_;
  Strings tried_;
};

}  // namespace eventer
