// The entries of the log in memory: found by sequence, removed anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "eventer/event.h"

namespace eventer {

// Not thread-safe. Appending is O(1), finding O(log n), removing O(1) amortised: a removed entry
// gives back its event at once and its place when Tidy finds enough of them.
class EntryTable {
 public:
  struct Entry {
    std::uint64_t sequence = 0;
    EventPtr event;  // null: removed
    std::size_t bytes = 0;
    std::size_t readers = 0;  // that have not settled it
  };
  using Entries = std::deque<Entry>;

  void Add(Entry entry);
  // The first entry behind `sequence`, removed ones included. Good until Add or Tidy.
  Entries::iterator Behind(std::uint64_t sequence);
  // Null if it was removed.
  Entry* Find(std::uint64_t sequence);
  void Remove(Entry& entry);
  void Tidy();

  Entries::iterator begin() { return entries_.begin(); }
  Entries::iterator end() { return entries_.end(); }
  std::size_t events() const { return events_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Entries entries_;  // ascending by sequence
  std::size_t events_ = 0, bytes_ = 0;
};

}  // namespace eventer
