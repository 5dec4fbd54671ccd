#include "support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace eventer {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!more.contains(std::string(*each, std::strcspn(*each, "=")))) all.emplace_back(*each);
  }
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  all.push_back("LSAN_OPTIONS=suppressions=" EVENTER_TEST_DATA "/lsan.supp:print_suppressions=0");
  return all;
}

struct Channel {
  int reader, writer;
};

Channel NewPipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return {ends[0], ends[1]};
}

// One that hands on what is written to it, byte for byte.
Channel NewTerminal() {
  const int reader = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::array<char, 64> name{};
  if (reader < 0 || grantpt(reader) != 0 || unlockpt(reader) != 0 ||
      ptsname_r(reader, name.data(), name.size()) != 0) {
    throw std::runtime_error("no pseudo-terminal");
  }
  const int writer = open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios mode{};
  if (writer < 0 || tcgetattr(writer, &mode) != 0) throw std::runtime_error(name.data());
  cfmakeraw(&mode);
  tcsetattr(writer, TCSANOW, &mode);
  return {reader, writer};
}

int RemainingMs(SteadyClock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

}  // namespace

Program::Program(const std::vector<std::string>& args, const ProgramSurroundings& surroundings) {
  std::vector<std::string> argv = {EVENTER_PROGRAM};
  argv.insert(argv.end(), args.begin(), args.end());
  std::vector<std::string> env = Environment(surroundings.environment);
  const Channel out = surroundings.terminal ? NewTerminal() : NewPipe(), err = NewPipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.writer, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writer, STDERR_FILENO);
  for (int fd : surroundings.closed) posix_spawn_file_actions_addclose(&actions, fd);
  const int error = posix_spawn(&pid_, EVENTER_PROGRAM, &actions, nullptr, Pointers(argv).data(),
                                Pointers(env).data());
  posix_spawn_file_actions_destroy(&actions);
  close(out.writer);
  close(err.writer);
  if (error != 0) throw std::runtime_error(std::string("cannot start ") + EVENTER_PROGRAM);
  out_fd_ = out.reader;
  err_fd_ = err.reader;
  for (int fd : {out_fd_, err_fd_}) fcntl(fd, F_SETFL, O_NONBLOCK);
  // Not glibc's pidfd_open: its header (2.36) cannot be linked from C++.
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Program::~Program() {
  if (!ended_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (int fd : {pid_fd_, out_fd_, err_fd_}) {
    if (fd >= 0) close(fd);
  }
}

bool Program::AwaitOut(const std::function<bool(const std::string&)>& wanted) {
  return PumpUntil([&] { return wanted(out_); });
}

bool Program::AwaitErr(std::string_view part) {
  return PumpUntil([&] { return err_.find(part) != std::string::npos; });
}

int Program::AwaitExit() {
  PumpUntil([] { return false; });
  return status_;
}

void Program::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

std::string Program::FileOf(int fd) const {
  std::array<char, 256> name;
  const std::string link = "/proc/" + std::to_string(pid_) + "/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), name.data(), name.size());
  return {name.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size))};
}

void Program::CloseOut() {
  close(out_fd_);
  out_fd_ = -1;
}

bool Program::PumpUntil(const std::function<bool()>& done) {
  const auto deadline = SteadyClock::now() + kPatience;
  while (!done()) {
    if (ended_ || !PumpOnce(RemainingMs(deadline))) return false;
  }
  return true;
}

void Program::Pump(std::chrono::milliseconds patience) {
  if (!ended_) PumpOnce(static_cast<int>(patience.count()));
}

// False: nothing happened.
bool Program::PumpOnce(int timeout_ms) {
  std::array<pollfd, 3> fds = {
      {{out_held_ ? -1 : out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}, {pid_fd_, POLLIN, 0}}};
  if (poll(fds.data(), fds.size(), timeout_ms) == 0) return false;
  if (!out_held_) ReadAll(out_fd_, out_);
  ReadAll(err_fd_, err_);
  if (fds[2].revents != 0) Reap();
  return true;
}

void Program::ReadAll(int& fd, std::string& text) {
  std::array<char, 65536> bytes;
  while (fd >= 0) {
    const ssize_t got = read(fd, bytes.data(), bytes.size());
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      close(fd);
      fd = -1;
      return;
    }
    text.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

void Program::Reap() {
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended_ = true;
  ReadAll(out_fd_, out_);
  ReadAll(err_fd_, err_);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace eventer
