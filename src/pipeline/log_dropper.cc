#include "pipeline/log_dropper.h"

#include "pipeline/drop_rules.h"

namespace eventer {
namespace {

using Place = ChunkTable::Place;

Claims ClaimsOn(const DiskLog& log, const Place& place) {
  // One that could not be read counts as wanted.
  const std::uint64_t wants = place->judged ? place->wants : ~std::uint64_t{0};
  return ClaimsOf(log.readers().opened(), place.sequence(), wants, place->warning,
                  [&](const DiskReader& reader) { return reader.Awaits(place); });
}

void DropFor(DiskLog& log, const Place& place, const Claims& claims) {
  auto& readers = log.readers().opened();
  for (std::size_t id = 0; id < readers.size(); ++id) {
    if (!Has(claims.waiting, id)) continue;
    readers[id].Lose(place, Has(claims.wanted, id));
  }
  log.Remove(place);
}

template <typename Fits>
void DropBehind(DiskLog& log, std::uint64_t stalled, std::uint64_t sequence, const Fits& fits) {
  ChunkTable& table = log.table();
  const auto each = [&](const auto& visit) {
    for (Place place = table.Behind(sequence); !table.AtEnd(place); table.Next(place)) {
      if (!place->dead && !visit(place, ClaimsOn(log, place))) return;
    }
  };
  DropUntil(stalled, each, fits,
            [&](const Place& place, const Claims& claims) { DropFor(log, place, claims); });
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
  const std::uint64_t bits = BitsOf(stalled);
  DropBehind(log, bits, 0, [&] {
    return table.events() == 0 || (table.bytes() + room <= log.bounds().events &&
                                   log.DiskFits(room, begin - table.bytes()));
  });
  // What is on the disk takes no memory: it stays.
  DropBehind(log, bits, log.stored_last(),
             [&] { return table.events() == 0 || log.MemoryFits(room); });
}

}  // namespace eventer
