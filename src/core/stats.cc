#include "core/stats.h"

#include <utility>

#include "core/problem.h"

namespace eventer {
namespace {

constexpr Duration kStuckAfter = std::chrono::minutes(2);

constexpr std::array<std::string_view, static_cast<std::size_t>(Cause::kCount)> kCauseNames = {
    "none",      "connection",  "timeout",       "tls",       "throttled", "server",
    "garbage",   "output",      "unauthorized",  "not_found", "settings",  "bad_request",
    "too_large", "unsupported", "unprocessable", "mapping",   "template",  "content",
    "suspect",   "stalled",     "removed",
};
static_assert(!kCauseNames.back().empty());

}  // namespace

std::string_view CauseName(Cause cause) {
  const auto index = static_cast<std::size_t>(cause);
  return index < kCauseNames.size() ? kCauseNames[index] : "unknown";
}

bool Pulse::Stuck(SteadyTime now) const {
  return now.time_since_epoch().count() - good_until_.load() > kStuckAfter.count();
}

void Notice::Set(std::string text) {
  std::lock_guard lock(mutex_);
  text_ = std::move(text);
}

std::string Notice::Get() const {
  std::lock_guard lock(mutex_);
  return text_;
}

void EventCounters::Count(const Event& event) {
  const ObjectReference& object = event.involved_object;
  const std::string_view problem = ProblemOf(event);
  Family family = kNormal;
  // The original's labels: a normal event has no object name, and its own namespace.
  EventSeries series{event.reason, object.kind, "", event.ns};
  if (!problem.empty() || event.type == "Warning") {
    family = problem.empty() ? kWarning : kError;
    if (!problem.empty()) series.reason = problem;
    if (with_name_) series.name = object.name;
    series.ns = object.ns;
  }
  std::lock_guard lock(mutex_);
  auto& counts = series_[family];
  auto found = counts.find(series);
  if (found == counts.end()) {
    // The last place is that of all the rest.
    if (counts.size() >= kMaxSeries - 1) series = {"other", "", "", ""};
    found = counts.try_emplace(std::move(series)).first;
  }
  ++found->second;
}

std::map<EventSeries, std::uint64_t> EventCounters::Snapshot(Family family) const {
  std::lock_guard lock(mutex_);
  return series_[family];
}

}  // namespace eventer
