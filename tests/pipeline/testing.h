// What the pipeline's tests share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/stats.h"
#include "eventer/event.h"
#include "eventer/event_filter.h"
#include "eventer/event_source.h"
#include "pipeline/event_log.h"

namespace eventer {

// An event whose json has `bytes` bytes, if name and type leave room.
inline constexpr std::size_t kSmallEvent = 64;
EventPtr MakeEvent(std::string name, std::string type = "Normal", std::size_t bytes = kSmallEvent);
// An entry of the watch of all namespaces.
SourceEntry MakeEntry(std::string name, std::string version = "1", std::string type = "Normal",
                      std::size_t bytes = kSmallEvent);
// Entries without gaps: names and versions are the numbers from `first` on.
std::vector<SourceEntry> MakeEntries(int first, int count, const std::string& type = "Normal",
                                     std::size_t bytes = kSmallEvent);
std::vector<std::string> Numbers(int first, int count);

// The filter options of a sink: "level=Warning".
EventFilter MakeFilter(std::string_view options);

std::vector<std::string> Names(const std::vector<LogEntry>& entries);

std::uint64_t Sum(const CauseCounters& counters);
std::uint64_t Dropped(const SinkStats& stats);
// received - filtered - delivered - rejected - dropped - pending: 0 if the books balance.
std::int64_t Imbalance(const SinkStats& stats);

// Lets other threads run until `done` holds; a test that waits in vain is ended by ctest.
void Eventually(const std::function<bool()>& done);

}  // namespace eventer
