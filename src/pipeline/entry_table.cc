#include "pipeline/entry_table.h"

#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace eventer {
namespace {

// LZ4 looks no further back; and to read one event a whole block is undone.
constexpr std::size_t kBlockBytes = 64 << 10;
// A block of which less than this part is left is made anew, or in which less is left than half of
// what it occupies: who settles in order pays little for it, and no text takes more than twice its
// size, however few events are left between those that are gone.
constexpr std::size_t kLeftPart = 8;

}  // namespace

// Gathers what becomes one block.
class EntryTable::BlockMaker {
 public:
  BlockMaker() { text_.reserve(kBlockBytes); }
  bool Fits(const Entry& entry) const {
    return text_.empty() || text_.size() + entry.size <= kBlockBytes;
  }
  void Add(Entry& entry, std::string_view json) {
    entry.begin = static_cast<std::uint32_t>(text_.size());
    text_ += json;
    entries_.push_back(&entry);
  }
  std::uint64_t first() const { return entries_.front()->sequence; }
  Block Make() const {
    for (Entry* entry : entries_) {
      entry->event.reset();
      entry->packed = true;
    }
    return {CompressedText(text_), entries_.back()->sequence, text_.size()};
  }

 private:
  std::string text_;
  std::vector<Entry*> entries_;
};

void EntryTable::Add(Entry entry) {
  ++events_;
  bytes_ += entry.bytes();
  unpacked_ += entry.footprint;
  entries_.push_back(std::move(entry));
  while (unpacked_ > newest_) Pack();
}

EntryTable::Entries::iterator EntryTable::Behind(std::uint64_t sequence) {
  return std::upper_bound(
      entries_.begin(), entries_.end(), sequence,
      [](std::uint64_t left, const Entry& right) { return left < right.sequence; });
}

EntryTable::Entry* EntryTable::Find(std::uint64_t sequence) {
  auto entry = Behind(sequence - 1);
  if (entry == entries_.end() || entry->sequence != sequence || !entry->alive()) return nullptr;
  return &*entry;
}

// The oldest of those that are as they came.
void EntryTable::Pack() {
  BlockMaker maker;
  for (auto entry = Behind(packed_until_); entry != entries_.end(); ++entry) {
    if (!entry->event) continue;
    if (!maker.Fits(*entry)) break;
    maker.Add(*entry, entry->event->json);
    unpacked_ -= entry->footprint;
    packed_until_ = entry->sequence;
  }
  Block block = maker.Make();
  packed_ += block.text.bytes();
  blocks_.emplace_hint(blocks_.end(), maker.first(), std::move(block));
}

EntryTable::Blocks::iterator EntryTable::BlockOf(const Entry& entry) {
  return std::prev(blocks_.upper_bound(entry.sequence));
}

EventPtr EntryTable::EventOf(const Entry& entry, EventDecoder& decoder) {
  if (entry.event) return entry.event;
  const auto& [first, block] = *BlockOf(entry);
  if (read_.first != first) read_ = {first, block.text.Text()};
  const auto json = std::string_view(read_.text).substr(entry.begin, entry.size);
  EventPtr event = decoder.DecodeEvent(json);
  if (read_.text.size() > kBlockBytes) read_ = {};  // one huge event must not stay
  return event;
}

void EntryTable::Remove(Entry& entry) {
  --events_;
  bytes_ -= entry.bytes();
  if (entry.event) {
    unpacked_ -= entry.footprint;
    entry.event.reset();
    return;
  }
  entry.packed = false;
  const auto place = BlockOf(entry);
  Block& block = place->second;
  block.left -= entry.size;
  const bool sparse =
      kLeftPart * block.left < block.text.size() || 2 * block.left < block.text.bytes();
  if (sparse) Shrink(place);
}

// To what is left of it, if anything.
void EntryTable::Shrink(Blocks::iterator place) {
  auto& [first, block] = *place;
  packed_ -= block.text.bytes();
  if (read_.first == first) read_ = {};
  if (block.left == 0) {
    blocks_.erase(place);
    return;
  }
  const std::string text = block.text.Text();
  BlockMaker maker;
  const auto end = Behind(block.last);
  for (auto entry = Behind(first - 1); entry != end; ++entry) {
    if (!entry->packed) continue;
    maker.Add(*entry, std::string_view(text).substr(entry->begin, entry->size));
  }
  block = maker.Make();
  packed_ += block.text.bytes();
}

void EntryTable::Tidy() {
  while (!entries_.empty() && !entries_.front().alive()) entries_.pop_front();
  // Half of them at least, so that each entry pays for one move on average.
  constexpr std::size_t kWorthIt = 1024;
  if (entries_.size() < 2 * events_ + kWorthIt) return;
  std::erase_if(entries_, [](const Entry& entry) { return !entry.alive(); });
}

}  // namespace eventer
