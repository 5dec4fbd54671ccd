#include "app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace eventer {
namespace {

// Of /proc/self/stat (proc(5)).
struct ProcessStat {
  double cpu_ticks = 0, start_ticks = 0, virtual_bytes = 0, resident_pages = 0;
};

std::optional<ProcessStat> ReadProcessStat() {
  std::ifstream file("/proc/self/stat");
  // The name of the program, in parentheses, may hold blanks.
  file.ignore(std::numeric_limits<std::streamsize>::max(), ')');
  ProcessStat stat;
  std::string field;
  for (int number = 3; number <= 24 && file >> field; ++number) {
    if (number == 14 || number == 15) stat.cpu_ticks += std::stod(field);
    if (number == 22) stat.start_ticks = std::stod(field);
    if (number == 23) stat.virtual_bytes = std::stod(field);
    if (number == 24) stat.resident_pages = std::stod(field);
  }
  if (!file) return std::nullopt;
  return stat;
}

std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  double boot_time = 0;
  while (file >> word) {
    if (word == "btime" && file >> boot_time) return boot_time;
  }
  return std::nullopt;
}

void AddDescriptors(Exposition& out) {
  std::error_code error;
  std::filesystem::directory_iterator fds("/proc/self/fd", error);
  if (!error) {
    out.Gauge("process_open_fds", "Number of open file descriptors.", {},
              static_cast<double>(std::distance(begin(fds), end(fds))));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    out.Gauge("process_max_fds", "Maximum number of open file descriptors.", {},
              static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

void AddProcessMetrics(Exposition& out) {
  AddDescriptors(out);
  std::optional<ProcessStat> stat = ReadProcessStat();
  if (!stat) return;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  out.Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", {},
              stat->cpu_ticks / ticks);
  out.Gauge("process_resident_memory_bytes", "Resident memory size in bytes.", {},
            stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
  out.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", {},
            stat->virtual_bytes);
  if (std::optional<double> boot = BootTime()) {
    out.Gauge("process_start_time_seconds",
              "Start time of the process since unix epoch in seconds.", {},
              *boot + stat->start_ticks / ticks);
  }
}

}  // namespace eventer
