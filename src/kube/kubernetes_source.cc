#include "kube/kubernetes_source.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include "kube/event_watch.h"
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

EventWatchOptions WatchOptions(const KubernetesSourceOptions& options, const std::string& ns,
                               std::size_t watches) {
  EventWatchOptions watch;
  watch.ns = ns;
  watch.list_everything = options.list_everything;
  watch.since = options.since;
  watch.relist_bytes = options.relist_bytes / watches;
  watch.count_events = options.count_events;
  if (const auto stored = options.position.find(ns); stored != options.position.end()) {
    watch.position = stored->second;
  } else if (!options.position.empty()) {
    const std::optional<std::string> lowest = Lowest(options.position);
    watch.position = lowest.value_or("");
    watch.list_everything |= !lowest;
  }
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
