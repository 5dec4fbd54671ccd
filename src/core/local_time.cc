#include "core/local_time.h"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>
#include <optional>
#include <string_view>

namespace eventer {
namespace {

bool IsZoneFile(const std::string& path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "TZif";
}

// The C library would take TZ=CST-8 as a rule of its own making, and would show any nonsense as
// the name of a zone without an offset.
bool LocalZoneIsKnown(const char* tz) {
  if (tz == nullptr) return IsZoneFile("/etc/localtime");
  std::string name = *tz == ':' ? tz + 1 : tz;
  if (name.empty() || name == "UTC") return false;
  return IsZoneFile(name.front() == '/' ? name : "/usr/share/zoneinfo/" + name);
}

// Looks at TZ again only when it has changed, which only tests do.
bool UseLocalZone() {
  static std::mutex mutex;
  static bool looked = false, known = false;
  static std::optional<std::string> seen;
  const char* tz = std::getenv("TZ");
  std::lock_guard lock(mutex);
  if (looked && (tz ? seen == tz : !seen)) return known;
  looked = true;
  seen = tz ? std::optional<std::string>(tz) : std::nullopt;
  known = LocalZoneIsKnown(tz);
  tzset();
  return known;
}

}  // namespace

ZoneInfo ZoneAt(std::chrono::sys_seconds time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm local{};
  if (!UseLocalZone() || localtime_r(&seconds, &local) == nullptr) return {{}, "UTC", false};
  return {std::chrono::seconds(local.tm_gmtoff), local.tm_zone, local.tm_isdst > 0};
}

}  // namespace eventer
