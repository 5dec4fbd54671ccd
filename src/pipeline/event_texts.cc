#include "pipeline/event_texts.h"

#include <utility>

namespace eventer {

void EventTexts::Keep(std::uint64_t sequence, EventPtr event) {
  kept_.Add({sequence, std::move(event)});
  while (kept_.unpacked() > kKeptBytes) {
    kept_.Remove(*kept_.begin());
    kept_.Tidy();
  }
}

void EventTexts::KeepUnstored(std::uint64_t sequence, EventPtr event) {
  unstored_.Add({sequence, std::move(event)});
}

void EventTexts::Release(std::uint64_t sequence) {
  for (EntryTable* table : {&kept_, &unstored_}) {
    EntryTable::Entry* entry = table->Find(sequence);
    if (!entry) continue;
    table->Remove(*entry);
    table->Tidy();
  }
}

void EventTexts::Stored() {
  EntryTable stored = std::exchange(unstored_, EntryTable(newest_unstored_));
  for (EntryTable::Entry& entry : stored) {
    if (entry.event) Keep(entry.sequence, std::move(entry.event));
  }
}

void EventTexts::NothingIsStored() {
  EntryTable all(newest_unstored_);
  for (EntryTable* table : {&kept_, &unstored_}) {
    for (EntryTable::Entry& entry : *table) {
      if (entry.alive()) all.Add({entry.sequence, table->EventOf(entry, decoder_)});
    }
  }
  kept_ = EntryTable(kAsTheyCame);
  unstored_ = std::move(all);
}

const std::string& EventTexts::Text(std::uint64_t first, LogStore& store) {
  if (loaded_.first == first) return loaded_.text;
  loaded_ = {};
  loaded_.text = store.Text(first);
  loaded_.first = first;
  return loaded_.text;
}

bool EventTexts::Has(std::uint64_t sequence) {
  return kept_.Find(sequence) || unstored_.Find(sequence);
}

EventPtr EventTexts::Kept(std::uint64_t sequence) {
  for (EntryTable* table : {&kept_, &unstored_}) {
    if (const EntryTable::Entry* entry = table->Find(sequence)) {
      return table->EventOf(*entry, decoder_);
    }
  }
  return nullptr;
}

EventPtr EventTexts::Get(const ChunkTable::Place& place, LogStore& store) {
  const auto& [first, chunk] = *place.chunk;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < place.index; ++i) begin += chunk.entries[i].size;
  const std::string& text = Text(first, store);
  EventPtr event;
  if (begin + place->size <= text.size()) {
    event = decoder_.DecodeEvent(std::string_view(text).substr(begin, place->size));
  }
  if (text.size() > kKeptBytes / 8) Forget();  // one huge event must not stay
  return event;
}

}  // namespace eventer
