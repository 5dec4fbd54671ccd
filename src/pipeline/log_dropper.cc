#include "pipeline/log_dropper.h"

#include <functional>

namespace eventer {
namespace {

using Place = ChunkTable::Place;

// What is dropped first.
enum class Worth { kUnwanted, kNormal, kWarning };

// One that could not be read counts as wanted.
bool Wants(const Place& place, std::size_t reader) {
  return !place->judged || (place->wants >> reader & 1) != 0;
}

bool MayDrop(const std::deque<DiskReader>& readers, const Place& place,
             const std::set<ReaderId>& stalled) {
  const std::uint64_t sequence = place.sequence();
  for (std::size_t id = 0; id < readers.size(); ++id) {
    if (!readers[id].Awaits(place)) continue;
    if (sequence <= readers[id].in_hands) return false;
    if (!stalled.contains(static_cast<ReaderId>(id))) return false;
  }
  return true;
}

Worth WorthOf(const std::deque<DiskReader>& readers, const Place& place) {
  for (std::size_t id = 0; id < readers.size(); ++id) {
    if (Wants(place, id) && readers[id].Awaits(place)) {
      return place->warning ? Worth::kWarning : Worth::kNormal;
    }
  }
  return Worth::kUnwanted;
}

// Once the others have passed it, it can go in the place of a Warning.
bool AnyLesserWaits(DiskLog& log, const std::set<ReaderId>& stalled, std::uint64_t behind) {
  ChunkTable& table = log.table();
  const auto& readers = log.readers().opened();
  for (Place place = table.Behind(behind); !table.AtEnd(place); table.Next(place)) {
    if (place->dead || place->warning) continue;
    for (std::size_t id = 0; id < readers.size(); ++id) {
      const bool moves = !stalled.contains(static_cast<ReaderId>(id));
      if (moves && readers[id].Awaits(place)) return true;
    }
  }
  return false;
}

void DropFor(DiskLog& log, const Place& place) {
  auto& readers = log.readers().opened();
  for (std::size_t id = 0; id < readers.size(); ++id) {
    if (!readers[id].Awaits(place)) continue;
    readers[id].books.Dropped(Wants(place, id), ChunkTable::BytesOf(*place));
    readers[id].Close(place.sequence());
    readers[id].changed = true;
  }
  log.Remove(place);
}

void DropBehind(DiskLog& log, const std::set<ReaderId>& stalled, std::uint64_t sequence,
                const std::function<bool()>& fits) {
  ChunkTable& table = log.table();
  const auto& readers = log.readers().opened();
  for (Worth worth : {Worth::kUnwanted, Worth::kNormal, Worth::kWarning}) {
    if (fits() || (worth == Worth::kWarning && AnyLesserWaits(log, stalled, sequence))) return;
    for (Place place = table.Behind(sequence); !table.AtEnd(place) && !fits(); table.Next(place)) {
      if (place->dead || !MayDrop(readers, place, stalled)) continue;
      if (WorthOf(readers, place) <= worth) DropFor(log, place);
    }
  }
}

}  // namespace

bool JudgeSome(DiskLog& log, std::size_t count, std::uint64_t* done) {
  ChunkTable& table = log.table();
  for (Place place = table.Behind(*done); !table.AtEnd(place); table.Next(place)) {
    *done = place.sequence();
    if (place->dead || place->judged) continue;
    if (!log.Judge(place) && !place->dead) return false;
    if (--count == 0) return true;
  }
  return false;
}

void DropUntilFits(DiskLog& log, const std::set<ReaderId>& stalled, std::size_t room) {
  ChunkTable& table = log.table();
  const std::size_t begin = table.bytes();
  DropBehind(log, stalled, 0, [&] {
    return table.events() == 0 || (table.bytes() + room <= log.bounds().events &&
                                   log.DiskFits(room, begin - table.bytes()));
  });
  // What is on the disk takes no memory: it stays.
  DropBehind(log, stalled, log.stored_last(),
             [&] { return table.events() == 0 || log.MemoryFits(room); });
}

}  // namespace eventer
