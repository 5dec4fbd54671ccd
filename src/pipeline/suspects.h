// Events that fail alone again and again: perhaps it is their own fault.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "eventer/clock.h"
#include "pipeline/event_log.h"

namespace eventer {

// An event that fails alone 5 times over at least 10 minutes, whatever the sign, is a suspect. When
// it fails again, it is accused: the next event is tried (the probe). That the probe is delivered
// is a proof against it, 3 proofs in a row convict it. If the probe fails, too, nothing is proved:
// a receiver that is down, or up for a moment only, costs no event. Before the second proof it has
// to fail twice in a row, before the third three times: of two backends that are asked by turns
// the one that is down must not always meet the same event.
//
// Once a receiver that was down takes one, all suspects are tried in one batch, for mostly it was
// the receiver's fault; if that fails, half as many, down to the bad one. Not thread-safe.
class Suspects {
 public:
  static constexpr unsigned kFailures = 5;
  static constexpr Duration kAge = std::chrono::minutes(10);
  static constexpr unsigned kProofs = 3;

  struct Accused {
    LogEntry entry;
    std::string why;  // it failed
  };

  // No other event failed in that attempt.
  void FailedAlone(const LogEntry& entry, SteadyTime now);
  bool Contains(std::uint64_t sequence) const;
  bool empty() const { return size() == 0; }
  std::size_t size() const;
  std::size_t bytes() const;  // of Event::json

  // Which of `waiting` may be tried in one attempt, `most` at most: those that failed longest ago.
  std::set<std::uint64_t> Next(std::span<const LogEntry> waiting, std::size_t most,
                               const std::function<bool(std::uint64_t sequence)>& due) const;

  // A suspect failed again: the next attempt is to be the probe. With `asked_to_wait` only if it
  // did so twice in a row: a receiver that takes one event a minute always refuses the second.
  void Accuse(const LogEntry& entry, const std::string& why, bool asked_to_wait);
  const std::optional<Accused>& accused() const { return accused_; }
  bool Proved(std::uint64_t sequence) const;  // at least once
  // It failed last, and was asked to wait: it is tried before any other suspect.
  bool AskedToWait(std::uint64_t sequence) const { return sequence == asked_to_wait_; }
  // The probe was delivered. What is returned is to be rejected.
  std::optional<Accused> Prove();
  // The probe failed.
  void Acquit();

  // How many suspects may be tried in one attempt.
  std::size_t group() const { return group_; }
  // An attempt at so many had no fault: the receiver is back, if it was down.
  void Succeeded(std::size_t tried) {
    group_ = std::exchange(down_, false) ? SIZE_MAX : std::max(group_, 2 * tried);
  }
  // They failed together: the others come first, half as many.
  void FailedTogether(std::span<const LogEntry> tried, SteadyTime now);

  // Settled.
  void Forget(std::uint64_t sequence);
  // Forgets what lies before `end` and is not among `waiting`: it was dropped.
  void ForgetAllBut(std::span<const LogEntry> waiting, std::uint64_t end);

 private:
  struct Record {
    unsigned failures = 0;
    unsigned proofs = 0, since = 0;  // failures since the last proof
    SteadyTime first{}, last{};
    std::size_t bytes = 0;
    bool Suspected() const { return failures >= kFailures && last - first >= kAge; }
  };

  std::map<std::uint64_t, Record> records_;
  std::optional<Accused> accused_;
  std::uint64_t asked_to_wait_ = 0;  // the one that failed last was
  std::size_t group_ = 1;
  bool down_ = true;  // nothing shows that the receiver takes anything
};

}  // namespace eventer
