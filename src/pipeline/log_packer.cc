#include "pipeline/log_packer.h"

namespace eventer {

void LogPacker::Add(const SourceEntry& entry, std::uint64_t wants) {
  ++packed_.entries;
  packed_.moved[entry.watch] = entry.resource_version;
  if (entry.as_of) packed_.moved_times[entry.watch] = *entry.as_of;
  if (!entry.event) return;
  ++last_;
  ++packed_.received;
  if (readers_ > 0) AddEvent(entry.event, wants, 0);
}

void LogPacker::AddFor(std::int64_t reader, const EventPtr& event, std::uint64_t wants) {
  ++packed_.entries;
  ++last_;
  ++packed_.received;
  AddEvent(event, wants, static_cast<std::uint32_t>(reader));
}

void LogPacker::AddEvent(const EventPtr& event, std::uint64_t wants, std::uint32_t only) {
  auto& chunks = packed_.chunks;
  if (chunks.empty() || chunks.back().text.size() + event->json.size() > kChunkBytes ||
      chunks.back().chunk.entries.size() == kChunkEvents) {
    chunks.push_back({last_, {}, {}});
  }
  PackedChunk& last = chunks.back();
  last.chunk.Add({.wants = wants,
                  .offset = static_cast<std::uint32_t>(last_ - last.first),
                  .size = static_cast<std::uint32_t>(event->json.size()),
                  .only = only,
                  .readers = static_cast<std::uint16_t>(readers_),
                  .warning = event->type == "Warning",
                  .judged = true});
  last.text += event->json;
  packed_.events.emplace_back(last_, event);
  packed_.bytes += EventLog::Bytes(*event);
}

}  // namespace eventer
