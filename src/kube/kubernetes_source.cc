#include "kube/kubernetes_source.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include "kube/event_watch.h"
#include "kube/handover.h"
#include "kube/kube_api.h"
#include "kube/source_health.h"

namespace eventer {
namespace {

// A namespace's name is a DNS label (RFC 1123).
bool IsNamespaceName(const std::string& name) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 63 && letter_or_digit(name.front()) &&
         letter_or_digit(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter_or_digit(c) || c == '-';
         });
}

// The oldest of what is stored; nullopt: one is not a number, so nobody knows which is.
std::optional<std::string> Lowest(const Position& position) {
  const std::string* lowest = nullptr;
  std::uint64_t lowest_number = 0;
  for (const auto& [watch, version] : position) {
    const std::optional<std::uint64_t> number = VersionNumber(version);
    if (!number) return std::nullopt;
    if (lowest && *number >= lowest_number) continue;
    lowest = &version;
    lowest_number = *number;
  }
  return lowest ? std::optional(*lowest) : std::nullopt;
}

// The earliest; nullopt: one is not known.
std::optional<WallTime> Earliest(const StoredPosition& stored) {
  std::optional<WallTime> earliest;
  for (const auto& [watch, version] : stored.versions) {
    const auto time = stored.times.find(watch);
    if (time == stored.times.end()) return std::nullopt;
    earliest = std::min(earliest.value_or(time->second), time->second);
  }
  return earliest;
}

// Where the watch of `ns` goes on; nullopt: nobody knows.
std::optional<Handover::Start> StartOf(const StoredPosition& stored, const std::string& ns) {
  if (const auto version = stored.versions.find(ns); version != stored.versions.end()) {
    Handover::Start start{version->second, std::nullopt};
    if (const auto time = stored.times.find(ns); time != stored.times.end()) {
      start.as_of = time->second;
    }
    return start;
  }
  if (stored.lost) return std::nullopt;
  if (stored.versions.empty()) return Handover::Start();
  std::optional<std::string> lowest = Lowest(stored.versions);
  if (!lowest) return std::nullopt;
  return Handover::Start{std::move(*lowest), Earliest(stored)};
}

EventWatchOptions WatchOptions(const KubernetesSourceOptions& options, const std::string& ns,
                               std::size_t watches) {
  EventWatchOptions watch;
  watch.ns = ns;
  watch.since = options.since;
  watch.relist_bytes = options.relist_bytes / watches;
  watch.count_events = options.count_events;
  const std::optional<Handover::Start> start = StartOf(options.stored, ns);
  watch.list_everything = !start;
  watch.stored = start.value_or(Handover::Start());
  return watch;
}

class KubernetesSource final : public EventSource {
 public:
  KubernetesSource(Clock& clock, Stats& stats, const KubernetesSourceOptions& options)
      : api_(options.api),
        namespaces_(options.namespaces.empty() ? std::vector<std::string>{""} : options.namespaces),
        health_(stats.source, namespaces_) {
    for (std::size_t i = 0; i < namespaces_.size(); ++i) {
      watches_.emplace_back(clock, stats, *api_, health_, i, stats.watch_pulses.emplace_back(),
                            WatchOptions(options, namespaces_[i], namespaces_.size()));
    }
  }

  void Run(std::stop_token stop, const EventReceiver& receive) override {
    std::vector<std::jthread> threads;
    for (EventWatch& watch : watches_) {
      threads.emplace_back([&watch, stop, &receive] { watch.Run(stop, receive); });
    }
  }

 private:
  const std::shared_ptr<KubeApi> api_;
  const std::vector<std::string> namespaces_;
  SourceHealth health_;
  std::deque<EventWatch> watches_;
};

}  // namespace

std::vector<std::string> ReadNamespaces(SinkUri& source_uri) {
  std::vector<std::string> namespaces;
  for (const std::string& ns : source_uri.GetList("namespaces")) {
    if (!IsNamespaceName(ns))
      source_uri.Fail("namespaces", "holds \"" + ns + "\", no namespace's name");
    if (std::find(namespaces.begin(), namespaces.end(), ns) == namespaces.end()) {
      namespaces.push_back(ns);
    }
  }
  return namespaces;
}

std::unique_ptr<EventSource> NewKubernetesSource(Clock& clock, Stats& stats,
                                                 const KubernetesSourceOptions& options) {
  return std::make_unique<KubernetesSource>(clock, stats, options);
}

}  // namespace eventer
