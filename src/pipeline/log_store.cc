#include "pipeline/log_store.h"

#include <algorithm>
#include <charconv>

#include "eventer/error.h"
#include "eventer/text.h"

namespace eventer {
namespace {

constexpr std::size_t kPageBytes = 4096;
// "evtr": what `file` and we know our files by.
constexpr const char* kCreate = R"(
  BEGIN;
  CREATE TABLE chunks(first INTEGER PRIMARY KEY, entries BLOB NOT NULL);
  CREATE TABLE texts(first INTEGER PRIMARY KEY, json BLOB NOT NULL);
  CREATE TABLE readers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, seen INTEGER NOT NULL,
    open BLOB NOT NULL, held INTEGER NOT NULL, filtered INTEGER NOT NULL,
    delivered INTEGER NOT NULL, rejected TEXT NOT NULL, dropped TEXT NOT NULL,
    gone_wall_us INTEGER NOT NULL);
  CREATE TABLE states(id INTEGER PRIMARY KEY, state BLOB NOT NULL);
  CREATE TABLE positions(watch TEXT PRIMARY KEY, version TEXT NOT NULL, as_of_us INTEGER NOT NULL)
    WITHOUT ROWID;
  PRAGMA application_id = 1702261874;
  PRAGMA user_version = 1;
  COMMIT;
  PRAGMA wal_checkpoint(TRUNCATE);
)";
// Before anything is written. One process at a time has the file (data_dir_lock.h), so SQLite need
// not ask for its locks at each transaction, nor share an index of the WAL.
constexpr const char* kBeforeAll = "PRAGMA locking_mode = EXCLUSIVE";
// Of a new file; on another one it would write, and a full disk could not be read.
constexpr const char* kShrinks = "PRAGMA auto_vacuum = INCREMENTAL";
// secure_delete is on in Debian's build and would overwrite with zeros all that is delivered.
constexpr const char* kSettings = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA secure_delete = OFF;
  PRAGMA cache_size = -1024;
  PRAGMA wal_autocheckpoint = 1024;
  PRAGMA journal_size_limit = 4194304;
)";
// No namespace has such a name.
constexpr std::string_view kLostMark = "*lost*";
// In the place of a time that is not known.
constexpr std::int64_t kUnknownTime = 0;
static_assert(LogStore::kWalBytes == 4194304 && LogStore::kVersion == 1);

// "mapping=3 content=1": by name, for the numbers of causes may change.
std::string CausesToText(const CauseCounts& counts) {
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    if (!text.empty()) text += ' ';
    text.append(CauseName(static_cast<Cause>(i))).append("=").append(std::to_string(counts[i]));
  }
  return text;
}

void AddCause(std::string_view word, CauseCounts* counts) {
  const std::size_t equals = std::min(word.find('='), word.size() - 1);
  std::uint64_t count = 0;
  std::from_chars(word.data() + equals + 1, word.data() + word.size(), count);
  for (std::size_t i = 0; i < counts->size(); ++i) {
    if (CauseName(static_cast<Cause>(i)) == word.substr(0, equals)) (*counts)[i] = count;
  }
}

CauseCounts CausesFromText(std::string_view text) {
  CauseCounts counts{};
  for (const std::string_view word : Split(text, " ")) {
    if (!word.empty()) AddCause(word, &counts);
  }
  return counts;
}

std::string SequencesToBytes(const std::vector<std::uint64_t>& sequences) {
  std::string bytes;
  for (std::uint64_t sequence : sequences) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<char>(sequence >> shift));
    }
  }
  return bytes;
}

std::vector<std::uint64_t> SequencesFromBytes(std::string_view bytes) {
  std::vector<std::uint64_t> sequences;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t sequence = 0;
    for (int i = 7; i >= 0; --i) sequence = sequence << 8 | static_cast<unsigned char>(bytes[i]);
    sequences.push_back(sequence);
  }
  return sequences;
}

void RefuseNewer(const std::string& path, std::int64_t version) {
  if (version <= LogStore::kVersion) return;
  throw ConfigError(path + ": was written by a newer version of this program (format " +
                    std::to_string(version) + ", known " + std::to_string(LogStore::kVersion) +
                    "); run that one, or give another directory");
}

}  // namespace

SqliteDatabase LogStore::OpenFile(const std::string& path, bool create) {
  SqliteDatabase db(path, create);
  // Whoever is refused below must find the file as it was: a WAL that is there stays.
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  db.Exec(kBeforeAll);
  const std::int64_t version = SqliteStatement(db, "PRAGMA user_version").Number();
  RefuseNewer(path, version);
  if (version == 0 && create) db.Exec(kShrinks);
  db.Exec(kSettings);
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  if (version == 0 && create) db.Exec(kCreate);
  return db;
}

