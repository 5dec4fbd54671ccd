// The file of the durable log, `events.db`: its tables and what is done with them.
//
//   chunks     first, entries     what is known of each event: EncodeEntries (chunk_table.h)
//   texts      first, json        the JSON of the chunk's events, one behind the other
//   readers    a row per sink: how far it is, what is open, its totals
//   states     id, state          the sinks' own memory
//   positions  watch, version, as_of_us: StoredPosition; a watch of a name that none has says that
//              the file took the place of a lost one: StoredPosition::lost
//
// WAL with synchronous=NORMAL: a commit is a write, not an fsync; the disk is told to keep what it
// got only when the WAL is copied into the file, each 4 MiB. A process may die at any instant and
// nothing committed is lost, for the kernel has it. A power loss takes back the last commits, whole
// and in order: events and the position of their watch were one commit, so the events are watched
// again; deliveries that were taken back are made again, which at-least-once allows. FULL would
// cost one fsync (1-30 ms) a batch and buy only fewer repeats.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/stats.h"
#include "eventer/position.h"
#include "pipeline/sqlite.h"

namespace eventer {

using CauseCounts = std::array<std::uint64_t, static_cast<std::size_t>(Cause::kCount)>;

struct ReaderRow {
  std::int64_t id = 0;
  std::string name;
  std::uint64_t seen = 0;
  std::vector<std::uint64_t> open;
  std::uint64_t held = 0, filtered = 0, delivered = 0;
  CauseCounts rejected{}, dropped{};
  std::string state;
  std::int64_t gone_wall_us = 0;  // since when its sink is not configured; 0: it is
};

// One connection, not thread-safe. Everything throws SqliteError.
class LogStore {
 public:
  static constexpr std::int64_t kVersion = 1;  // PRAGMA user_version
  // What the WAL grows to beside the transaction that is being written.
  static constexpr std::size_t kWalBytes = 4 << 20;
  // Free space that is kept in the file for what comes next.
  static constexpr std::size_t kKeptFreeBytes = 8 << 20;

  // Opens or, with `create`, makes the file. Throws ConfigError, and has changed nothing, if a
  // newer program made it.
  LogStore(const std::string& path, bool create);

  std::vector<ReaderRow> Readers();  // by id
  StoredPosition Positions();
  void EachChunk(const std::function<void(std::uint64_t first, std::string_view entries)>& chunk);
  // Empty if there is none.
  std::string Text(std::uint64_t first);

  // All that follow, down to Commit, are stored at once or not at all.
  void Begin() { begin_.Run(); }
  void PutChunk(std::uint64_t first, std::string_view entries, std::string_view text);
  void PutEntries(std::uint64_t first, std::string_view entries);
  void DeleteChunk(std::uint64_t first);
  void DeleteChunksBehind(std::uint64_t last);
  void PutReader(const ReaderRow& reader);  // without its state
  void DeleteReader(std::int64_t reader);
  void PutState(std::int64_t reader, std::string_view state);
  void DeletePositions();
  // From then on Positions().lost, beside those that are put.
  void PutLostMark();
  void PutPosition(std::string_view watch, std::string_view version, std::optional<WallTime> as_of);
  void Commit() { commit_.Run(); }

  // Whether somebody else's file, or none, stands in the place of this one.
  bool Moved() const { return db_.Moved(); }
  // Bytes of the file that hold something.
  std::size_t UsedBytes();
  // Gives free space back to the file system, a few MiB at a time, if most of the file is free.
  void Shrink();

 private:
  static SqliteDatabase OpenFile(const std::string& path, bool create);
  SqliteStatement Prepare(const char* sql) const { return {db_, sql}; }

  SqliteDatabase db_;
  SqliteStatement begin_, commit_, page_count_, free_count_, shrink_;
  SqliteStatement get_text_, put_chunk_, put_text_, put_entries_, delete_chunk_, delete_text_;
  SqliteStatement put_reader_, put_state_, put_position_;
};

}  // namespace eventer
