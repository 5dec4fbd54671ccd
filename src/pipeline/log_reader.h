// One reader of a log, whatever the log keeps its events in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eventer/event.h"
#include "eventer/event_filter.h"
#include "pipeline/reader_books.h"

namespace eventer {

// Sets of readers are kept as bits.
inline constexpr std::size_t kMaxReaders = 64;
constexpr std::uint64_t ReaderBit(std::size_t reader) { return std::uint64_t{1} << reader; }
constexpr bool Has(std::uint64_t readers, std::size_t reader) {
  return (readers & ReaderBit(reader)) != 0;
}
// Throws ConfigError if as many are open as can be.
void RefuseMoreReaders(std::size_t open);

// Not thread-safe: the log calls it with its lock held.
struct LogReader {
  LogReader(SinkStats& stats, EventFilter wanted, SteadyTime now)
      : books(stats, now), filter(std::move(wanted)) {}

  // Whether an entry that is still in the log waits for this reader.
  bool WaitsFor(std::uint64_t sequence) const {
    return sequence > seen || std::binary_search(open.begin(), open.end(), sequence);
  }
  // All up to it is settled.
  std::uint64_t cursor() const { return open.empty() ? seen : open.front() - 1; }
  // False: it was not open.
  bool Close(std::uint64_t sequence) {
    const auto place = std::lower_bound(open.begin(), open.end(), sequence);
    if (place == open.end() || *place != sequence) return false;
    open.erase(place);
    return true;
  }
  void Give(std::uint64_t sequence) {
    open.push_back(sequence);
    in_hands = sequence;
  }
  // An entry that waits for this reader, and counts `bytes`, is lost.
  void Lose(std::uint64_t sequence, bool wanted, std::size_t bytes, Cause cause = Cause::kStalled) {
    books.Dropped(wanted, bytes, cause);
    Close(sequence);
  }
  ReaderState Look() const {
    return {.cursor = cursor(),
            .waiting = books.waiting(),
            .backlog = books.backlog(),
            .still_since = books.still_since()};
  }

  ReaderBooks books;
  EventFilter filter;
  std::string state;
  std::uint64_t seen = 0;           // all up to it was given to the sink, filtered or dropped
  std::vector<std::uint64_t> open;  // of those: given but not settled; ascending
  std::uint64_t in_hands = 0;       // what waits up to it is in the sink's hands
};

// Who wants it.
template <typename Readers>
std::uint64_t WantersOf(const Event& event, const Readers& readers) {
  std::uint64_t wants = 0;
  for (std::size_t id = 0; id < readers.size(); ++id) {
    if (readers[id].filter.Wants(event)) wants |= ReaderBit(id);
  }
  return wants;
}

}  // namespace eventer
