#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "pipeline/drop_rules.h"
#include "pipeline/entry_table.h"
#include "pipeline/event_log.h"
#include "pipeline/log_reader.h"
#include "pipeline/slice_filler.h"

namespace eventer {
namespace {

using Entry = EntryTable::Entry;
using Reader = LogReader;

// What was packed is decoded: the lock is given up after so many.
constexpr std::size_t kScannedPerLock = 256;

class MemoryEventLog final : public EventLog {
 public:
  MemoryEventLog(Clock& clock, Stats& stats, std::size_t max_bytes)
      : clock_(clock),
        stats_(stats),
        max_bytes_(max_bytes),
        table_(EntryTable::NewestBytes(max_bytes)) {
    stats_.log_max_bytes = max_bytes_;
  }

  ReaderId Open(SinkStats& stats, EventFilter filter) override {
    std::lock_guard lock(mutex_);
    RefuseMoreReaders(readers_.size());
    readers_.emplace_back(stats, std::move(filter), clock_.Steady()).seen = last_;
    return static_cast<ReaderId>(readers_.size() - 1);
  }

  ReaderState Look(ReaderId id) const override;

  std::string State(ReaderId id) const override {
    std::lock_guard lock(mutex_);
    return readers_[id].state;
  }

  std::size_t Append(std::span<const SourceEntry> entries) override;
  LogSlice Read(ReaderId id, std::size_t max_events, std::size_t max_bytes) override;
  bool Wait(ReaderId id, SteadyTime deadline, std::stop_token stop) override;
  void Commit(ReaderId id, const LogProgress& progress) override;
  std::size_t Drop(const std::set<ReaderId>& stalled, std::size_t bytes) override;
  bool WaitForRoom(SteadyTime deadline, std::stop_token stop) override;

  Position position() const override {
    std::lock_guard lock(mutex_);
    return position_;
  }

  std::size_t max_bytes() const override { return max_bytes_; }

 private:
  bool Fits(std::size_t bytes) const {
    return table_.events() == 0 || table_.bytes() + bytes <= max_bytes_;
  }
  void Keep(const EventPtr& event);
  void MovePosition(const SourceEntry& entry);
  bool Take(const Entry& entry, SliceFiller& slice);
  bool ReadOpen(Reader& reader, SliceFiller& slice);
  bool ReadOn(ReaderId id, SliceFiller& slice);
  void Leave(Entry& entry);
  Claims ClaimsOn(const Entry& entry) const;
  void DropFor(Entry& entry, const Claims& claims);
  void Changed();

