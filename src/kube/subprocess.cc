#include "kube/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace eventer {
namespace {

constexpr std::size_t kMaxErr = 4096;

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  FileDescriptor read_end, write_end;

  bool Open() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) return false;
    read_end = FileDescriptor(fds[0]);
    write_end = FileDescriptor(fds[1]);
    return true;
  }
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// A group of its own; no signal blocked or ignored, whatever this program does; no other files.
int Spawn(const Command& command, const Pipe& out, const Pipe& err, pid_t* pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.write_end.get(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  const std::vector<char*> argv = Pointers(command.argv), env = Pointers(command.environment);
  const int error = posix_spawnp(pid, argv[0], &files, &attributes, argv.data(), env.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

// A started program and the thread that reads from it.
class Child {
 public:
  Child(pid_t pid, Pipe& out, Pipe& err, std::size_t max_output)
      : pid_(pid), out_(out), err_(err), max_output_(max_output), wake_(eventfd(0, EFD_CLOEXEC)) {
    reader_ = std::jthread([this] { ReadAndReap(); });
  }

  ProcessResult Wait(Clock& clock, const Command& command, std::stop_token stop) {
    const SteadyTime begin = clock.Steady();
    const SteadyTime deadline = begin + command.timeout;
    if (command.on_long && !AwaitReaped(clock, begin + Command::kLong, stop)) command.on_long();
    {
      std::unique_lock lock(mutex_);
      if (!clock.WaitUntil(lock, changed_, stop, deadline, [this] { return reaped_; })) {
        result_.error = stop.stop_requested() ? "was stopped" : "did not end in time";
        // Its number is not given to another process before it is reaped.
        kill(-pid_, SIGKILL);
      }
    }
    eventfd_write(wake_.get(), 1);
    reader_.join();
    result_.out = std::move(out_text_);
    result_.err = std::move(err_text_);
    return std::move(result_);
  }

 private:
  bool AwaitReaped(Clock& clock, SteadyTime deadline, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return clock.WaitUntil(lock, changed_, stop, deadline, [this] { return reaped_; });
  }

  void ReadAndReap() {
    while (ReadSome()) {
    }
    siginfo_t ignored;
    waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOWAIT);
    {
      std::lock_guard lock(mutex_);
      int status = 0;
      waitpid(pid_, &status, 0);
      reaped_ = true;
      result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    changed_.notify_all();
  }

  // False: both are closed, too much came, or it is time to end.
  bool ReadSome() {
    std::array<pollfd, 3> fds = {{{out_.read_end.get(), POLLIN, 0},
                                  {err_.read_end.get(), POLLIN, 0},
                                  {wake_.get(), POLLIN, 0}}};
    if (fds[0].fd < 0 && fds[1].fd < 0) return false;
    if (poll(fds.data(), fds.size(), -1) < 0) return errno == EINTR;
    if (fds[2].revents != 0) return false;
    if (fds[0].revents != 0) Take(out_, &out_text_, max_output_ + 1);
    if (fds[1].revents != 0) Take(err_, &err_text_, kMaxErr);
    return out_text_.size() <= max_output_ || TooMuch();
  }

  bool TooMuch() {
    std::lock_guard lock(mutex_);
    result_.error = "wrote more than " + std::to_string(max_output_) + " bytes";
    kill(-pid_, SIGKILL);
    return false;
  }

  static void Take(Pipe& pipe, std::string* text, std::size_t max) {
    std::array<char, 4096> chunk;
    const ssize_t count = read(pipe.read_end.get(), chunk.data(), chunk.size());
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      text->append(chunk.data(), std::min(bytes, max - text->size()));
    } else if (count == 0 || errno != EINTR) {
      pipe.read_end.Close();
    }
  }

  const pid_t pid_;
  Pipe& out_;
  Pipe& err_;
  const std::size_t max_output_;
  FileDescriptor wake_;
  std::string out_text_, err_text_;  // the reader's, until it was joined
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool reaped_ = false;
  ProcessResult result_;
  std::jthread reader_;
};

}  // namespace

ProcessResult RunProcess(Clock& clock, const Command& command, std::stop_token stop) {
  ProcessResult result;
  Pipe out, err;
  int error = out.Open() && err.Open() ? 0 : errno;
  pid_t pid = -1;
  if (error == 0) error = Spawn(command, out, err, &pid);
  if (error != 0) {
    result.error = "cannot be started: " + std::generic_category().message(error);
    return result;
  }
  out.write_end.Close();
  err.write_end.Close();
  Child child(pid, out, err, command.max_output);
  return child.Wait(clock, command, stop);
}

}  // namespace eventer
