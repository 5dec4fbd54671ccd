#include "app/log_builder.h"

#include <algorithm>
#include <filesystem>

#include "eventer/error.h"

namespace eventer {
namespace {

// Dead letters of all sinks never take more than this part of --data-dir-bytes.
constexpr std::size_t kDeadLettersPart = 4;

}  // namespace

std::size_t DeadLetterBytes(const Options& options) {
  constexpr std::size_t kUsual = 16 << 20;
  const std::size_t files = 2 * std::max<std::size_t>(1, options.sinks.size());
  return std::min(kUsual, options.data_dir_bytes / kDeadLettersPart / files);
}

BuiltLog BuildLog(Clock& clock, Stats& stats, const Options& options) {
  if (options.data_dir.empty()) {
    return {nullptr, NewMemoryEventLog(clock, stats, options.buffer_bytes), nullptr};
  }
  std::error_code error;
  std::filesystem::create_directories(options.data_dir, error);
  if (error) throw ConfigError("--data-dir=" + options.data_dir + ": " + error.message());
  BuiltLog built;
  built.lock = std::make_unique<DataDirLock>(clock, options.data_dir);
  const std::size_t dead_letters = 2 * options.sinks.size() * DeadLetterBytes(options);
  std::unique_ptr<DurableEventLog> durable =
      NewSqliteEventLog(clock, stats, options.data_dir,
                        DiskBoundsFor(options.data_dir_bytes - dead_letters, options.buffer_bytes));
  built.durable = durable.get();
  built.replay = std::make_unique<DeadLetterReplay>(clock, *durable, options.data_dir);
  built.log = std::move(durable);
  return built;
}

}  // namespace eventer
