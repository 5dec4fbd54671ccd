#include "common/silence.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "common/time_zone_option.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// "22:00" or "22"; nullopt: no time of a day.
std::optional<int> MinuteOfDay(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto number = [](std::string_view digits, int most) -> std::optional<int> {
    int value = -1;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool good = error == std::errc() && rest == digits.data() + digits.size();
    return good && value >= 0 && value <= most ? std::optional(value) : std::nullopt;
  };
  const auto hour = number(text.substr(0, colon), 24);
  const auto minute = colon == text.size() ? std::optional(0) : number(text.substr(colon + 1), 59);
  if (!hour || !minute || *hour * 60 + *minute > 24 * 60) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<std::bitset<7>> ReadDays(std::string_view text) {
  std::bitset<7> days;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    const auto day = std::ranges::find(kDays, text.substr(begin, end - begin));
    if (day == kDays.end()) return std::nullopt;
    days.set(static_cast<std::size_t>(day - kDays.begin()));
    begin = end + 1;
  }
  return days;
}

// "2006-01-02 15:04:05"
struct LocalTime {
  LocalTime(WallTime time, const TimeZone& zone) : text(FormatDateTime(time, zone)) {}
  int Number(std::size_t at, std::size_t size) const { return std::stoi(text.substr(at, size)); }
  int Minute() const { return Number(11, 2) * 60 + Number(14, 2); }
  std::size_t Weekday() const {
    const std::chrono::year_month_day date(std::chrono::year(Number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(Number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(Number(8, 2))));
    return std::chrono::weekday(std::chrono::sys_days(date)).c_encoding();
  }
  std::string text;
};

bool Agrees(const std::shared_ptr<const re2::RE2>& pattern, const std::string& value) {
  return !pattern || RE2::FullMatch(value, *pattern);
}

}  // namespace

Silences Silences::Read(SinkUri& uri) {
  Silences silences;
  silences.zone_ = ReadTimeZone(uri);
  for (const std::string& text : uri.GetAll("silence")) {
    silences.rules_.push_back(Parse(uri, text));
  }
  return silences;
}

Silences::Rule Silences::Parse(const SinkUri& uri, std::string_view text) {
  Rule rule;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view matcher = text.substr(begin, end - begin);
    const std::size_t equals = matcher.find('=');
    const std::string wrong =
        equals == std::string_view::npos
            ? "a matcher is name=pattern"
            : Add(rule, matcher.substr(0, equals), matcher.substr(equals + 1));
    if (!wrong.empty()) {
      uri.Fail("silence", "is wrong at character " + std::to_string(begin + 1) + ": " + wrong);
    }
    begin = end + 1;
  }
  return rule;
}

std::string Silences::Add(Rule& rule, std::string_view name, std::string_view value) {
  if (name == "hours") {
    const std::size_t dash = std::min(value.find('-'), value.size());
    const auto from = MinuteOfDay(value.substr(0, dash));
    const auto to = MinuteOfDay(value.substr(std::min(dash + 1, value.size())));
    if (!from || !to) return "hours are such as 22:00-06:00";
    rule.hours = {*from, *to};
    return "";
  }
  if (name == "days") {
    rule.days = ReadDays(value);
    return rule.days ? "" : "days are sun, mon, tue, wed, thu, fri, sat, with | between";
  }
  auto* place = name == "namespace" ? &rule.ns
                : name == "kind"    ? &rule.kind
                : name == "reason"  ? &rule.reason
                : name == "object"  ? &rule.object
                                    : nullptr;
  if (place == nullptr) return "the matchers are namespace, kind, reason, object, hours, days";
  auto pattern = std::make_shared<RE2>(value, RE2::Quiet);
  if (!pattern->ok()) return "the pattern does not compile: " + pattern->error();
  *place = std::move(pattern);
  return "";
}

bool Silences::Cover(const Event& event, WallTime now) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) { return Covers(rule, event, now); });
}

bool Silences::Covers(const Rule& rule, const Event& event, WallTime now) const {
  const ObjectReference& object = event.involved_object;
  if (!Agrees(rule.ns, event.ObjectNamespace()) || !Agrees(rule.kind, object.kind) ||
      !Agrees(rule.reason, event.reason) || !Agrees(rule.object, object.name)) {
    return false;
  }
  if (!rule.hours && !rule.days) return true;
  const LocalTime local(now, zone_);
  if (rule.days && !rule.days->test(local.Weekday())) return false;
  if (!rule.hours) return true;
  const auto [from, to] = *rule.hours;
  const int minute = local.Minute();
  return from <= to ? from <= minute && minute < to : minute >= from || minute < to;
}

}  // namespace eventer
