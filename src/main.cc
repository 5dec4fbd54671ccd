// kube-eventer: parse, build, wait for a signal, unwind.
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "app/daemon.h"
#include "app/logging.h"
#include "app/options.h"
#include "eventer/clock.h"
#include "eventer/error.h"

namespace {

constexpr int kBadConfiguration = 2;
constexpr int kSecondSignal = 130;

// glibc gives each thread an arena that keeps what a burst has used, and raises its thresholds
// after each large block. Two arenas and fixed thresholds give memory back to the system.
void KeepMemorySmall() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 128 << 10);
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

// Before any thread starts: each inherits the mask, so that only the main thread takes them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write, not our end
  return signals;
}

// From here on a stop signal ends the program at once.
void AwaitStopSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  std::signal(SIGTERM, [](int) { _exit(kSecondSignal); });
  std::signal(SIGINT, [](int) { _exit(kSecondSignal); });
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int Run(const std::vector<std::string>& args, const sigset_t& signals) {
  eventer::CommandLine line = eventer::ParseCommandLine(args);
  if (!line.print.empty()) return std::fputs(line.print.c_str(), stdout) < 0 ? 1 : 0;
  eventer::SetUpLog(line.options.verbosity);
  eventer::Daemon daemon(eventer::SystemClock(), std::move(line.options));
  eventer::ReleaseLog();
  AwaitStopSignal(signals);
  const eventer::Daemon::Stopped stopped = daemon.Shutdown();
  if (stopped.sink_hangs) _exit(stopped.exit_status);
  return stopped.exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  KeepMemorySmall();
  const sigset_t signals = BlockStopSignals();
  try {
    return Run({argv + std::min(1, argc), argv + argc}, signals);
  } catch (const eventer::ConfigError& error) {
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::fprintf(stderr, "kube-eventer: %s\n", text.c_str());
    return kBadConfiguration;
  }
}
