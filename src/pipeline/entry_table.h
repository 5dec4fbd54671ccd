// The entries of a log that are in memory: found by sequence, removed anywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/event_decoder.h"
#include "eventer/event.h"
#include "pipeline/compressed_text.h"
#include "pipeline/event_log.h"

namespace eventer {

// The newest events stay as they came, so that a sink that keeps up costs nothing more. Of older
// ones only the JSON is kept, in compressed blocks, and decoded again when it is read: an event of
// 1 KiB takes some 2.3 KiB before and a few hundred bytes after.
//
// Not thread-safe. Appending is O(1), finding O(log n), removing O(1) amortised: a removed entry
// gives back its event at once, its place when Tidy finds enough of them, and its part of a block
// when little of that is left.
class EntryTable {
 public:
  struct Entry {
    Entry(std::uint64_t number, EventPtr added)
        : sequence(number),
          event(std::move(added)),
          size(static_cast<std::uint32_t>(event->json.size())),
          footprint(static_cast<std::uint32_t>(event->Footprint())),
          warning(event->type == "Warning") {}

    bool alive() const { return event || packed; }
    std::size_t bytes() const { return size + EventLog::kEntryBytes; }

    std::uint64_t sequence;
    std::uint64_t wants = 0;    // bit n: the filter of reader n wants it
    EventPtr event;             // null: packed, or removed
    std::uint32_t begin = 0;    // of its JSON in the text of its block
    std::uint32_t size;         // of its JSON
    std::uint32_t footprint;    // of its event
    std::uint16_t readers = 0;  // that have not settled it
    bool packed = false;
    bool warning;
  };
  using Entries = std::deque<Entry>;

  // Six times what the EventBuffer holds: the more wait as they came, the fewer are decoded twice.
  static constexpr std::size_t kNewestBytes = 24 << 20;
  // Of a log that is to stay below `max_bytes`.
  static std::size_t NewestBytes(std::size_t max_bytes) {
    return std::min(kNewestBytes, max_bytes * 3 / 8);
  }

  // `newest`: the footprint of events that stay as they came.
  explicit EntryTable(std::size_t newest) : newest_(newest) {}

  void Add(Entry entry);
  // The first entry behind `sequence`, removed ones included. Good until Add or Tidy.
  Entries::iterator Behind(std::uint64_t sequence);
  // Null if it was removed.
  Entry* Find(std::uint64_t sequence);
  // Of one that is alive.
  EventPtr EventOf(const Entry& entry, EventDecoder& decoder);
  void Remove(Entry& entry);
  void Tidy();

  Entries::iterator begin() { return entries_.begin(); }
  Entries::iterator end() { return entries_.end(); }
  std::size_t events() const { return events_; }
  std::size_t bytes() const { return bytes_; }        // what the events count in a log
  std::size_t unpacked() const { return unpacked_; }  // footprint of those that are as they came
  std::size_t packed() const { return packed_; }      // what the blocks of the others occupy

 private:
  class BlockMaker;
  struct Block {
    CompressedText text;
    std::uint64_t last;  // sequence
    std::size_t left;    // of the text: what entries still have in it
  };
  // By the sequence of their first entry; what is behind it and before the next is in the block.
  using Blocks = std::map<std::uint64_t, Block>;
  struct Undone {
    std::uint64_t first = 0;  // 0: none
    std::string text;
  };

  Blocks::iterator BlockOf(const Entry& entry);
  void Pack();
  void Shrink(Blocks::iterator place);

  std::size_t newest_;
  Entries entries_;  // ascending by sequence
  Blocks blocks_;
  std::size_t events_ = 0, bytes_ = 0, unpacked_ = 0, packed_ = 0;
  std::uint64_t packed_until_ = 0;  // none up to it is as it came
  Undone read_;                     // the block that was read last
};

}  // namespace eventer
