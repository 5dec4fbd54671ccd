#include "pipeline/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace eventer {
namespace {

// Events are for the owner alone, as all files of the data directory. SQLite gives its own files
// the mode of the database. O_EXCL, since to close a file that is there would drop the locks that
// SQLite holds on it. What fails here fails when SQLite opens it, and is told then.
void CreateForOwner(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
}

}  // namespace

bool SqliteError::damaged() const {
  switch (code_ & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table or a column is missing
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
      return true;
    default:
      return false;
  }
}

bool SqliteError::corrupt() const {
  return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
}

SqliteDatabase::SqliteDatabase(const std::string& path, bool create) {
  if (create) CreateForOwner(path);
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) Throw(code);
  sqlite3_extended_result_codes(db, 1);
}

void SqliteDatabase::Exec(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) Throw(code);
}

bool SqliteDatabase::Moved() const {
  int moved = 0;
  sqlite3_file_control(db_.get(), nullptr, SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

void SqliteDatabase::Throw(int code) const {
  if (!db_) throw SqliteError(code, sqlite3_errstr(code));
  // A quota is an I/O error to SQLite.
  const bool quota = (code & 0xff) == SQLITE_IOERR && sqlite3_system_errno(db_.get()) == EDQUOT;
  throw SqliteError(code, sqlite3_errmsg(db_.get()), (code & 0xff) == SQLITE_FULL || quota);
}

SqliteStatement::SqliteStatement(const SqliteDatabase& db, const char* sql) : db_(db) {
  sqlite3_stmt* statement = nullptr;
  Check(sqlite3_prepare_v3(db.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  statement_.reset(statement);
}

bool SqliteStatement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.Throw(code);
  return false;
}

std::string_view SqliteStatement::Bytes(int column) const {
  // In this order: the size is that of the form asked for last.
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::int64_t SqliteStatement::Number() {
  Start();
  const std::int64_t number = Step() ? Int(0) : 0;
  Reset();
  return number;
}

void SqliteStatement::Bind(int place, std::int64_t number) {
  Check(sqlite3_bind_int64(statement_.get(), place, number));
}

void SqliteStatement::Bind(int place, std::string_view text) {
  // A null pointer would be NULL, not an empty text.
  const char* begin = text.empty() ? "" : text.data();
  Check(
      sqlite3_bind_text64(statement_.get(), place, begin, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void SqliteStatement::Bind(int place, Blob blob) {
  const char* begin = blob.bytes.empty() ? "" : blob.bytes.data();
  Check(sqlite3_bind_blob64(statement_.get(), place, begin, blob.bytes.size(), SQLITE_STATIC));
}

void SqliteStatement::Check(int code) const {
  if (code != SQLITE_OK) db_.Throw(code);
}

}  // namespace eventer
