#include "pipeline/sqlite_event_log.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "pipeline/disk_log.h"
#include "pipeline/log_dropper.h"
#include "pipeline/slice_filler.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using Place = ChunkTable::Place;

// Reading and filtering may be slow: the lock is given up after so many.
constexpr std::size_t kScannedPerLock = 256;
// What filters passed is stored with the next commit, or after so many.
constexpr std::size_t kPassedPerStore = 4096;
// One transaction of an Append.
constexpr std::size_t kTransactionBytes = 4 << 20;
// Who waits looks at a failed disk so often.
constexpr Duration kLookAgain = 1s;

class SqliteEventLog final : public DurableEventLog {
 public:
  SqliteEventLog(Clock& clock, Stats& stats, const std::string& directory, DiskBounds bounds)
      : clock_(clock), stats_(stats), log_(clock, stats, directory, bounds) {
    stats_.log_max_bytes = bounds.events;
    Changed();
  }
  ~SqliteEventLog() override { Flush(); }

  ReaderId Open(SinkStats& stats, EventFilter filter) override {
    std::lock_guard lock(mutex_);
    return log_.readers().Open(stats, std::move(filter), log_.last());
  }

  ReaderState Look(ReaderId id) const override {
    std::lock_guard lock(mutex_);
    return log_.readers().opened()[id].Look();
  }

  std::string State(ReaderId id) const override {
    std::lock_guard lock(mutex_);
    return log_.readers().opened()[id].state;
  }

  std::size_t Append(std::span<const SourceEntry> entries) override;
  std::optional<std::size_t> AppendFor(const std::string& sink,
                                       std::span<const EventPtr> events) override;
  LogSlice Read(ReaderId id, std::size_t max_events, std::size_t max_bytes) override;
  bool Wait(ReaderId id, SteadyTime deadline, std::stop_token stop) override;
  void Commit(ReaderId id, const LogProgress& progress) override;
  std::size_t Drop(const std::set<ReaderId>& stalled, std::size_t bytes) override;
  bool WaitForRoom(SteadyTime deadline, std::stop_token stop) override;

  Position position() const override {
    std::lock_guard lock(mutex_);
    return log_.position().versions;
  }

  std::size_t max_bytes() const override { return log_.bounds().events; }

  StoredPosition stored() const override {
    std::lock_guard lock(mutex_);
    return log_.position();
  }

  std::string Trouble() const override {
    std::lock_guard lock(mutex_);
    return log_.trouble();
  }

  bool Flush() override {
    std::lock_guard lock(mutex_);
    passed_ = 0;
    log_.TryAtOnce();
    return log_.Store();
  }

  const std::string& set_aside() const override { return log_.set_aside(); }

 private:
  LogPacker Pack(std::span<const SourceEntry> entries);
  bool HasRoom(const Packed& packed, std::size_t bytes) const;
  bool MakeSpace();
  void TakeAppend(Packed& packed, DiskReader* only = nullptr);
  bool Take(const Place& place, SliceFiller& slice);
  bool ReadOpen(DiskReader& reader, SliceFiller& slice);
  bool ReadOn(ReaderId id, SliceFiller& slice);
  bool Pass(const Place& place, ReaderId id);
  void JudgeAll(std::unique_lock<std::mutex>& lock);
  void Changed();

  Clock& clock_;
  Stats& stats_;
  mutable std::mutex mutex_;
  std::condition_variable_any appended_, removed_;
  DiskLog log_;
  std::size_t passed_ = 0;   // by filters, and not stored
  std::size_t refused_ = 0;  // bytes of the entry that the last Append did not take
};

std::size_t SqliteEventLog::Append(std::span<const SourceEntry> entries) {
  std::lock_guard lock(mutex_);
  if (!log_.trouble().empty()) log_.Store();
  log_.ForgetGone(/*all=*/false);
  std::size_t taken = 0;
  while (taken < entries.size()) {
    LogPacker packer = Pack(entries.subspan(taken));
    if (packer.packed().entries > 0) TakeAppend(packer.packed());
    taken += packer.packed().entries;
    if (refused_ > 0 && !MakeSpace()) break;
  }
  Changed();
  return taken;
}

