#include "pipeline/disk_log.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "eventer/error.h"

namespace eventer {
namespace {

// Of all texts, the part that may be dead. Sinks that settle in order leave one chunk each that is
// dead in part, so rewriting begins only when events are dropped or held up among others.
constexpr std::size_t kDeadPart = 16;

constexpr std::size_t kBallastBytes = 8 << 20;
// Of a small directory.
constexpr std::size_t kBallastPart = 16;

}  // namespace

DiskBounds DiskBoundsFor(std::size_t max_bytes, std::size_t memory) {
  // The WAL may take its bound and one transaction: an append and what is rewritten with it.
  const std::size_t wal = std::min<std::size_t>(max_bytes / 4, 32 << 20);
  const std::size_t ballast = std::min(kBallastBytes, max_bytes / kBallastPart);
  const std::size_t file = max_bytes - wal - ballast;
  return {.events = file - file / kDeadPart, .file = file, .memory = memory, .ballast = ballast};
}

DiskLog::DiskLog(Clock& clock, Stats& stats, const std::string& directory, DiskBounds bounds)
    : clock_(clock),
      stats_(stats),
      path_(directory + "/events.db"),
      bounds_(bounds),
      readers_(clock, stats),
      texts_(bounds.memory),
      ballast_(directory + "/ballast", bounds.ballast),
      trouble_lines_(clock),
      lost_lines_(clock) {
  OpenOrSetAside(directory);
}

void DiskLog::OpenOrSetAside(const std::string& directory) try {
  try {
    Load();
  } catch (const SqliteError& error) {
    if (!error.damaged()) throw;
    store_.reset();
    SetAside();
    spdlog::error("{} is damaged ({}): set aside as {}", path_, error.what(), set_aside_);
    Load();
    position_.lost = lost_mark_ = true;
    store_->Begin();
    store_->PutLostMark();
    store_->Commit();
  }
} catch (const SqliteError& error) {
  throw ConfigError("--data-dir=" + directory + ": events.db: " + error.what());
} catch (const std::filesystem::filesystem_error& error) {
  throw ConfigError("--data-dir=" + directory + ": " + error.what());
}

void DiskLog::SetAside() {
  namespace fs = std::filesystem;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(clock_.Wall());
  std::int64_t number = seconds.time_since_epoch().count();
  while (fs::exists(path_ + ".damaged-" + std::to_string(number))) ++number;
  set_aside_ = path_ + ".damaged-" + std::to_string(number);
  fs::rename(path_, set_aside_);
  // A WAL without its file would be read as that of the next one.
  if (fs::exists(path_ + "-wal")) fs::rename(path_ + "-wal", set_aside_ + "-wal");
}

// Throws before it has changed anything but the store.
void DiskLog::Load() {
  store_ = std::make_unique<LogStore>(path_, /*create=*/true);
  ChunkTable table;
  std::uint64_t last = 0;
  store_->EachChunk([&](std::uint64_t first, std::string_view entries) {
    Chunk chunk;
    if (!DecodeEntries(entries, &chunk) || first + chunk.entries.front().offset <= last) {
      throw SqliteError(SQLITE_CORRUPT, "what it says of its events cannot be read");
    }
    last = first + chunk.entries.back().offset;
    table.Add(first, std::move(chunk));
  });
  std::vector<ReaderRow> rows = store_->Readers();
  position_ = store_->Positions();
  lost_mark_ = position_.lost;
  stored_position_ = position_;
  used_ = store_->UsedBytes();
  table_ = std::move(table);
  readers_.Load(std::move(rows));
  last_ = stored_last_ = std::max(last, readers_.LastSeen());
  CountWaiting();
}

void DiskLog::CountWaiting() {
  // What a sink had of events that never reached the disk is gone with them.
  for (DiskReader& reader : readers_.gone()) {
    std::erase_if(reader.open, [&](std::uint64_t sequence) {
      const auto place = table_.Find(sequence);
      return table_.AtEnd(place) || place.sequence() != sequence || place->dead;
    });
  }
  readers_.Restore([&](const DiskReader& reader, std::uint64_t* waiting, std::size_t* backlog) {
    for (auto place = table_.First(); !table_.AtEnd(place); table_.Next(place)) {
      if (place->dead || !reader.Awaits(place)) continue;
      ++place->readers;
      ++*waiting;
      *backlog += ChunkTable::BytesOf(*place);
    }
  });
  for (auto place = table_.First(); !table_.AtEnd(place); table_.Next(place)) {
    if (!place->dead && place->readers == 0) table_.Remove(place, /*tell_disk=*/false);
  }
}

bool DiskLog::DiskFits(std::size_t bytes, std::size_t freed) const {
  return used_ + texts_.unstored_bytes() + bytes <= bounds_.file + freed;
}

bool DiskLog::MemoryFits(std::size_t bytes) const {
  const std::size_t unstored = texts_.unstored_bytes();
  return trouble_.empty() || unstored == 0 || unstored + bytes <= bounds_.memory;
}

bool DiskLog::Fits(std::size_t bytes) const {
  return table_.events() == 0 ||
         (table_.bytes() + bytes <= bounds_.events && DiskFits(bytes) && MemoryFits(bytes));
}

std::size_t DiskLog::AllowedDead() const {
  return DiskFits(needed_) ? bounds_.events / kDeadPart : 0;
}

bool DiskLog::RewriteFor(std::size_t bytes) {
  const std::size_t dead = table_.dead_bytes();
  needed_ = bytes;
  const bool stored = Store();
  needed_ = 0;
  return stored && table_.dead_bytes() < dead;
}

EventPtr DiskLog::Get(const ChunkTable::Place& place) {
  // No disk is needed for what was just appended, or is not there yet.
  if (place->dead) return nullptr;
  if (EventPtr kept = texts_.Kept(place.sequence())) return kept;
  unreadable_ = true;
  if (!MayTry()) return nullptr;
  try {
    if (!store_) Reconnect();
    EventPtr event = place->dead ? nullptr : texts_.Get(place, *store_);
    if (!event && !place->dead) Lose(place);
    unreadable_ = false;
    return event;
  } catch (const SqliteError& error) {
    if (store_ && error.corrupt()) {
      Lose(place);  // at the least this one
      unreadable_ = false;
    } else {
      Fail(error);
    }
    return nullptr;
  }
}

// Its text is no event any more.
void DiskLog::Lose(const ChunkTable::Place& place) {
  if (lost_lines_.Allow()) {
    spdlog::error("{}: event {} is damaged, and lost", path_, place.sequence());
  }
  const auto lose = [&](DiskReader& reader) {
    if (reader.Awaits(place)) reader.Lose(place, /*wanted=*/true, Cause::kGarbage);
  };
  for (DiskReader& reader : readers_.opened()) lose(reader);
  for (DiskReader& reader : readers_.gone()) lose(reader);
  Remove(place);
}

bool DiskLog::Judge(const ChunkTable::Place& place) {
  if (place->judged) return true;
  const EventPtr event = Get(place);
  if (!event) return false;
  place->wants = WantersOf(*event, readers_.opened());
  place->judged = true;
  return true;
}

void DiskLog::Leave(const ChunkTable::Place& place) {
  if (--place->readers > 0) return;
  texts_.Release(place.sequence());
  table_.Remove(place, /*tell_disk=*/false);
}

void DiskLog::Remove(const ChunkTable::Place& place) {
  texts_.Release(place.sequence());
  table_.Remove(place, /*tell_disk=*/true);
}

void DiskLog::ForgetGone(bool all) {
  for (const auto reader : readers_.Expired(all)) {
    for (auto place = table_.First(); !table_.AtEnd(place); table_.Next(place)) {
      if (!place->dead && reader->Awaits(place)) Leave(place);
    }
    readers_.Forget(reader);
  }
  table_.Tidy();
}

}  // namespace eventer
