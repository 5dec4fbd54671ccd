#include "pipeline/chunk_table.h"

#include <algorithm>
#include <utility>

namespace eventer {
namespace {

constexpr std::size_t kStoredEntryBytes = 12;
constexpr std::uint32_t kWarning = 1, kDead = 2, kOnlyShift = 2;

void Put(std::uint32_t number, std::string* bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes->push_back(static_cast<char>(number >> shift));
}

std::uint32_t Get(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

}  // namespace

void Chunk::Add(const ChunkEntry& entry) {
  entries.push_back(entry);
  stored += entry.size;
  if (entry.dead) return;
  ++alive;
  live += entry.size;
}

std::string EncodeEntries(const std::vector<ChunkEntry>& entries) {
  std::string bytes;
  bytes.reserve(entries.size() * kStoredEntryBytes);
  for (const ChunkEntry& entry : entries) {
    Put(entry.offset, &bytes);
    Put(entry.size, &bytes);
    Put((entry.warning ? kWarning : 0) | (entry.dead ? kDead : 0) | entry.only << kOnlyShift,
        &bytes);
  }
  return bytes;
}

bool DecodeEntries(std::string_view bytes, Chunk* chunk) {
  if (bytes.empty() || bytes.size() % kStoredEntryBytes != 0) return false;
  chunk->entries.reserve(bytes.size() / kStoredEntryBytes);
  for (std::size_t at = 0; at < bytes.size(); at += kStoredEntryBytes) {
    const std::uint32_t flags = Get(bytes, at + 8);
    ChunkEntry entry{.offset = Get(bytes, at),
                     .size = Get(bytes, at + 4),
                     .only = flags >> kOnlyShift,
                     .warning = (flags & kWarning) != 0,
                     .dead = (flags & kDead) != 0};
    const bool ascends = chunk->entries.empty() || entry.offset > chunk->entries.back().offset;
    if (!ascends) return false;
    chunk->Add(entry);
  }
  return true;
}

void ChunkTable::Add(std::uint64_t first, Chunk chunk) {
  events_ += chunk.alive;
  stored_ += chunk.stored;
  live_ += chunk.live;
  chunk.entries.shrink_to_fit();
  if (chunk.alive == 0) emptied_.insert(first);
  chunks_.insert_or_assign(chunks_.end(), first, std::move(chunk));
}

ChunkTable::Place ChunkTable::Behind(std::uint64_t sequence) {
  auto chunk = chunks_.upper_bound(sequence);
  if (chunk == chunks_.begin()) return {chunk, 0};
  const auto before = std::prev(chunk);
  const auto& entries = before->second.entries;
  const std::uint64_t offset = sequence - before->first;
  const auto entry = std::upper_bound(
      entries.begin(), entries.end(), offset,
      [](std::uint64_t left, const ChunkEntry& right) { return left < right.offset; });
  if (entry == entries.end()) return {chunk, 0};
  return {before, static_cast<std::size_t>(entry - entries.begin())};
}

void ChunkTable::Next(Place& place) {
  if (++place.index < place.chunk->second.entries.size()) return;
  ++place.chunk;
  place.index = 0;
}

void ChunkTable::Remove(Place place, bool tell_disk) {
  Chunk& chunk = place.chunk->second;
  place->dead = true;
  chunk.live -= place->size;
  live_ -= place->size;
  --events_;
  if (tell_disk) marked_.insert(place.chunk->first);
  if (--chunk.alive == 0) emptied_.insert(place.chunk->first);
}

void ChunkTable::Tidy() {
  for (std::uint64_t first : emptied_) {
    const auto chunk = chunks_.find(first);
    if (chunk == chunks_.end()) continue;
    stored_ -= chunk->second.stored;
    chunks_.erase(chunk);
    marked_.erase(first);
  }
}

void ChunkTable::Stored() {
  emptied_.clear();
  marked_.clear();
}

void ChunkTable::Replace(std::uint64_t first, Chunk chunk) {
  Chunk& old = chunks_.at(first);
  stored_ -= old.stored - chunk.stored;
  old = std::move(chunk);
}

}  // namespace eventer