std::optional<std::size_t> SqliteEventLog::AppendFor(const std::string& sink,
                                                     std::span<const EventPtr> events) {
  std::lock_guard lock(mutex_);
  if (!log_.trouble().empty() && !log_.Store()) return 0;
  const std::optional<ReaderId> id = log_.readers().Find(sink);
  if (!id) return std::nullopt;
  DiskReader& reader = log_.readers().opened()[*id];
  LogPacker packer(log_.last(), 1);
  for (const EventPtr& event : events) {
    if (!HasRoom(packer.packed(), Bytes(*event))) break;
    packer.AddFor(reader.id, event, reader.filter.Wants(*event) ? ReaderBit(*id) : 0);
  }
  if (packer.packed().entries > 0) TakeAppend(packer.packed(), &reader);
  Changed();
  return log_.trouble().empty() ? packer.packed().entries : 0;
}

// As many as fit into the log and into one transaction.
LogPacker SqliteEventLog::Pack(std::span<const SourceEntry> entries) {
  refused_ = 0;
  LogPacker packer(log_.last(), log_.readers().size());
  for (const SourceEntry& entry : entries) {
    const EventPtr& event = entry.event;
    const Packed& packed = packer.packed();
    if (event && log_.readers().size() > 0) {
      const std::size_t bytes = Bytes(*event);
      if (packed.bytes > 0 && packed.bytes + bytes > kTransactionBytes) break;
      if (!HasRoom(packed, bytes)) {
        refused_ = bytes;
        break;
      }
    }
    packer.Add(entry, event ? WantersOf(*event, log_.readers().opened()) : 0);
  }
  return packer;
}

bool SqliteEventLog::HasRoom(const Packed& packed, std::size_t bytes) const {
  if (packed.events.empty()) return log_.Fits(bytes);
  return log_.table().bytes() + packed.bytes + bytes <= max_bytes() &&
         log_.DiskFits(packed.bytes + bytes) && log_.MemoryFits(packed.bytes + bytes);
}

// Takes back what nobody has a right to: what waits for sinks that are gone, then dead texts.
// False: there is no more of it, so that who tries again comes to an end.
bool SqliteEventLog::MakeSpace() {
  if (!log_.readers().gone().empty()) {
    log_.ForgetGone(/*all=*/true);
    return log_.Store();
  }
  return !log_.DiskFits(refused_) && log_.RewriteFor(refused_);
}

void SqliteEventLog::TakeAppend(Packed& packed, DiskReader* only) {
  log_.Store(&packed);
  const auto receive = [&](DiskReader& reader) {
    if (only && &reader != only) return;
    reader.books.Received(packed.received, packed.bytes, clock_.Steady());
  };
  for (DiskReader& reader : log_.readers().opened()) receive(reader);
  for (DiskReader& reader : log_.readers().gone()) receive(reader);
  if (packed.received > 0) appended_.notify_all();
}

LogSlice SqliteEventLog::Read(ReaderId id, std::size_t max_events, std::size_t max_bytes) {
  SliceFiller slice(max_events, max_bytes);
  std::unique_lock lock(mutex_);
  DiskReader& reader = log_.readers().opened()[id];
  reader.in_hands = 0;
  if (ReadOpen(reader, slice)) {
    while (ReadOn(id, slice)) {
      lock.unlock();  // for those who wait for it
      lock.lock();
    }
  }
  if (passed_ >= kPassedPerStore) {
    passed_ = 0;
    log_.Store();
  }
  Changed();
  return slice.Take();
}

// False: the limits are reached, or it cannot be read.
bool SqliteEventLog::Take(const Place& place, SliceFiller& slice) {
  if (!slice.Fits(place->size)) return false;
  EventPtr event = log_.Get(place);
  if (!event) return place->dead;
  slice.Add(place.sequence(), std::move(event), place->size);
  return true;
}

bool SqliteEventLog::ReadOpen(DiskReader& reader, SliceFiller& slice) {
  const std::vector<std::uint64_t> open = reader.open;  // what is lost leaves it
  for (std::uint64_t sequence : open) {
    if (!Take(log_.table().Find(sequence), slice)) return false;
    reader.in_hands = sequence;
  }
  return true;
}

