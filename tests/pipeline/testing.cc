#include "pipeline/testing.h"

#include <thread>
#include <utility>

#include "eventer/sink_uri.h"

namespace eventer {

EventPtr MakeEvent(std::string name, std::string type, std::size_t bytes) {
  auto event = std::make_shared<Event>();
  event->name = std::move(name);
  event->type = std::move(type);
  // As the API server would have written it, for a log on the disk keeps nothing else.
  std::string json =
      R"({"type":")" + event->type + R"(","metadata":{"name":")" + event->name + R"("},"x":")";
  if (json.size() + 2 < bytes) json.append(bytes - json.size() - 2, 'x');
  event->json = json + R"("})";
  event->json.shrink_to_fit();
  return event;
}

SourceEntry MakeEntry(std::string name, std::string version, std::string type, std::size_t bytes) {
  return {MakeEvent(std::move(name), std::move(type), bytes), "", std::move(version)};
}

std::vector<SourceEntry> MakeEntries(int first, int count, const std::string& type,
                                     std::size_t bytes) {
  std::vector<SourceEntry> entries;
  for (const std::string& number : Numbers(first, count)) {
    entries.push_back(MakeEntry(number, number, type, bytes));
  }
  return entries;
}

std::vector<std::string> Numbers(int first, int count) {
  std::vector<std::string> numbers;
  for (int i = first; i < first + count; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

EventFilter MakeFilter(std::string_view options) {
  SinkUri uri = SinkUri::Parse("--sink", "fake:?" + std::string(options));
  return EventFilter::Parse(uri, "");
}

std::vector<std::string> Names(const std::vector<LogEntry>& entries) {
  std::vector<std::string> names;
  for (const LogEntry& entry : entries) names.push_back(entry.event->name);
  return names;
}

std::uint64_t Sum(const CauseCounters& counters) {
  std::uint64_t sum = 0;
  for (const Counter& counter : counters) sum += counter;
  return sum;
}

std::uint64_t Dropped(const SinkStats& stats) { return Sum(stats.dropped); }

std::int64_t Imbalance(const SinkStats& stats) {
  return static_cast<std::int64_t>(stats.received - stats.filtered - stats.delivered -
                                   Sum(stats.rejected) - Sum(stats.dropped) - stats.pending);
}

void Eventually(const std::function<bool()>& done) {
  while (!done()) std::this_thread::yield();
}

}  // namespace eventer
