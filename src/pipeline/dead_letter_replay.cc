#include "pipeline/dead_letter_replay.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "core/event_decoder.h"

namespace eventer {
namespace {

// Of one call of the log.
constexpr std::size_t kBatch = 256;

}  // namespace

DeadLetterReplay::DeadLetterReplay(Clock& clock, DurableEventLog& log,
                                   std::filesystem::path data_dir)
    : log_(log), data_dir_(std::move(data_dir)), trouble_lines_(clock), garbage_lines_(clock) {}

void DeadLetterReplay::Run() {
  std::set<std::string> waiting;  // sinks
  for (const ReplayFile& file : FindReplayFiles(data_dir_)) {
    if (waiting.contains(file.sink)) continue;
    if (!HandIn(file)) waiting.insert(file.sink);
  }
}

// True: all of it is on the disk, and the file is gone, or empty.
bool DeadLetterReplay::HandIn(const ReplayFile& file) {
  // A sink that had opened it before it was moved here writes its line first.
  const LockedDeadLetters locked(file.path);
  std::ifstream lines(file.path);
  if (!locked.held() || !lines.is_open()) {
    Say(file, "cannot be read");
    return false;
  }
  if (!HandInLines(file, lines)) return false;
  std::error_code error;
  if (!std::filesystem::remove(file.path, error)) {
    std::filesystem::resize_file(file.path, 0, error);
    if (error) {
      Say(file, "is handed in, and can neither be deleted nor emptied");
      return false;
    }
  }
  spdlog::info("{}: {} dead letters are handed in again", file.sink, taken_[file.path]);
  taken_.erase(file.path);
  return true;
}

bool DeadLetterReplay::HandInLines(const ReplayFile& file, std::istream& lines) {
  std::size_t& taken = taken_[file.path];
  std::size_t skip = taken;
  std::vector<EventPtr> events;
  while (!(events = ReadSome(lines)).empty()) {
    const std::size_t skipped = std::min(skip, events.size());
    skip -= skipped;
    const auto rest = std::span(events).subspan(skipped);
    const std::optional<std::size_t> now = log_.AppendFor(file.sink, rest);
    if (!now) Say(file, "waits: there is no such sink");
    taken += now.value_or(0);
    if (!now || *now < rest.size()) return false;
  }
  return !lines.bad();
}

void DeadLetterReplay::Say(const ReplayFile& file, std::string_view what) {
  if (trouble_lines_.Allow()) spdlog::warn("{}: {}", file.path.string(), what);
}

// Empty: that was all.
std::vector<EventPtr> DeadLetterReplay::ReadSome(std::istream& lines) {
  EventDecoder decoder;
  std::vector<EventPtr> events;
  for (std::string line; events.size() < kBatch && std::getline(lines, line);) {
    const std::optional<DeadLetter> letter = ParseDeadLetter(line);
    EventPtr event = letter ? decoder.DecodeEvent(letter->event) : nullptr;
    if (event) {
      events.push_back(std::move(event));
    } else if (garbage_lines_.Allow()) {
      spdlog::error("a line of a dead letter is none, and skipped");
    }
  }
  return events;
}

}  // namespace eventer
