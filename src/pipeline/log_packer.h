// From the entries of one Append to what one transaction stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eventer/event_source.h"
#include "eventer/position.h"
#include "pipeline/chunk_table.h"

namespace eventer {

struct PackedChunk {
  std::uint64_t first = 0;
  Chunk chunk;
  std::string text;
};

// A prefix of the entries.
struct Packed {
  std::vector<PackedChunk> chunks;
  std::vector<std::pair<std::uint64_t, EventPtr>> events;  // those in the chunks
  Position moved;
  PositionTimes moved_times;  // of those of which it is known
  std::size_t entries = 0, received = 0, bytes = 0;
};

class LogPacker {
 public:
  // A chunk is closed when its text is larger, or has so many events: large enough that a row and
  // its pages cost little per event, small enough to be read for one event.
  static constexpr std::size_t kChunkBytes = 64 << 10;
  static constexpr std::size_t kChunkEvents = 1024;

  // `last`: the sequence before the first. `readers`: how many wait for each event; if none does,
  // it is not kept.
  LogPacker(std::uint64_t last, std::size_t readers) : last_(last), readers_(readers) {}

  // `wants`: bits, see ChunkEntry.
  void Add(const SourceEntry& entry, std::uint64_t wants);
  // For one reader alone; belongs to no watch.
  void AddFor(std::int64_t reader, const EventPtr& event, std::uint64_t wants);
  const Packed& packed() const { return packed_; }
  Packed& packed() { return packed_; }
  std::uint64_t last() const { return last_; }

 private:
  void AddEvent(const EventPtr& event, std::uint64_t wants, std::uint32_t only);

  Packed packed_;
  std::uint64_t last_;
  std::size_t readers_;
};

}  // namespace eventer
