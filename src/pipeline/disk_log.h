// What the durable log knows, and how it gets onto the disk and back. SqliteEventLog adds the lock,
// the waiting and the rules of EventLog.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/log_limiter.h"
#include "pipeline/ballast.h"
#include "pipeline/chunk_table.h"
#include "pipeline/disk_readers.h"
#include "pipeline/event_texts.h"
#include "pipeline/log_packer.h"
#include "pipeline/sqlite_event_log.h"

namespace eventer {

// Memory is the truth; Store brings the disk up to it. All that was changed stays noted until a
// commit succeeded, and each change may be written twice: so after a failure, even of a commit of
// which nobody knows whether it happened, Store opens the file again and goes on. Events of an
// append that could not be stored wait in memory for that, with their position. While the disk is
// merely full, what makes room there is stored all the same. Not thread-safe.
class DiskLog {
 public:
  // Throws ConfigError.
  DiskLog(Clock& clock, Stats& stats, const std::string& directory, DiskBounds bounds);

  // With the entries of an Append, which are part of the log then, wherever they are. False: the
  // disk has not got all, see trouble(). After a failure it is not tried for kRetry.
  bool Store(Packed* packed = nullptr);
  void TryAtOnce() { next_try_ = SteadyTime{}; }
  // Rewrites chunks that are dead in part, so that `bytes` fit into the file. False: there was
  // nothing to gain, or the disk failed.
  bool RewriteFor(std::size_t bytes);
  // Null: it cannot be read now, see unreadable(), or it was damaged and is lost: dead.
  EventPtr Get(const ChunkTable::Place& place);
  // Asks all filters once, so that Drop and a second look need no text. False: see Get.
  bool Judge(const ChunkTable::Place& place);

  // One more reader needs it no longer.
  void Leave(const ChunkTable::Place& place);
  // Nobody gets it any more.
  void Remove(const ChunkTable::Place& place);
  // Of sinks that are gone, those whose hour is over, or all.
  void ForgetGone(bool all);

  bool DiskFits(std::size_t bytes, std::size_t freed = 0) const;
  // While the disk fails.
  bool MemoryFits(std::size_t bytes) const;
  bool Fits(std::size_t bytes) const;

  ChunkTable& table() { return table_; }
  const ChunkTable& table() const { return table_; }
  DiskReaders& readers() { return readers_; }
  const DiskReaders& readers() const { return readers_; }
  const StoredPosition& position() const { return position_; }
  std::uint64_t last() const { return last_; }
  std::uint64_t stored_last() const { return stored_last_; }  // behind it all is in memory alone
  const DiskBounds& bounds() const { return bounds_; }
  const std::string& trouble() const { return trouble_; }
  bool unreadable() const { return unreadable_; }  // the last Get failed
  const std::string& set_aside() const { return set_aside_; }

 private:
  void OpenOrSetAside(const std::string& directory);
  void SetAside();
  void Load();
  void CountWaiting();
  void Lose(const ChunkTable::Place& place);
  void Reconnect();
  void StartOver(const std::string& why);
  void LoseWhatIsNotInMemory();
  bool MayTry() const { return store_ || clock_.Steady() >= next_try_; }
  bool TakeBallast();
  bool TryStore(const Packed* packed, bool whole);
  bool Changed(bool whole) const;
  std::size_t AllowedDead() const;
  void WriteChanges();
  std::vector<PackedChunk> WriteWhole(const Packed* packed);
  void Compact(std::vector<PackedChunk>* rewritten);
  PackedChunk WithoutDead(std::uint64_t first, const Chunk& chunk);
  PackedChunk FromMemory(std::uint64_t first, const Chunk& chunk);
  void Take(Packed& packed, bool stored);
  void Work();
  bool AfterCommit();
  void Fail(const SqliteError& error);
  void TellTrouble(const std::string& why);

  Clock& clock_;
  Stats& stats_;
  const std::string path_;
  const DiskBounds bounds_;
  std::unique_ptr<LogStore> store_;  // null: the disk failed; the next Store opens it again
  ChunkTable table_;
  DiskReaders readers_;
  EventTexts texts_;
  Ballast ballast_;
  StoredPosition position_;  // `lost`: nothing could be read when it was opened
  std::uint64_t last_ = 0;
  // What the disk has of these two.
  StoredPosition stored_position_;
  std::uint64_t stored_last_ = 0;
  bool moved_ = false;                      // the position, since it was stored
  std::size_t used_ = 0;                    // bytes of the file that hold something
  std::size_t needed_ = 0;                  // bytes that are to fit into the file
  bool write_all_ = false;                  // the file was opened again: what it has is not known
  bool unreadable_ = false, full_ = false;  // the last Get and Store failed, and how
  SteadyTime next_try_{};
  std::optional<SteadyTime> missing_since_;
  bool new_file_ = false;   // is to be made, in the place of one that is lost
  bool lost_mark_ = false;  // a file before this one was lost: StoredPosition::lost
  std::string trouble_, set_aside_;
  LogLimiter trouble_lines_, lost_lines_;
};

}  // namespace eventer
