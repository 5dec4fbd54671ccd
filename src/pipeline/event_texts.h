// From a place in the durable log to its event: the one that was just appended, one that waits for
// the disk to work again, or one decoded from the text on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "core/event_decoder.h"
#include "pipeline/chunk_table.h"
#include "pipeline/entry_table.h"
#include "pipeline/log_store.h"

namespace eventer {

// Not thread-safe.
class EventTexts {
 public:
  // Of the newest events, so that a sink that keeps up costs neither reading nor decoding. Twice
  // what the EventBuffer holds: of each append somebody still reads the one before.
  static constexpr std::size_t kKeptBytes = 8 << 20;

  // `max_unstored`: what EventLog::Bytes of all that wait for the disk will add up to at most.
  explicit EventTexts(std::size_t max_unstored)
      : newest_unstored_(EntryTable::NewestBytes(max_unstored)) {}

  void Keep(std::uint64_t sequence, EventPtr event);
  // For as long as the disk has not got it, however much that is.
  void KeepUnstored(std::uint64_t sequence, EventPtr event);
  // Nobody needs it any more.
  void Release(std::uint64_t sequence);
  // A chunk's text changed on the disk, or may have.
  void Forget() { loaded_ = {}; }
  // The disk has all now.
  void Stored();
  // The disk has nothing any more.
  void NothingIsStored();
  std::size_t unstored_bytes() const { return unstored_.bytes(); }

  // Whether it is among the newest or unstored; else Kept is null.
  bool Has(std::uint64_t sequence);
  EventPtr Kept(std::uint64_t sequence);
  // Null: what the disk has is not an event. Throws SqliteError.
  EventPtr Get(const ChunkTable::Place& place, LogStore& store);
  // The chunk's text; good until the next call. Throws SqliteError.
  const std::string& Text(std::uint64_t first, LogStore& store);

 private:
  struct Loaded {
    std::uint64_t first = 0;  // 0: none
    std::string text;
  };

  EventDecoder decoder_;
  static constexpr std::size_t kAsTheyCame = std::numeric_limits<std::size_t>::max();
  std::size_t newest_unstored_;
  EntryTable kept_{kAsTheyCame}, unstored_{newest_unstored_};  // all of this are the later ones
  Loaded loaded_;
};

}  // namespace eventer