LogStore::LogStore(const std::string& path, bool create)
    : db_(OpenFile(path, create)),
      begin_(Prepare("BEGIN IMMEDIATE")),
      commit_(Prepare("COMMIT")),
      page_count_(Prepare("PRAGMA page_count")),
      free_count_(Prepare("PRAGMA freelist_count")),
      shrink_(Prepare("PRAGMA incremental_vacuum(1024)")),
      get_text_(Prepare("SELECT json FROM texts WHERE first = ?")),
      put_chunk_(Prepare("INSERT OR REPLACE INTO chunks VALUES(?, ?)")),
      put_text_(Prepare("INSERT OR REPLACE INTO texts VALUES(?, ?)")),
      put_entries_(Prepare("UPDATE chunks SET entries = ?2 WHERE first = ?1")),
      delete_chunk_(Prepare("DELETE FROM chunks WHERE first = ?")),
      delete_text_(Prepare("DELETE FROM texts WHERE first = ?")),
      put_reader_(Prepare("INSERT OR REPLACE INTO readers VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      put_state_(Prepare("INSERT OR REPLACE INTO states VALUES(?, ?)")),
      put_position_(Prepare("INSERT OR REPLACE INTO positions VALUES(?, ?, ?)")) {}

std::vector<ReaderRow> LogStore::Readers() {
  std::vector<ReaderRow> rows;
  SqliteStatement all =
      Prepare("SELECT readers.*, state FROM readers LEFT JOIN states USING(id) ORDER BY id");
  while (all.Step()) {
    rows.push_back({.id = all.Int(0),
                    .name = std::string(all.Bytes(1)),
                    .seen = all.Count(2),
                    .open = SequencesFromBytes(all.Bytes(3)),
                    .held = all.Count(4),
                    .filtered = all.Count(5),
                    .delivered = all.Count(6),
                    .rejected = CausesFromText(all.Bytes(7)),
                    .dropped = CausesFromText(all.Bytes(8)),
                    .state = std::string(all.Bytes(10)),
                    .gone_wall_us = all.Int(9)});
  }
  return rows;
}

StoredPosition LogStore::Positions() {
  StoredPosition position;
  SqliteStatement all = Prepare("SELECT watch, version, as_of_us FROM positions");
  while (all.Step()) {
    if (all.Bytes(0) == kLostMark) {
      position.lost = true;
      continue;
    }
    position.versions.emplace(all.Bytes(0), all.Bytes(1));
    if (const std::int64_t as_of = all.Int(2); as_of != kUnknownTime) {
      position.times.emplace(all.Bytes(0), WallTime(std::chrono::microseconds(as_of)));
    }
  }
  return position;
}

void LogStore::EachChunk(const std::function<void(std::uint64_t, std::string_view)>& chunk) {
  SqliteStatement all = Prepare("SELECT first, entries FROM chunks ORDER BY first");
  while (all.Step()) chunk(all.Count(0), all.Bytes(1));
}

std::string LogStore::Text(std::uint64_t first) {
  get_text_.Start(first);
  std::string text;
  if (get_text_.Step()) text = get_text_.Bytes(0);
  get_text_.Reset();
  return text;
}

void LogStore::PutChunk(std::uint64_t first, std::string_view entries, std::string_view text) {
  put_chunk_.Run(first, Blob{entries});
  put_text_.Run(first, Blob{text});
}

void LogStore::PutEntries(std::uint64_t first, std::string_view entries) {
  put_entries_.Run(first, Blob{entries});
}

void LogStore::DeleteChunk(std::uint64_t first) {
  delete_chunk_.Run(first);
  delete_text_.Run(first);
}

void LogStore::DeleteChunksBehind(std::uint64_t last) {
  Prepare("DELETE FROM chunks WHERE first > ?").Run(last);
  Prepare("DELETE FROM texts WHERE first > ?").Run(last);
}

void LogStore::PutReader(const ReaderRow& reader) {
  const std::string open = SequencesToBytes(reader.open);
  const std::string rejected = CausesToText(reader.rejected),
                    dropped = CausesToText(reader.dropped);
  put_reader_.Run(reader.id, reader.name, reader.seen, Blob{open}, reader.held, reader.filtered,
                  reader.delivered, rejected, dropped, reader.gone_wall_us);
}

void LogStore::DeleteReader(std::int64_t reader) {
  Prepare("DELETE FROM readers WHERE id = ?").Run(reader);
  Prepare("DELETE FROM states WHERE id = ?").Run(reader);
}

void LogStore::PutState(std::int64_t reader, std::string_view state) {
  put_state_.Run(reader, Blob{state});
}

void LogStore::PutLostMark() { put_position_.Run(kLostMark, std::string_view("0"), kUnknownTime); }

void LogStore::DeletePositions() { db_.Exec("DELETE FROM positions"); }

void LogStore::PutPosition(std::string_view watch, std::string_view version,
                           std::optional<WallTime> as_of) {
  put_position_.Run(watch, version, as_of ? as_of->time_since_epoch().count() : kUnknownTime);
}

std::size_t LogStore::UsedBytes() {
  return static_cast<std::size_t>(page_count_.Number() - free_count_.Number()) * kPageBytes;
}

void LogStore::Shrink() {
  const auto free = static_cast<std::size_t>(free_count_.Number()) * kPageBytes;
  if (free > kKeptFreeBytes && free > UsedBytes()) shrink_.Run();
}

}  // namespace eventer
