#include "pipeline/entry_table.h"

#include <algorithm>
#include <utility>

namespace eventer {

void EntryTable::Add(Entry entry) {
  ++events_;
  bytes_ += entry.bytes;
  entries_.push_back(std::move(entry));
}

EntryTable::Entries::iterator EntryTable::Behind(std::uint64_t sequence) {
  return std::upper_bound(
      entries_.begin(), entries_.end(), sequence,
      [](std::uint64_t left, const Entry& right) { return left < right.sequence; });
}

EntryTable::Entry* EntryTable::Find(std::uint64_t sequence) {
  auto entry = Behind(sequence - 1);
  if (entry == entries_.end() || entry->sequence != sequence || !entry->event) return nullptr;
  return &*entry;
}

void EntryTable::Remove(Entry& entry) {
  entry.event.reset();
  --events_;
  bytes_ -= entry.bytes;
}

void EntryTable::Tidy() {
  while (!entries_.empty() && !entries_.front().event) entries_.pop_front();
  // Half of them at least, so that each entry pays for one move on average.
  constexpr std::size_t kWorthIt = 1024;
  if (entries_.size() < 2 * events_ + kWorthIt) return;
  std::erase_if(entries_, [](const Entry& entry) { return !entry.event; });
}

}  // namespace eventer
