// Events that fail alone again and again: perhaps it is their own fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>

#include "eventer/clock.h"
#include "pipeline/event_log.h"

namespace eventer {

// An event that fails alone 5 times over at least 10 minutes, whatever the sign, is a suspect. Once
// it has failed again, the next event is tried (the probe); if that is delivered, the suspects get
// one last chance at once: a receiver that was down and came back between the two attempts must
// not cost an event. Mostly it was the receiver's fault: once it takes a suspect or the probe, all
// suspects are tried together (a chat tells them in one message), and alone if that fails.
// Not thread-safe.
class Suspects {
 public:
  static constexpr unsigned kFailures = 5;
  static constexpr Duration kAge = std::chrono::minutes(10);

  // No other event failed in that attempt.
  void FailedAlone(const LogEntry& entry, SteadyTime now);
  bool Contains(std::uint64_t sequence) const;
  bool empty() const;
  std::size_t size() const;
  std::size_t bytes() const;  // of Event::json

  // A suspect failed again: the next event is to be tried alone.
  void BeginProbe() {
    probing_ = true;
    apart_ = false;
  }
  void EndProbe() { probing_ = false; }
  bool probing() const { return probing_; }
  // The probe was delivered.
  void GiveLastChance();
  // A suspect was delivered: all of them are to be tried together, until an attempt fails. If that
  // was theirs, a bad one is among them: alone they are until one fails alone.
  void TryTogether() { together_ = !apart_; }
  void TryAlone() {
    apart_ |= together_;
    together_ = false;
  }
  bool together() const { return together_; }
  // If that one fails alone now, it is rejected.
  bool LastChance(std::uint64_t sequence) const { return last_chance_.contains(sequence); }

  // Settled, or tried for the last time.
  void Forget(std::uint64_t sequence);
  // Forgets what lies before `end` and is not among `waiting`: it was dropped.
  void ForgetAllBut(std::span<const LogEntry> waiting, std::uint64_t end);

  // Which of `waiting` is to be tried alone, if one is. `due(sequence)`: it may be tried now.
  template <typename Due>
  const LogEntry* OneAlone(std::span<const LogEntry> waiting, Due due) const {
    const LogEntry* suspect = nullptr;
    const LogEntry* other = nullptr;
    for (const LogEntry& entry : waiting) {
      if (LastChance(entry.sequence)) return &entry;
      const bool suspected = Contains(entry.sequence);
      const LogEntry*& first = suspected ? suspect : other;
      if (!first && due(entry.sequence)) first = &entry;
    }
    return probing_ && other ? other : suspect;
  }

 private:
  struct Record {
    unsigned failures = 0;
    SteadyTime first{}, last{};
    std::size_t bytes = 0;
    bool Suspected() const { return failures >= kFailures && last - first >= kAge; }
  };

  std::map<std::uint64_t, Record> records_;
  bool probing_ = false, together_ = false, apart_ = false;
  std::set<std::uint64_t> last_chance_;
};

}  // namespace eventer
