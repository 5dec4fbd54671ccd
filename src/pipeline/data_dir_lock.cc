#include "pipeline/data_dir_lock.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/read_file.h"
#include "eventer/error.h"
#include "eventer/text.h"

namespace eventer {
namespace {

constexpr Duration kTryLockAgain = std::chrono::seconds(1);

// "process 12 on web-5cfb7ff945-8cph2"
std::string Self() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return "process " + std::to_string(getpid()) + " on " + host.data();
}

std::string Holder(const std::string& path) {
  const std::string holder(Trim(ReadWholeFile(path).text));
  return holder.empty() ? "another process" : holder;
}

[[noreturn]] void Refuse(const std::string& directory, const std::string& why) {
  throw ConfigError("--data-dir=" + directory + ": " + why);
}

void Sign(int file) {
  const std::string self = Self() + "\n";
  // For people; who holds the lock holds it without, too.
  if (ftruncate(file, 0) != 0 || pwrite(file, self.data(), self.size(), 0) < 0) {
    spdlog::warn("the data directory's lock file cannot be written: {}", std::strerror(errno));
  }
}

// False: somebody else has it.
bool TryLock(int file, const std::string& directory) {
  if (flock(file, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  Refuse(directory, std::string("cannot be locked: ") + std::strerror(errno));
}

void AwaitLock(Clock& clock, int file, const std::string& directory, const std::string& path,
               const std::stop_token& stop) {
  const SteadyTime deadline = clock.Steady() + DataDirLock::kPatience;
  bool told = false;
  while (!TryLock(file, directory)) {
    if (!std::exchange(told, true)) {
      spdlog::warn("{} is in use by {}: waiting for its end", directory, Holder(path));
      spdlog::default_logger()->flush();  // a start may keep lines back
    }
    if (clock.Steady() >= deadline || !SleepUntil(clock, stop, clock.Steady() + kTryLockAgain)) {
      Refuse(directory, "is in use by " + Holder(path));
    }
  }
}

}  // namespace

DataDirLock::DataDirLock(Clock& clock, const std::string& directory, std::stop_token stop) {
  const std::string path = directory + "/lock";
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) Refuse(directory, std::strerror(errno));
  try {
    AwaitLock(clock, file_, directory, path, stop);
  } catch (const ConfigError&) {
    close(file_);
    throw;
  }
  Sign(file_);
}

DataDirLock::~DataDirLock() { close(file_); }

}  // namespace eventer