  Clock& clock_;
  Stats& stats_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable_any appended_, removed_;
  EntryTable table_;
  EventDecoder decoder_;
  std::deque<Reader> readers_;
  Position position_;
  std::uint64_t last_ = 0;
  std::size_t refused_ = 0;  // bytes of the entry that the last Append did not take
};

ReaderState MemoryEventLog::Look(ReaderId id) const {
  std::lock_guard lock(mutex_);
  return readers_[id].Look();
}

std::size_t MemoryEventLog::Append(std::span<const SourceEntry> entries) {
  std::lock_guard lock(mutex_);
  std::size_t taken = 0, events = 0, bytes = 0;
  refused_ = 0;
  for (const SourceEntry& entry : entries) {
    if (entry.event) {
      const std::size_t size = Bytes(*entry.event);
      if (!readers_.empty() && !Fits(size)) {
        refused_ = size;
        break;
      }
      ++last_;
      ++events;
      bytes += size;
      if (!readers_.empty()) Keep(entry.event);
    }
    MovePosition(entry);
    ++taken;
  }
  for (Reader& reader : readers_) reader.books.Received(events, bytes, clock_.Steady());
  Changed();
  if (events > 0) appended_.notify_all();
  return taken;
}

void MemoryEventLog::Keep(const EventPtr& event) {
  Entry entry(last_, event);
  entry.readers = static_cast<std::uint16_t>(readers_.size());
  entry.wants = WantersOf(*event, readers_);
  table_.Add(std::move(entry));
}

void MemoryEventLog::MovePosition(const SourceEntry& entry) {
  auto place = position_.find(entry.watch);
  if (place == position_.end()) place = position_.emplace(entry.watch, "").first;
  place->second = entry.resource_version;
}

LogSlice MemoryEventLog::Read(ReaderId id, std::size_t max_events, std::size_t max_bytes) {
  SliceFiller slice(max_events, max_bytes);
  std::unique_lock lock(mutex_);
  Reader& reader = readers_[id];
  reader.in_hands = 0;
  if (ReadOpen(reader, slice)) {
    while (ReadOn(id, slice)) {
      lock.unlock();  // for those who wait for it
      lock.lock();
    }
  }
  table_.Tidy();
  Changed();
  return slice.Take();
}

// False: the limits are reached.
bool MemoryEventLog::Take(const Entry& entry, SliceFiller& slice) {
  if (!slice.Fits(entry.size)) return false;
  slice.Add(entry.sequence, table_.EventOf(entry, decoder_), entry.size);
  return true;
}

bool MemoryEventLog::ReadOpen(Reader& reader, SliceFiller& slice) {
  for (std::uint64_t sequence : reader.open) {
    if (!Take(*table_.Find(sequence), slice)) return false;
    reader.in_hands = sequence;
  }
  return true;
}

// True: there may be more to read.
bool MemoryEventLog::ReadOn(ReaderId id, SliceFiller& slice) {
  Reader& reader = readers_[id];
  std::size_t scanned = 0;
  for (auto entry = table_.Behind(reader.seen); entry != table_.end(); ++entry) {
    if (scanned++ == kScannedPerLock) return true;
    if (entry->alive() && !Has(entry->wants, static_cast<std::size_t>(id))) {
      reader.books.Filtered(entry->bytes(), clock_.Steady());
      Leave(*entry);
    } else if (entry->alive()) {
      if (!Take(*entry, slice)) return false;
      reader.Give(entry->sequence);
    }
    reader.seen = entry->sequence;
  }
  return false;
}

bool MemoryEventLog::Wait(ReaderId id, SteadyTime deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  Reader& reader = readers_[id];
  reader.in_hands = 0;
  return clock_.WaitUntil(lock, appended_, std::move(stop), deadline,
                          [&] { return reader.books.waiting() > reader.open.size(); });
}

void MemoryEventLog::Commit(ReaderId id, const LogProgress& progress) {
  std::lock_guard lock(mutex_);
  Reader& reader = readers_[id];
  reader.in_hands = 0;
  for (const SettledEvent& event : progress.settled) {
    if (!reader.Close(event.sequence)) continue;
    Entry& entry = *table_.Find(event.sequence);
    reader.books.Settled(event, entry.bytes(), clock_.Steady());
    Leave(entry);
  }
  if (progress.state) {
    reader.state = *progress.state;
    if (progress.forgotten) reader.books.Forgets();
    reader.books.Remembers(progress.held);
  }
  table_.Tidy();
  Changed();
}

// One more reader needs it no longer.
void MemoryEventLog::Leave(Entry& entry) {
  if (--entry.readers == 0) table_.Remove(entry);
}

std::size_t MemoryEventLog::Drop(const std::set<ReaderId>& stalled, std::size_t bytes) {
  std::lock_guard lock(mutex_);
  const std::size_t before = table_.bytes();
  const std::size_t room = std::min(bytes, max_bytes_);
  const auto each = [&](const auto& visit) {
    for (Entry& entry : table_) {
      if (entry.alive() && !visit(entry, ClaimsOn(entry))) return;
    }
  };
  DropUntil(
      BitsOf(stalled), each, [&] { return Fits(room); },
      [&](Entry& entry, const Claims& claims) { DropFor(entry, claims); });
  table_.Tidy();
  Changed();
  return before - table_.bytes();
}

Claims MemoryEventLog::ClaimsOn(const Entry& entry) const {
  return ClaimsOf(readers_, entry.sequence, entry.wants, entry.warning,
                  [&](const Reader& reader) { return reader.WaitsFor(entry.sequence); });
}

void MemoryEventLog::DropFor(Entry& entry, const Claims& claims) {
  for (std::size_t id = 0; id < readers_.size(); ++id) {
    if (!Has(claims.waiting, id)) continue;
    readers_[id].Lose(entry.sequence, Has(claims.wanted, id), entry.bytes());
  }
  table_.Remove(entry);
}

bool MemoryEventLog::WaitForRoom(SteadyTime deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  return clock_.WaitUntil(lock, removed_, std::move(stop), deadline,
                          [&] { return Fits(refused_); });
}

void MemoryEventLog::Changed() {
  stats_.log_events = table_.events();
  stats_.log_bytes = table_.bytes();
  if (Fits(refused_)) removed_.notify_all();
}

}  // namespace

std::unique_ptr<EventLog> NewMemoryEventLog(Clock& clock, Stats& stats, std::size_t max_bytes) {
  return std::make_unique<MemoryEventLog>(clock, stats, max_bytes);
}

}  // namespace eventer
