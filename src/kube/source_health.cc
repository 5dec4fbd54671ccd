#include "kube/source_health.h"

#include <utility>

namespace eventer {

SourceHealth::SourceHealth(SourceStats& stats, const std::vector<std::string>& namespaces)
    : stats_(stats) {
  for (const std::string& ns : namespaces) watches_.push_back({.ns = ns});
  stats_.connected = false;
  stats_.trouble.Set(Summary().second);
}

void SourceHealth::Open(std::size_t watch) { Change(watch, true, {}); }

void SourceHealth::Lost(std::size_t watch, const std::string& why) { Change(watch, false, why); }

void SourceHealth::Change(std::size_t watch, bool open, const std::string& trouble) {
  std::unique_lock lock(mutex_);
  watches_[watch].open = open;
  watches_[watch].trouble = trouble;
  std::uint64_t seen = ++changes_;
  // The notice has a lock of its own and is set without ours: if somebody else changed something
  // meanwhile, the last one to leave says how it is.
  while (true) {
    const auto [connected, text] = Summary();
    lock.unlock();
    stats_.connected = connected;
    stats_.trouble.Set(text);
    lock.lock();
    if (seen == changes_) return;
    seen = changes_;
  }
}

std::pair<bool, std::string> SourceHealth::Summary() const {
  for (const Watch& watch : watches_) {
    if (watch.open) continue;
    return {false,
            watch.ns.empty() ? watch.trouble : "namespace " + watch.ns + ": " + watch.trouble};
  }
  return {true, {}};
}

}  // namespace eventer
