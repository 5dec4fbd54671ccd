// kube-eventer: parse, build, wait for a signal, unwind.
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "app/daemon.h"
#include "app/logging.h"
#include "app/options.h"
#include "app/standard_files.h"
#include "app/stop_signals.h"
#include "eventer/clock.h"
#include "eventer/error.h"

namespace {

constexpr int kBadConfiguration = 2;

// glibc gives each thread an arena that keeps what a burst has used, and raises its thresholds
// after each large block. Two arenas and fixed thresholds give memory back to the system.
void KeepMemorySmall() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 128 << 10);
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

// Most pages of the program and its libraries are there for the loader and the start. Given back,
// they are no longer resident; those that are read again come back from the kernel's cache. What
// was written to is never in such a segment.
void GiveBackWhatTheStartRead() {
  const auto give_back = [](dl_phdr_info* object, std::size_t, void*) {
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const ElfW(Phdr)& segment = object->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
      const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
      const std::uintptr_t page = begin & ~(static_cast<std::uintptr_t>(getpagesize()) - 1);
      madvise(reinterpret_cast<void*>(page), begin + segment.p_memsz - page, MADV_DONTNEED);
    }
    return 0;
  };
  dl_iterate_phdr(give_back, nullptr);
}

// At exit cpprestsdk would wait for a host name that is looked up, with all that is told and done.
// The leak checker looks at what is left only when main returns.
int End(int exit_status) {
#ifndef EVENTER_SANITIZED
  _exit(exit_status);
#endif
  return exit_status;
}

int Serve(eventer::Options options, eventer::StopSignals& signals) {
  eventer::SetUpLog(options.verbosity);
  eventer::Daemon daemon(eventer::SystemClock(), std::move(options));
  signals.StartIsOver();
  eventer::ReleaseLog();
  GiveBackWhatTheStartRead();
  signals.Await();
  const eventer::Daemon::Stopped stopped = daemon.Shutdown();
  if (stopped.sink_hangs) _exit(stopped.exit_status);
  return stopped.exit_status;
}

int Run(const std::vector<std::string>& args, eventer::StopSignals& signals) {
  eventer::CommandLine line = eventer::ParseCommandLine(args);
  if (!line.print.empty()) return std::printf("%s", line.print.c_str()) < 0 || std::fflush(stdout);
  return End(Serve(std::move(line.options), signals));
}

}  // namespace

int main(int argc, char** argv) {
  eventer::HoldStandardFiles();
  KeepMemorySmall();
  eventer::StopSignals signals;
  try {
    return Run({argv + std::min(1, argc), argv + argc}, signals);
  } catch (const eventer::ConfigError& error) {
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::fprintf(stderr, "kube-eventer: %s\n", text.c_str());
    return kBadConfiguration;
  }
}
