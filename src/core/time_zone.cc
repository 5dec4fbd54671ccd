#include "eventer/time_zone.h"

#include <absl/time/time.h>

#include <cstdlib>
#include <mutex>
#include <utility>

namespace eventer {
namespace {

constexpr char kDatabase[] = "/usr/share/zoneinfo/";

// Empty: UTC. The library itself would take TZ=CST-8 as a rule.
std::string LocalFile(const char* tz) {
  if (tz == nullptr) return "/etc/localtime";
  std::string name = *tz == ':' ? tz + 1 : tz;
  if (name.empty() || name == "UTC") return "";
  return name.front() == '/' ? name : kDatabase + name;
}

}  // namespace

struct TimeZone::Rules {
  absl::TimeZone zone;
};

// Null: it is no file of the database.
std::shared_ptr<const TimeZone::Rules> TimeZone::Load(const std::string& path) {
  auto rules = std::make_shared<Rules>();
  return absl::LoadTimeZone(path, &rules->zone) ? rules : nullptr;
}

// Looks at TZ again only when it has changed, which only tests do.
TimeZone TimeZone::Local() {
  static std::mutex mutex;
  static TimeZone zone;
  static std::optional<std::string> seen;
  std::lock_guard lock(mutex);
  std::string file = LocalFile(std::getenv("TZ"));
  if (seen != file) {
    zone.rules_ = file.empty() ? nullptr : Load(file);
    seen = std::move(file);
  }
  return zone;
}

std::optional<TimeZone> TimeZone::Named(const std::string& name) {
  TimeZone zone;
  if (name == "UTC") return zone;
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) return {};
  zone.rules_ = Load(kDatabase + name);
  if (!zone.rules_) return std::nullopt;
  return zone;
}

ZoneInfo TimeZone::At(std::chrono::sys_seconds time) const {
  if (!rules_) return {{}, "UTC", false};
  const auto at = rules_->zone.At(absl::FromUnixSeconds(time.time_since_epoch().count()));
  return {std::chrono::seconds(at.offset), at.zone_abbr, at.is_dst};
}

}  // namespace eventer
