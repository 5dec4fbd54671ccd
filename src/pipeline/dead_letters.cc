#include "pipeline/dead_letters.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/go_url.h"
#include "eventer/error.h"
#include "eventer/percent.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr char kFolder[] = "dead-letters";
constexpr char kReplay[] = "replay";
constexpr char kSuffix[] = ".jsonl";
constexpr char kOlderSuffix[] = ".jsonl.1";
// Stands in no other place of a line: within a string the quotes would be escaped.
constexpr std::string_view kBeforeEvent = ",\"event\":";

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;
  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool IsStill(const File& file, const fs::path& path) {
  struct stat opened {
  }, named{};
  return fstat(file.fd(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// Locked, and of that name even so: somebody may have renamed it between the two.
File OpenLocked(const fs::path& path) {
  for (int tries = 0; tries < 8; ++tries) {
    File file(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!file.open() || flock(file.fd(), LOCK_EX) != 0) break;
    if (IsStill(file, path)) return file;
  }
  return File(-1);
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fdatasync(fd) == 0;
}

std::string Line(WallTime now, const Rejection& rejection) {
  ordered_json head;
  head["time"] = FormatRfc3339Nano(now);
  head["cause"] = CauseName(rejection.cause);
  head["said"] = rejection.detail;
  std::string line = head.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  line.pop_back();
  line.append(kBeforeEvent).append(rejection.entry.event->json).append("}\n");
  return line;
}

std::uint64_t CountLines(const fs::path& path) {
  std::ifstream file(path);
  return static_cast<std::uint64_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
}

std::string SinkOf(const fs::path& path) {
  std::string name = path.filename();
  name.resize(name.size() -
              (name.ends_with(kOlderSuffix) ? sizeof(kOlderSuffix) - 1 : sizeof(kSuffix) - 1));
  return PercentDecode(name);
}

// The .jsonl files of a folder; of one sink the older file comes first.
std::vector<fs::path> FilesIn(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> files;
  for (fs::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    const std::string name = each->path().filename();
    if (name.ends_with(kSuffix) || name.ends_with(kOlderSuffix)) files.push_back(each->path());
  }
  std::ranges::sort(files, std::greater());  // ".jsonl.1" before ".jsonl"
  return files;
}

void AddUp(const fs::path& path, DeadLetterSummary* summary) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::optional<DeadLetter> letter = ParseDeadLetter(line);
    if (!letter) continue;
    ++summary->events;
    ++summary->causes[letter->cause];
    if (summary->oldest.empty()) summary->oldest = letter->time;
    summary->newest = letter->time;
  }
}

// Empty if it is none; people edit these files.
std::string TextOf(const ordered_json& head, const char* name) {
  const auto value = head.find(name);
  return value != head.end() && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace

DeadLetterFile::DeadLetterFile(const fs::path& data_dir, const std::string& sink,
                               std::size_t max_bytes)
    : folder_(data_dir / kFolder),
      current_(folder_ / (PercentEncode(sink) + kSuffix)),
      older_(folder_ / (PercentEncode(sink) + kOlderSuffix)),
      max_bytes_(max_bytes) {}

bool DeadLetterFile::Write(WallTime now, const Rejection& rejection) {
  std::error_code error;
  fs::create_directories(folder_, error);
  const std::string line = Line(now, rejection);
  const auto size = fs::file_size(current_, error);
  if (!error && size > 0 && size + line.size() > max_bytes_) Rotate();
  const File file = OpenLocked(current_);
  if (!file.open()) return false;
  const off_t before = lseek(file.fd(), 0, SEEK_END);
  if (WriteAll(file.fd(), line)) return true;
  // Half a line must not stay; where even that fails, ParseDeadLetter skips it.
  if (ftruncate(file.fd(), before) != 0) WriteAll(file.fd(), "\n");
  return false;
}

void DeadLetterFile::Rotate() {
  std::error_code error;
  const std::uint64_t older = fs::exists(older_, error) ? CountLines(older_) : 0;
  fs::rename(current_, older_, error);
  if (!error) discarded_ += older;
}

std::uint64_t DeadLetterFile::TakeDiscarded() { return std::exchange(discarded_, 0); }

std::optional<DeadLetter> ParseDeadLetter(std::string_view line) {
  const std::size_t at = line.find(kBeforeEvent);
  if (at == std::string_view::npos || !line.ends_with('}')) return std::nullopt;
  const auto head = ordered_json::parse(std::string(line.substr(0, at)) + "}", nullptr, false);
  if (!head.is_object()) return std::nullopt;
  const std::string_view event = line.substr(at + kBeforeEvent.size());
  return DeadLetter{TextOf(head, "time"), TextOf(head, "cause"), TextOf(head, "said"),
                    std::string(event.substr(0, event.size() - 1))};
}

std::map<std::string, DeadLetterSummary> ListDeadLetters(const fs::path& data_dir) {
  std::map<std::string, DeadLetterSummary> sinks;
  std::error_code error;
  const fs::path folder = data_dir / kFolder;
  if (!fs::exists(folder)) return sinks;
  for (const fs::path& path : FilesIn(folder, error)) AddUp(path, &sinks[SinkOf(path)]);
  if (error) throw fs::filesystem_error("dead letters", folder, error);
  return sinks;
}

void AskForReplay(const fs::path& data_dir, const std::string& sink) {
  const fs::path folder = data_dir / kFolder, replay = folder / kReplay;
  std::error_code error;
  fs::create_directories(replay, error);
  if (error) throw ConfigError(replay.string() + ": " + error.message());
  bool moved = false;
  for (const char* suffix : {kOlderSuffix, kSuffix}) {
    const std::string name = PercentEncode(sink) + suffix;
    if (!fs::exists(folder / name, error)) continue;
    // What waits there already must not be overwritten.
    if (renameat2(AT_FDCWD, (folder / name).c_str(), AT_FDCWD, (replay / name).c_str(),
                  RENAME_NOREPLACE) != 0) {
      throw ConfigError((replay / name).string() + ": " + std::generic_category().message(errno) +
                        (errno == EEXIST ? ": the last replay is not done yet" : ""));
    }
    moved = true;
  }
  if (!moved) throw ConfigError("there are no dead letters of a sink " + sink);
}

LockedDeadLetters::LockedDeadLetters(const fs::path& path)
    : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd_ >= 0) flock(fd_, LOCK_EX);
}

LockedDeadLetters::~LockedDeadLetters() {
  if (fd_ >= 0) close(fd_);
}

std::vector<ReplayFile> FindReplayFiles(const fs::path& data_dir) {
  std::vector<ReplayFile> found;
  std::error_code error;
  for (const fs::path& path : FilesIn(data_dir / kFolder / kReplay, error)) {
    found.push_back({path, SinkOf(path)});
  }
  return found;
}

}  // namespace eventer
