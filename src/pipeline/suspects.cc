#include "pipeline/suspects.h"

#include <algorithm>

namespace eventer {

void Suspects::FailedAlone(const LogEntry& entry, SteadyTime now) {
  Record& record = records_[entry.sequence];
  if (record.failures++ == 0) record.first = now;
  record.last = now;
  record.bytes = entry.event->json.size();
}

bool Suspects::Contains(std::uint64_t sequence) const {
  auto record = records_.find(sequence);
  return record != records_.end() && record->second.Suspected();
}

bool Suspects::empty() const { return size() == 0; }

std::size_t Suspects::size() const {
  return std::count_if(records_.begin(), records_.end(),
                       [](const auto& record) { return record.second.Suspected(); });
}

std::size_t Suspects::bytes() const {
  std::size_t bytes = 0;
  for (const auto& [sequence, record] : records_) bytes += record.Suspected() ? record.bytes : 0;
  return bytes;
}

void Suspects::GiveLastChance() {
  probing_ = false;
  TryTogether();
  for (const auto& [sequence, record] : records_) {
    if (record.Suspected()) last_chance_.insert(sequence);
  }
}

void Suspects::Forget(std::uint64_t sequence) {
  records_.erase(sequence);
  last_chance_.erase(sequence);
}

void Suspects::ForgetAllBut(std::span<const LogEntry> waiting, std::uint64_t end) {
  for (auto record = records_.begin(); record != records_.end() && record->first < end;) {
    const std::uint64_t sequence = (record++)->first;
    if (std::ranges::find(waiting, sequence, &LogEntry::sequence) == waiting.end()) {
      Forget(sequence);
    }
  }
}

}  // namespace eventer
