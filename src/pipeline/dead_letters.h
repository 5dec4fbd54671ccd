// What a receiver rejected for good, kept in files below --data-dir until somebody looks:
//
//   dead-letters/<sink>.jsonl      a line per event, the newest last
//   dead-letters/<sink>.jsonl.1    the file before it; the one before that is gone
//   dead-letters/replay/           files to be handed in again (dead_letter_replay.h)
//
// A line: {"time":…,"cause":…,"said":…,"event":{…}}. A sink's name stands percent-encoded in its
// files' names. Files are opened for each write and locked while written to, so that another
// process may rename them at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/clock.h"
#include "pipeline/attempt.h"

namespace eventer {

// One sink's file, written by its worker's thread alone.
class DeadLetterFile {
 public:
  // `max_bytes`: of one file; there are two at most. Touches nothing yet.
  DeadLetterFile(const std::filesystem::path& data_dir, const std::string& sink,
                 std::size_t max_bytes);

  // Appends a line and syncs it to the disk. False: it could not be written whole, and nothing of
  // it is left in the file.
  bool Write(WallTime now, const Rejection& rejection);

  // How many lines were in files that gave way to newer ones, since the last call.
  std::uint64_t TakeDiscarded();

 private:
  void Rotate();

  std::filesystem::path folder_, current_, older_;
  std::size_t max_bytes_;
  std::uint64_t discarded_ = 0;
};

struct DeadLetter {
  std::string time, cause, said;
  std::string event;  // its JSON text
};
// nullopt: not such a line.
std::optional<DeadLetter> ParseDeadLetter(std::string_view line);

struct DeadLetterSummary {
  std::uint64_t events = 0;
  std::string oldest, newest;
  std::map<std::string, std::uint64_t> causes;
};
// By sink: what is kept. Throws std::filesystem::filesystem_error.
std::map<std::string, DeadLetterSummary> ListDeadLetters(const std::filesystem::path& data_dir);

// Moves the sink's files to where a daemon looks for what to hand in again, at each Housekeep.
// Takes no lock of the directory: a daemon may run, or not. Throws ConfigError, which says why not.
void AskForReplay(const std::filesystem::path& data_dir, const std::string& sink);

// The files that wait to be handed in again, the older file of a sink first. A folder that cannot
// be read has none.
struct ReplayFile {
  std::filesystem::path path;
  std::string sink;
};
std::vector<ReplayFile> FindReplayFiles(const std::filesystem::path& data_dir);

// No sink writes to that file while it lives.
class LockedDeadLetters {
 public:
  explicit LockedDeadLetters(const std::filesystem::path& path);
  ~LockedDeadLetters();
  LockedDeadLetters(const LockedDeadLetters&) = delete;
  LockedDeadLetters& operator=(const LockedDeadLetters&) = delete;
  bool held() const { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace eventer
