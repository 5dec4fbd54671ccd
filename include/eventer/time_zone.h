// The zone in which times are shown to people.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace eventer {

struct ZoneInfo {
  std::chrono::seconds offset{0};  // local time minus UTC
  std::string abbreviation;        // "CST"; where the tz database has none, its offset ("+03")
  bool daylight_saving = false;
};

// Immutable, thread-safe and cheap to copy. From the tz database's files, read when it is made.
class TimeZone {
 public:
  TimeZone() = default;  // UTC

  // That of TZ, as Go reads it. TZ unset: /etc/localtime; TZ a name below /usr/share/zoneinfo or an
  // absolute path: that file; anything else: UTC. Thread-safe as long as nobody changes TZ.
  static TimeZone Local();
  // "Asia/Shanghai", a name of the database. nullopt: it has none such.
  static std::optional<TimeZone> Named(const std::string& name);

  ZoneInfo At(std::chrono::sys_seconds time) const;

 private:
  struct Rules;
  static std::shared_ptr<const Rules> Load(const std::string& path);

  std::shared_ptr<const Rules> rules_;  // null: UTC
};

}  // namespace eventer