// True: there may be more to read.
bool SqliteEventLog::ReadOn(ReaderId id, SliceFiller& slice) {
  DiskReader& reader = log_.readers().opened()[id];
  ChunkTable& table = log_.table();
  std::size_t scanned = 0;
  for (Place place = table.Behind(reader.seen); !table.AtEnd(place); table.Next(place)) {
    if (scanned++ == kScannedPerLock) return true;
    if (!place->dead && reader.IsFor(place) && !Pass(place, id)) {
      if (!place->judged || !Take(place, slice)) return false;
      if (!place->dead) reader.Give(place.sequence());
    }
    reader.seen = place.sequence();
  }
  return false;
}

// Whether the reader is done with it, for its filter does not want it.
bool SqliteEventLog::Pass(const Place& place, ReaderId id) {
  if (!log_.Judge(place)) return place->dead;
  if (Has(place->wants, static_cast<std::size_t>(id))) return false;
  DiskReader& reader = log_.readers().opened()[id];
  reader.books.Filtered(ChunkTable::BytesOf(*place), clock_.Steady());
  reader.changed = true;
  log_.Leave(place);
  ++passed_;
  return true;
}

bool SqliteEventLog::Wait(ReaderId id, SteadyTime deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  DiskReader& reader = log_.readers().opened()[id];
  reader.in_hands = 0;
  // There is something, and it cannot be read: later.
  const bool fails = log_.unreadable();
  if (fails) deadline = std::min(deadline, clock_.Steady() + kLookAgain);
  return clock_.WaitUntil(lock, appended_, std::move(stop), deadline,
                          [&] { return !fails && reader.books.waiting() > reader.open.size(); });
}

void SqliteEventLog::Commit(ReaderId id, const LogProgress& progress) {
  std::lock_guard lock(mutex_);
  DiskReader& reader = log_.readers().opened()[id];
  reader.in_hands = 0;
  for (const SettledEvent& event : progress.settled) {
    if (!reader.Close(event.sequence)) continue;
    const Place place = log_.table().Find(event.sequence);
    reader.books.Settled(event, ChunkTable::BytesOf(*place), clock_.Steady());
    reader.changed = true;
    log_.Leave(place);
  }
  if (progress.state) {
    reader.state = *progress.state;
    if (progress.forgotten) reader.books.Forgets();
    reader.books.Remembers(progress.held);
    reader.changed = reader.state_changed = true;
  }
  if (reader.changed) {
    passed_ = 0;
    log_.Store();
  }
  Changed();
}

std::size_t SqliteEventLog::Drop(const std::set<ReaderId>& stalled, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  const std::size_t before = log_.table().bytes();
  const std::size_t room = std::min(bytes, max_bytes());
  if (log_.Fits(room)) return 0;
  log_.ForgetGone(/*all=*/true);
  JudgeAll(lock);
  DropUntilFits(log_, stalled, room);
  log_.Store();
  Changed();
  return before - std::min(before, log_.table().bytes());
}

// After a start the filters have not seen what is stored: they do now, with the lock given up in
// between. What cannot be read counts as wanted.
void SqliteEventLog::JudgeAll(std::unique_lock<std::mutex>& lock) {
  std::uint64_t done = 0;
  while (JudgeSome(log_, kScannedPerLock, &done)) {
    lock.unlock();
    lock.lock();
  }
}

bool SqliteEventLog::WaitForRoom(SteadyTime deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  return clock_.WaitUntil(lock, removed_, std::move(stop), deadline,
                          [&] { return log_.Fits(refused_); });
}

void SqliteEventLog::Changed() {
  log_.table().Tidy();
  stats_.log_events = log_.table().events();
  stats_.log_bytes = log_.table().bytes();
  if (log_.Fits(refused_)) removed_.notify_all();
}

}  // namespace

std::unique_ptr<DurableEventLog> NewSqliteEventLog(Clock& clock, Stats& stats,
                                                   const std::string& directory,
                                                   DiskBounds bounds) {
  return std::make_unique<SqliteEventLog>(clock, stats, directory, bounds);
}

}  // namespace eventer
