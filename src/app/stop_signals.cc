#include "app/stop_signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace eventer {
namespace {

constexpr int kSecondSignal = 130;

sigset_t BlockedStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

StopSignals::StopSignals()
    : signals_(BlockedStopSignals()),
      incoming_(signalfd(-1, &signals_, SFD_CLOEXEC)),
      started_(eventfd(0, EFD_CLOEXEC)),
      watch_([this] { WatchStart(); }) {
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals() {
  StartIsOver();
  close(incoming_);
  close(started_);
}

// Not their default action: the kernel does not take it for the first process of a container.
void StopSignals::WatchStart() {
  std::array<pollfd, 2> fds = {{{started_, POLLIN, 0}, {incoming_, POLLIN, 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
  }
  signalfd_siginfo signal;
  if (fds[0].revents != 0 || read(incoming_, &signal, sizeof(signal)) != sizeof(signal)) return;
  const int number = static_cast<int>(signal.ssi_signo);
  std::fprintf(stderr, "kube-eventer: ended by signal %d (%s)\n", number, strsignal(number));
  _exit(128 + number);
}

void StopSignals::StartIsOver() {
  if (!watch_.joinable()) return;
  eventfd_write(started_, 1);
  watch_.join();
}

void StopSignals::Await() {
  int signal = 0;
  sigwait(&signals_, &signal);
  std::signal(SIGTERM, [](int) { _exit(kSecondSignal); });
  std::signal(SIGINT, [](int) { _exit(kSecondSignal); });
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

}  // namespace eventer
