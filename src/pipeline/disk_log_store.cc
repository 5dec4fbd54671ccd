// The half of DiskLog that writes, and what it does when the disk does not take it.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "pipeline/disk_log.h"

namespace eventer {
namespace {

// One transaction rewrites no more than this to get rid of dead texts.
constexpr std::size_t kRewrittenBytes = 4 << 20;
// After a failure the disk is left alone for so long.
constexpr Duration kDiskRest = std::chrono::seconds(1);
// A file that is missing may be on a volume that comes back: so long nobody takes its place.
constexpr Duration kMissing = std::chrono::minutes(1);

void PutPositions(LogStore& store, const Position& versions, const PositionTimes& times,
                  const PositionTimes& before) {
  const auto time_of = [](const PositionTimes& from, const std::string& watch) {
    const auto time = from.find(watch);
    return time == from.end() ? std::nullopt : std::optional(time->second);
  };
  for (const auto& [watch, version] : versions) {
    const std::optional<WallTime> time = time_of(times, watch);
    store.PutPosition(watch, version, time ? time : time_of(before, watch));
  }
}

}  // namespace

bool DiskLog::Changed(bool whole) const {
  const bool trims =
      write_all_ || readers_.changed() || !table_.emptied().empty() || !table_.marked().empty();
  return trims || (whole && (moved_ || table_.dead_bytes() > AllowedDead()));
}

bool DiskLog::Store(Packed* packed) {
  table_.Tidy();
  table_.ForgetEmptiedBehind(stored_last_);
  bool stored = false;
  if (MayTry()) {
    const bool whole = TakeBallast();
    stored = TryStore(whole ? packed : nullptr, whole) && whole;
    // What makes room goes through all the same, in the place of the ballast.
    if (!stored && whole && full_ && ballast_.Release()) TryStore(nullptr, /*whole=*/false);
  }
  if (packed) Take(*packed, stored);
  if (stored) Work();
  return stored;
}

// False: the disk is full, or nearly so, and nothing more may be put there.
bool DiskLog::TakeBallast() {
  if (clock_.Steady() < next_try_) return false;
  if (ballast_.Take()) return true;
  next_try_ = clock_.Steady() + kDiskRest;
  TellTrouble("the disk is full");
  return false;
}

// Without `whole` no more than what makes room. False: the disk failed, or the file is gone.
bool DiskLog::TryStore(const Packed* packed, bool whole) {
  std::vector<PackedChunk> rewritten;
  full_ = false;
  try {
    if (!store_) Reconnect();
    table_.Tidy();  // what was lost with a file
    if (packed || Changed(whole)) {
      if (store_->Moved()) throw SqliteError(SQLITE_READONLY_DBMOVED, "the file is gone");
      store_->Begin();
      WriteChanges();
      if (whole) rewritten = WriteWhole(packed);
      store_->Commit();
    }
  } catch (const SqliteError& error) {
    Fail(error);
    return false;
  }
  // The disk has them in their new form, whatever fails from here on.
  for (PackedChunk& chunk : rewritten) table_.Replace(chunk.first, std::move(chunk.chunk));
  if (!rewritten.empty()) texts_.Forget();
  // What is not known to be stored is stored again.
  if (!AfterCommit()) return false;
  table_.Stored();
  readers_.Stored();
  write_all_ = false;
  if (whole && moved_) {
    texts_.Stored();
    stored_last_ = last_;
    stored_position_ = position_;
    moved_ = false;
  }
  return true;
}

// If the file that failed is still there, what memory knows is brought back to it.
void DiskLog::Reconnect() {
  std::error_code error;
  const bool missing = !std::filesystem::exists(path_, error);
  if (!missing) missing_since_.reset();
  if (missing && !missing_since_) missing_since_ = clock_.Steady();
  if (missing && !new_file_ && clock_.Steady() - *missing_since_ >= kMissing) {
    StartOver("missing for a minute");
  }
  store_ = std::make_unique<LogStore>(path_, /*create=*/new_file_);
  new_file_ = false;
  texts_.Forget();
  readers_.ChangeAll();
  write_all_ = true;
}

// In a new file. What only the old one had is lost.
void DiskLog::StartOver(const std::string& why) {
  spdlog::error("{}: {}: a new file takes its place", path_, why);
  missing_since_.reset();
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
  LoseWhatIsNotInMemory();
  texts_.NothingIsStored();
  stored_last_ = 0;
  stored_position_ = {};
  moved_ = write_all_ = new_file_ = lost_mark_ = true;
  readers_.ChangeAll();
  ballast_.Forget();
}

void DiskLog::LoseWhatIsNotInMemory() {
  std::size_t lost = 0;
  for (auto place = table_.First(); !table_.AtEnd(place); table_.Next(place)) {
    if (place->dead || texts_.Has(place.sequence())) continue;
    Lose(place);
    ++lost;
  }
  if (lost > 0) spdlog::error("{} events that were in it alone are lost", lost);
}

// What is true of the events that the disk has.
void DiskLog::WriteChanges() {
  if (write_all_) {
    // Of an append that failed, so that nobody knows of it.
    store_->DeleteChunksBehind(stored_last_);
    store_->DeletePositions();
    PutPositions(*store_, stored_position_.versions, stored_position_.times, {});
    if (lost_mark_) store_->PutLostMark();
  }
  for (std::uint64_t first : table_.emptied()) store_->DeleteChunk(first);
  for (std::uint64_t first : table_.marked()) {
    store_->PutEntries(first, EncodeEntries(table_.chunks().at(first).entries));
  }
  readers_.Store(*store_);
}

std::vector<PackedChunk> DiskLog::WriteWhole(const Packed* packed) {
  std::vector<PackedChunk> rewritten;
  Compact(&rewritten);
  const auto& chunks = table_.chunks();
  for (auto chunk = chunks.upper_bound(stored_last_); chunk != chunks.end(); ++chunk) {
    if (chunk->second.alive == 0) continue;
    rewritten.push_back(FromMemory(chunk->first, chunk->second));
  }
  for (const PackedChunk& chunk : rewritten) {
    store_->PutChunk(chunk.first, EncodeEntries(chunk.chunk.entries), chunk.text);
  }
  if (moved_) PutPositions(*store_, position_.versions, position_.times, {});
  if (!packed) return rewritten;
  for (const PackedChunk& chunk : packed->chunks) {
    store_->PutChunk(chunk.first, EncodeEntries(chunk.chunk.entries), chunk.text);
  }
  PutPositions(*store_, packed->moved, packed->moved_times, position_.times);
  return rewritten;
}

// Chunks that are dead in part, oldest first, without their dead, if too much is dead.
void DiskLog::Compact(std::vector<PackedChunk>* rewritten) {
  const std::size_t allowed = AllowedDead();
  std::size_t dead = table_.dead_bytes(), bytes = 0;
  if (dead <= allowed) return;
  for (const auto& [first, chunk] : table_.chunks()) {
    if (dead <= allowed / 2 || bytes >= kRewrittenBytes || first > stored_last_) break;
    if (chunk.live == chunk.stored || chunk.alive == 0) continue;
    rewritten->push_back(WithoutDead(first, chunk));
    bytes += chunk.live;
    dead -= chunk.stored - chunk.live;
  }
}

PackedChunk DiskLog::WithoutDead(std::uint64_t first, const Chunk& chunk) {
  PackedChunk kept{first, {}, {}};
  const std::string& text = texts_.Text(first, *store_);
  std::size_t begin = 0;
  for (const ChunkEntry& entry : chunk.entries) {
    if (!entry.dead) {
      kept.text += std::string_view(text).substr(std::min(begin, text.size()), entry.size);
      kept.chunk.Add(entry);
    }
    begin += entry.size;
  }
  return kept;
}

PackedChunk DiskLog::FromMemory(std::uint64_t first, const Chunk& chunk) {
  PackedChunk kept{first, {}, {}};
  for (const ChunkEntry& entry : chunk.entries) {
    if (entry.dead) continue;
    kept.text += texts_.Kept(first + entry.offset)->json;
    kept.chunk.Add(entry);
  }
  return kept;
}

void DiskLog::Take(Packed& packed, bool stored) {
  for (PackedChunk& chunk : packed.chunks) table_.Add(chunk.first, std::move(chunk.chunk));
  for (auto& [sequence, event] : packed.events) {
    stored ? texts_.Keep(sequence, std::move(event))
           : texts_.KeepUnstored(sequence, std::move(event));
  }
  for (auto& [watch, version] : packed.moved) position_.versions.insert_or_assign(watch, version);
  for (auto& [watch, time] : packed.moved_times) position_.times.insert_or_assign(watch, time);
  last_ += packed.received;
  if (stored) {
    stored_last_ = last_;
    stored_position_ = position_;
  } else {
    moved_ = true;
  }
}

bool DiskLog::AfterCommit() try {
  store_->Shrink();
  used_ = store_->UsedBytes();
  return true;
} catch (const SqliteError& error) {
  Fail(error);
  return false;
}

// Whatever is half done is undone with the connection.
void DiskLog::Fail(const SqliteError& error) {
  store_.reset();
  full_ = error.full();
  next_try_ = clock_.Steady() + kDiskRest;
  TellTrouble(error.what());
  if (!error.corrupt()) return;
  try {
    SetAside();
    StartOver(std::string("is damaged (") + error.what() + "), set aside as " + set_aside_);
  } catch (const std::exception& other) {
    TellTrouble(other.what());
  }
}

void DiskLog::TellTrouble(const std::string& why) {
  trouble_ = path_ + ": " + why;
  stats_.disk_trouble.Set(trouble_);
  stats_.disk_failing = true;
  if (trouble_lines_.Allow()) {
    spdlog::error("the disk of the event log fails, what comes now is kept in memory: {}",
                  trouble_);
  }
}

void DiskLog::Work() {
  unreadable_ = false;
  if (trouble_.empty()) return;
  trouble_.clear();
  stats_.disk_trouble.Set("");
  stats_.disk_failing = false;
  spdlog::info("the disk of the event log works again");
}

}  // namespace eventer
