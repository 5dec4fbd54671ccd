// The little of SQLite that the durable log needs: connections and prepared statements that close
// themselves, failures that are thrown. Caught by SqliteEventLog, where a failure becomes a value.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace eventer {

class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& what, bool full = false)
      : std::runtime_error(what), code_(code), full_(full) {}
  // What is in the file is not what was written, as opposed to a disk that is full, missing,
  // read-only or fails.
  bool damaged() const;
  // As damaged, and certain while the program runs: not its own mistake in SQL.
  bool corrupt() const;
  // No space is left, or no more of it for us.
  bool full() const { return full_; }

 private:
  int code_;
  bool full_;
};

struct Blob {
  std::string_view bytes;
};

// One connection. Not thread-safe.
class SqliteDatabase {
 public:
  // Throws SqliteError. Without `create` a missing file is a failure.
  SqliteDatabase(const std::string& path, bool create);

  void Exec(const char* sql);
  sqlite3* get() const { return db_.get(); }
  // Whether the file that was opened is no longer the one of that name.
  bool Moved() const;
  [[noreturn]] void Throw(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

// What is bound or read is used in place: it must live, or is good, until the next call.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteDatabase& db, const char* sql);

  // Binds the parameters and runs to the end.
  template <class... Args>
  void Run(const Args&... args) {
    Start(args...);
    while (Step()) {
    }
    Reset();
  }
  // Binds the parameters; then Step for each row, true while there is one, and Reset.
  template <class... Args>
  void Start(const Args&... args) {
    Reset();
    int place = 0;
    (Bind(++place, args), ...);
  }
  bool Step();
  void Reset() { sqlite3_reset(statement_.get()); }

  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::uint64_t Count(int column) const { return static_cast<std::uint64_t>(Int(column)); }
  std::string_view Bytes(int column) const;
  // The one number that a query without parameters answers.
  std::int64_t Number();

 private:
  void Bind(int place, std::int64_t number);
  void Bind(int place, std::uint64_t number) { Bind(place, static_cast<std::int64_t>(number)); }
  void Bind(int place, std::string_view text);
  void Bind(int place, const std::string& text) { Bind(place, std::string_view(text)); }
  void Bind(int place, Blob blob);
  void Check(int code) const;

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  const SqliteDatabase& db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace eventer
