#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "pipeline/entry_table.h"
#include "pipeline/event_log.h"
#include "pipeline/reader_books.h"

namespace eventer {
namespace {

using Entry = EntryTable::Entry;

// Filters may be slow (regular expressions): the lock is given up after so many.
constexpr std::size_t kScannedPerLock = 1024;

struct Reader {
  Reader(SinkStats& stats, EventFilter wanted, SteadyTime now)
      : books(stats, now), filter(std::move(wanted)) {}

  // Whether an entry that is still in the log waits for this reader.
  bool WaitsFor(std::uint64_t sequence) const {
    return sequence > seen || std::binary_search(open.begin(), open.end(), sequence);
  }

  ReaderBooks books;
  EventFilter filter;
  std::string state;
  std::uint64_t seen = 0;           // all up to it was given to the sink, filtered or dropped
  std::vector<std::uint64_t> open;  // of those: given but not settled; ascending
  std::uint64_t in_hands = 0;       // what waits up to it is in the sink's hands
};

class MemoryEventLog final : public EventLog {
 public:
  MemoryEventLog(Clock& clock, Stats& stats, std::size_t max_bytes)
      : clock_(clock), stats_(stats), max_bytes_(max_bytes) {}

  ReaderId Open(SinkStats& stats, EventFilter filter) override {
    std::lock_guard lock(mutex_);
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
  // What Drop takes first.
  enum class Worth { kUnwanted, kNormal, kWarning };
  // What is left of the limits of one Read.
  struct Limits {
    std::size_t events, bytes;
  };

  bool Fits(std::size_t bytes) const {
    return table_.events() == 0 || table_.bytes() + bytes <= max_bytes_;
  }
  void MovePosition(const SourceEntry& entry);
  static bool Take(Entry& entry, Limits& limits, LogSlice& slice);
  bool ReadOpen(Reader& reader, Limits& limits, LogSlice& slice);
  bool ReadOn(Reader& reader, Limits& limits, LogSlice& slice);
  void Leave(Entry& entry);
  bool MayDrop(const Entry& entry, const std::set<ReaderId>& stalled) const;
  Worth WorthOf(const Entry& entry) const;
  void DropFor(Entry& entry);
  void Changed();

  Clock& clock_;
  Stats& stats_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable_any appended_, removed_;
  EntryTable table_;
  std::deque<Reader> readers_;
  Position position_;
  std::uint64_t last_ = 0;
  std::size_t refused_ = 0;  // bytes of the entry that the last Append did not take
};

ReaderState MemoryEventLog::Look(ReaderId id) const {
  std::lock_guard lock(mutex_);
  const Reader& reader = readers_[id];
  return {.cursor = reader.open.empty() ? reader.seen : reader.open.front() - 1,
          .waiting = reader.books.waiting(),
          .backlog = reader.books.backlog(),
          .still_since = reader.books.still_since()};
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
      if (!readers_.empty()) table_.Add({last_, entry.event, size, readers_.size()});
    }
    MovePosition(entry);
    ++taken;
  }
  for (Reader& reader : readers_) reader.books.Received(events, bytes, clock_.Steady());
  Changed();
  if (events > 0) appended_.notify_all();
  return taken;
}

void MemoryEventLog::MovePosition(const SourceEntry& entry) {
  auto place = position_.find(entry.watch);
  if (place == position_.end()) place = position_.emplace(entry.watch, "").first;
  place->second = entry.resource_version;
}

LogSlice MemoryEventLog::Read(ReaderId id, std::size_t max_events, std::size_t max_bytes) {
  LogSlice slice;
  Limits limits{max_events, max_bytes};
  std::unique_lock lock(mutex_);
  Reader& reader = readers_[id];
  reader.in_hands = 0;
  if (ReadOpen(reader, limits, slice)) {
    while (ReadOn(reader, limits, slice)) {
      lock.unlock();  // for those who wait for it
      lock.lock();
    }
  }
  table_.Tidy();
  Changed();
  return slice;
}

// False: the limits are reached.
bool MemoryEventLog::Take(Entry& entry, Limits& limits, LogSlice& slice) {
  const std::size_t bytes = entry.event->json.size();
  const bool fits = limits.events > 0 && (slice.entries.empty() || bytes <= limits.bytes);
  if (!fits) {
    slice.more = true;
    return false;
  }
  --limits.events;
  limits.bytes -= std::min(bytes, limits.bytes);
  slice.entries.push_back({entry.sequence, entry.event});
  return true;
}

bool MemoryEventLog::ReadOpen(Reader& reader, Limits& limits, LogSlice& slice) {
  for (std::uint64_t sequence : reader.open) {
    if (!Take(*table_.Find(sequence), limits, slice)) return false;
    reader.in_hands = sequence;
  }
  return true;
}

// True: there may be more to read.
bool MemoryEventLog::ReadOn(Reader& reader, Limits& limits, LogSlice& slice) {
  std::size_t scanned = 0;
  for (auto entry = table_.Behind(reader.seen); entry != table_.end(); ++entry) {
    if (scanned++ == kScannedPerLock) return true;
    if (entry->event && !reader.filter.Wants(*entry->event)) {
      reader.books.Filtered(entry->bytes, clock_.Steady());
      Leave(*entry);
    } else if (entry->event) {
      if (!Take(*entry, limits, slice)) return false;
      reader.open.push_back(entry->sequence);
      reader.in_hands = entry->sequence;
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
    auto place = std::lower_bound(reader.open.begin(), reader.open.end(), event.sequence);
    if (place == reader.open.end() || *place != event.sequence) continue;
    reader.open.erase(place);
    Entry& entry = *table_.Find(event.sequence);
    reader.books.Settled(event, entry.bytes, clock_.Steady());
    Leave(entry);
  }
  if (progress.state) {
    reader.state = *progress.state;
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
  for (Worth worth : {Worth::kUnwanted, Worth::kNormal, Worth::kWarning}) {
    for (auto entry = table_.begin(); entry != table_.end() && !Fits(room); ++entry) {
      if (entry->event && MayDrop(*entry, stalled) && WorthOf(*entry) <= worth) DropFor(*entry);
    }
  }
  table_.Tidy();
  Changed();
  return before - table_.bytes();
}

bool MemoryEventLog::MayDrop(const Entry& entry, const std::set<ReaderId>& stalled) const {
  for (std::size_t id = 0; id < readers_.size(); ++id) {
    const Reader& reader = readers_[id];
    if (!reader.WaitsFor(entry.sequence)) continue;
    if (entry.sequence <= reader.in_hands) return false;
    if (!stalled.contains(static_cast<ReaderId>(id))) return false;
  }
  return true;
}

MemoryEventLog::Worth MemoryEventLog::WorthOf(const Entry& entry) const {
  const bool wanted = std::any_of(readers_.begin(), readers_.end(), [&](const Reader& reader) {
    return reader.WaitsFor(entry.sequence) && reader.filter.Wants(*entry.event);
  });
  if (!wanted) return Worth::kUnwanted;
  return entry.event->type == "Warning" ? Worth::kWarning : Worth::kNormal;
}

void MemoryEventLog::DropFor(Entry& entry) {
  for (Reader& reader : readers_) {
    if (!reader.WaitsFor(entry.sequence)) continue;
    reader.books.Dropped(reader.filter.Wants(*entry.event), entry.bytes);
    std::erase(reader.open, entry.sequence);
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
