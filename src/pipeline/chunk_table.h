// What the durable log keeps in memory of its events: where each is and who still needs it, in 24
// bytes each. The texts are on the disk, in chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/event_log.h"

namespace eventer {

struct ChunkEntry {
  std::uint64_t wants = 0;    // bit n: the filter of reader n wants it; once it is `judged`
  std::uint32_t offset = 0;   // its sequence is that of the chunk plus this
  std::uint32_t size = 0;     // of its text
  std::uint32_t only = 0;     // the one reader (DiskReader::id) that it is for; 0: it is for all
  std::uint16_t readers = 0;  // that have not settled it
  bool warning : 1 = false;
  bool dead : 1 = false;  // nobody needs it; the text is still in the chunk
  bool judged : 1 = false;
};
static_assert(sizeof(ChunkEntry) == 24);

// Events that were appended together: one text of all their JSON, one row on the disk.
struct Chunk {
  std::vector<ChunkEntry> entries;  // ascending
  std::size_t alive = 0;            // of them
  std::size_t stored = 0;           // bytes of text, those of the dead included
  std::size_t live = 0;             // bytes of text of those alive

  void Add(const ChunkEntry& entry);
};

// The entries as they are stored beside the text: 12 bytes each, little-endian.
std::string EncodeEntries(const std::vector<ChunkEntry>& entries);
// False: the bytes are not what EncodeEntries made.
bool DecodeEntries(std::string_view bytes, Chunk* chunk);

// Not thread-safe.
class ChunkTable {
 public:
  using Chunks = std::map<std::uint64_t, Chunk>;  // by the sequence that the offsets count from
  // One entry. Good until Tidy, or until its chunk is replaced.
  struct Place {
    Chunks::iterator chunk;
    std::size_t index = 0;

    ChunkEntry& operator*() const { return chunk->second.entries[index]; }
    ChunkEntry* operator->() const { return &**this; }
    std::uint64_t sequence() const { return chunk->first + (*this)->offset; }
  };

  // See EventLog::Bytes.
  static std::size_t BytesOf(const ChunkEntry& entry) { return entry.size + EventLog::kEntryBytes; }

  void Add(std::uint64_t first, Chunk chunk);
  // The first entry behind `sequence`, dead ones included.
  Place Behind(std::uint64_t sequence);
  Place First() { return {chunks_.begin(), 0}; }
  // `sequence` is alive.
  Place Find(std::uint64_t sequence) { return Behind(sequence - 1); }
  void Next(Place& place);
  bool AtEnd(const Place& place) const { return place.chunk == chunks_.end(); }

  // `tell_disk`: the stored readers do not say so.
  void Remove(Place place, bool tell_disk);
  // Forgets the chunks in which nobody is alive; they stay in `emptied` until they are deleted.
  void Tidy();
  // The dead are gone from the chunk.
  void Replace(std::uint64_t first, Chunk chunk);

  const std::set<std::uint64_t>& emptied() const { return emptied_; }  // to be deleted on the disk
  const std::set<std::uint64_t>& marked() const { return marked_; }    // have deaths to be stored
  void Stored();                                                       // both
  // Of chunks behind `sequence` there is nothing on the disk to be deleted.
  void ForgetEmptiedBehind(std::uint64_t sequence) {
    emptied_.erase(emptied_.upper_bound(sequence), emptied_.end());
  }
  const Chunks& chunks() const { return chunks_; }
  std::size_t events() const { return events_; }
  std::size_t bytes() const { return live_ + events_ * EventLog::kEntryBytes; }
  std::size_t dead_bytes() const { return stored_ - live_; }

 private:
  Chunks chunks_;
  std::set<std::uint64_t> emptied_, marked_;
  std::size_t events_ = 0, stored_ = 0, live_ = 0;
};

}  // namespace eventer
