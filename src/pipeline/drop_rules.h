// What a full log may lose, and in which order: the rules of EventLog::Drop, for every log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "pipeline/event_log.h"
#include "pipeline/log_reader.h"

namespace eventer {

// Who still has a right to an entry. Bit n is reader n.
struct Claims {
  // What is dropped first.
  enum class Worth { kUnwanted, kNormal, kWarning };

  std::uint64_t waiting = 0;   // it waits for these
  std::uint64_t in_hands = 0;  // of these: it is in their sinks' hands
  std::uint64_t wanted = 0;    // of these: their filters want it
  bool warning = false;

  bool WaitsForOthers(std::uint64_t stalled) const { return (waiting & ~stalled) != 0; }
  bool MayDrop(std::uint64_t stalled) const { return in_hands == 0 && !WaitsForOthers(stalled); }
  // Once the others have passed it, it can go in the place of a Warning.
  bool IsLesser(std::uint64_t stalled) const { return !warning && WaitsForOthers(stalled); }
  Worth worth() const {
    if (wanted == 0) return Worth::kUnwanted;
    return warning ? Worth::kWarning : Worth::kNormal;
  }
};

// `wants` as WantersOf; `awaits` tells whether the entry waits for a reader.
template <typename Readers, typename Awaits>
Claims ClaimsOf(const Readers& readers, std::uint64_t sequence, std::uint64_t wants, bool warning,
                const Awaits& awaits) {
  Claims claims{.warning = warning};
  for (std::size_t id = 0; id < readers.size(); ++id) {
    if (!awaits(readers[id])) continue;
    claims.waiting |= ReaderBit(id);
    if (sequence <= readers[id].in_hands) claims.in_hands |= ReaderBit(id);
  }
  claims.wanted = wants & claims.waiting;
  return claims;
}

inline std::uint64_t BitsOf(const std::set<ReaderId>& readers) {
  std::uint64_t bits = 0;
  for (const ReaderId id : readers) bits |= ReaderBit(static_cast<std::size_t>(id));
  return bits;
}

// `each(visit)` calls visit(entry, its claims) for what is in the log, oldest first, until that
// returns false. Calls drop(entry, its claims) until `fits()` or nothing more may go.
template <typename Each, typename Fits, typename Drop>
void DropUntil(std::uint64_t stalled, const Each& each, const Fits& fits, const Drop& drop) {
  const auto any_lesser = [&] {
    bool found = false;
    each([&](const auto&, const Claims& claims) {
      found = claims.IsLesser(stalled);
      return !found;
    });
    return found;
  };
  for (const auto worth :
       {Claims::Worth::kUnwanted, Claims::Worth::kNormal, Claims::Worth::kWarning}) {
    if (fits() || (worth == Claims::Worth::kWarning && any_lesser())) return;
    each([&](auto& entry, const Claims& claims) {
      if (fits()) return false;
      if (claims.MayDrop(stalled) && claims.worth() <= worth) drop(entry, claims);
      return true;
    });
  }
}

}  // namespace eventer
