#include "pipeline/suspects.h"

#include <utility>
#include <vector>

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

std::size_t Suspects::size() const {
  return std::count_if(records_.begin(), records_.end(),
                       [](const auto& record) { return record.second.Suspected(); });
}

std::size_t Suspects::bytes() const {
  std::size_t bytes = 0;
  for (const auto& [sequence, record] : records_) bytes += record.Suspected() ? record.bytes : 0;
  return bytes;
}

std::set<std::uint64_t> Suspects::Next(
    std::span<const LogEntry> waiting, std::size_t most,
    const std::function<bool(std::uint64_t sequence)>& due) const {
  std::vector<std::pair<SteadyTime, std::uint64_t>> next;
  for (const LogEntry& entry : waiting) {
    const auto record = records_.find(entry.sequence);
    if (record == records_.end() || !record->second.Suspected() || !due(entry.sequence)) continue;
    next.emplace_back(record->second.last, entry.sequence);
  }
  std::ranges::sort(next);
  next.resize(std::min(next.size(), most));
  std::set<std::uint64_t> sequences;
  for (const auto& [last, sequence] : next) sequences.insert(sequence);
  return sequences;
}

void Suspects::FailedTogether(std::span<const LogEntry> tried, SteadyTime now) {
  for (const LogEntry& entry : tried) {
    const auto record = records_.find(entry.sequence);
    if (record != records_.end()) record->second.last = now;
  }
  group_ = std::max<std::size_t>(tried.size() / 2, 1);
}

void Suspects::Accuse(const LogEntry& entry, const std::string& why, bool asked_to_wait) {
  const std::uint64_t last = std::exchange(asked_to_wait_, asked_to_wait ? entry.sequence : 0);
  if (asked_to_wait && last != entry.sequence) return;
  Record& record = records_[entry.sequence];
  if (record.since++ < record.proofs) return;
  accused_ = {entry, why};
}

std::optional<Suspects::Accused> Suspects::Prove() {
  asked_to_wait_ = 0;
  Accused accused = *std::exchange(accused_, std::nullopt);
  Record& record = records_[accused.entry.sequence];
  record.since = 0;
  if (++record.proofs < kProofs) return std::nullopt;
  return accused;
}

bool Suspects::Proved(std::uint64_t sequence) const {
  auto record = records_.find(sequence);
  return record != records_.end() && record->second.proofs > 0;
}

void Suspects::Acquit() {
  Record& record = records_[accused_->entry.sequence];
  record.proofs = record.since = 0;
  accused_.reset();
  group_ = 1;
  down_ = true;
}

void Suspects::Forget(std::uint64_t sequence) {
  records_.erase(sequence);
  if (accused_ && accused_->entry.sequence == sequence) accused_.reset();
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
