// Go's Time.Format: a layout is read piece by piece, each piece standing for a part of the time.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/template/go_time.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

enum class Part : char {
  kLongMonth,
  kMonth,
  kNumMonth,
  kZeroMonth,
  kLongWeekday,
  kWeekday,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kLongYear,
  kYear,
  kUpperPm,
  kLowerPm,
  kZoneName,
  kOffset,
  kFraction,
};

struct Piece {
  std::string_view text;
  Part part;
};

// In the order in which they are tried: longer ones first where one begins with another. "Jan"
// and "Mon" need an end: no small letter behind them.
constexpr std::array<Piece, 25> kPieces = {{
    {"January", Part::kLongMonth},
    {"Jan", Part::kMonth},
    {"Monday", Part::kLongWeekday},
    {"Mon", Part::kWeekday},
    {"MST", Part::kZoneName},
    {"01", Part::kZeroMonth},
    {"02", Part::kZeroDay},
    {"03", Part::kZeroHour12},
    {"04", Part::kZeroMinute},
    {"05", Part::kZeroSecond},
    {"06", Part::kYear},
    {"002", Part::kZeroYearDay},
    {"15", Part::kHour},
    {"1", Part::kNumMonth},
    {"2006", Part::kLongYear},
    {"2", Part::kDay},
    {"_2", Part::kUnderDay},
    {"__2", Part::kUnderYearDay},
    {"3", Part::kHour12},
    {"4", Part::kMinute},
    {"5", Part::kSecond},
    {"PM", Part::kUpperPm},
    {"pm", Part::kLowerPm},
    {"-", Part::kOffset},
    {"Z", Part::kOffset},
}};

constexpr std::array<std::string_view, 5> kOffsets = {"070000", "07:00:00", "0700", "07:00", "07"};

struct Match {
  Part part;
  std::size_t size;
};

// ".000", ",999": one digit repeated, and no other digit behind.
std::optional<Match> MatchFraction(std::string_view text) {
  if (text.size() < 2 || (text[1] != '0' && text[1] != '9')) return std::nullopt;
  std::size_t end = text.find_first_not_of(text[1], 1);
  if (end == std::string_view::npos) end = text.size();
  if (end < text.size() && IsDigit(text[end])) return std::nullopt;
  return Match{Part::kFraction, end};
}

std::optional<Match> MatchOffset(std::string_view text) {
  for (const std::string_view offset : kOffsets) {
    if (text.substr(1).starts_with(offset)) return Match{Part::kOffset, offset.size() + 1};
  }
  return std::nullopt;
}

bool EndsWord(std::string_view rest) { return rest.empty() || rest[0] < 'a' || rest[0] > 'z'; }

// What the layout shows at its beginning.
std::optional<Match> MatchPiece(std::string_view layout) {
  if (layout[0] == '.' || layout[0] == ',') return MatchFraction(layout);
  if (layout.starts_with("_2006")) return std::nullopt;  // an underscore before the year
  for (const auto& [text, part] : kPieces) {
    if (layout[0] != text[0] || !layout.starts_with(text)) continue;
    if (part == Part::kOffset) return MatchOffset(layout);
    const bool word = part == Part::kMonth || part == Part::kWeekday;
    if (!word || EndsWord(layout.substr(text.size()))) return Match{part, text.size()};
  }
  return std::nullopt;
}

void AppendPadded(std::string& out, std::int64_t value, std::size_t width, char fill = '0') {
  std::array<char, 20> digits;
  std::uint64_t rest = static_cast<std::uint64_t>(value < 0 ? -value : value);
  std::size_t start = digits.size();
  do {
    digits[--start] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  const std::size_t size = digits.size() - start;
  if (value < 0) out += '-';
  if (size < width) out.append(width - size, fill);
  out.append(digits.data() + start, size);
}

// `shape` is how the layout writes it: with or without colon, seconds, and Z for UTC.
void AppendOffset(std::string& out, int offset, std::string_view shape) {
  if (offset == 0 && shape[0] == 'Z') {
    out += 'Z';
    return;
  }
  const bool colon = shape.find(':') != std::string_view::npos;
  int minutes = offset / 60;
  out += minutes < 0 ? '-' : '+';
  if (minutes < 0) {
    minutes = -minutes;
    offset = -offset;
  }
  AppendPadded(out, minutes / 60, 2);
  if (colon) out += ':';
  if (shape.size() > 3) AppendPadded(out, minutes % 60, 2);
  if (shape.size() < 7) return;
  if (colon) out += ':';
  AppendPadded(out, offset % 60, 2);
}

void AppendFraction(std::string& out, std::int32_t nanos, std::string_view shape) {
  const bool trim = shape[1] == '9';
  if (trim && nanos == 0) return;
  std::string digits;
  AppendPadded(digits, nanos, 9);
  digits.resize(std::min<std::size_t>(shape.size() - 1, 9));
  if (trim) digits.resize(digits.find_last_not_of('0') + 1);
  if (digits.empty()) return;
  out += shape[0];
  out += digits;
}

int Hour12(const Civil& civil) { return civil.hour % 12 == 0 ? 12 : civil.hour % 12; }

void AppendDatePart(std::string& out, const Civil& civil, Part part) {
  switch (part) {
    case Part::kLongMonth:
      out += MonthName(civil.month);
      break;
    case Part::kMonth:
      out += MonthName(civil.month).substr(0, 3);
      break;
    case Part::kNumMonth:
      return AppendPadded(out, civil.month, 0);
    case Part::kZeroMonth:
      return AppendPadded(out, civil.month, 2);
    case Part::kLongWeekday:
      out += WeekdayName(civil.weekday);
      break;
    case Part::kWeekday:
      out += WeekdayName(civil.weekday).substr(0, 3);
      break;
    case Part::kDay:
      return AppendPadded(out, civil.day, 0);
    case Part::kUnderDay:
      return AppendPadded(out, civil.day, 2, ' ');
    case Part::kZeroDay:
      return AppendPadded(out, civil.day, 2);
    case Part::kUnderYearDay:
      return AppendPadded(out, civil.year_day, 3, ' ');
    case Part::kZeroYearDay:
      return AppendPadded(out, civil.year_day, 3);
    case Part::kLongYear:
      return AppendPadded(out, civil.year, 4);
    default:
      AppendPadded(out, (civil.year < 0 ? -civil.year : civil.year) % 100, 2);
  }
}

void AppendPart(std::string& out, const Civil& civil, std::int32_t nanos, Part part,
                std::string_view shape) {
  switch (part) {
    case Part::kHour:
      return AppendPadded(out, civil.hour, 2);
    case Part::kHour12:
      return AppendPadded(out, Hour12(civil), 0);
    case Part::kZeroHour12:
      return AppendPadded(out, Hour12(civil), 2);
    case Part::kMinute:
      return AppendPadded(out, civil.minute, 0);
    case Part::kZeroMinute:
      return AppendPadded(out, civil.minute, 2);
    case Part::kSecond:
      return AppendPadded(out, civil.second, 0);
    case Part::kZeroSecond:
      return AppendPadded(out, civil.second, 2);
    case Part::kUpperPm:
      out += civil.hour >= 12 ? "PM" : "AM";
      break;
    case Part::kLowerPm:
      out += civil.hour >= 12 ? "pm" : "am";
      break;
    case Part::kZoneName:
      out += civil.zone.abbreviation;
      break;
    case Part::kOffset:
      return AppendOffset(out, static_cast<int>(civil.zone.offset.count()), shape);
    case Part::kFraction:
      return AppendFraction(out, nanos, shape);
    default:
      AppendDatePart(out, civil, part);
  }
}

}  // namespace

std::string FormatTime(const Instant& time, std::string_view layout) {
  const Civil civil = CivilOf(time);
  std::string out;
  out.reserve(layout.size() + 16);
  while (!layout.empty()) {
    if (const auto match = MatchPiece(layout)) {
      AppendPart(out, civil, time.nanos, match->part, layout.substr(0, match->size));
      layout.remove_prefix(match->size);
    } else {
      out += layout[0];
      layout.remove_prefix(1);
    }
  }
  return out;
}

// 2006-01-02 15:04:05.999999999 -0700 MST, without reading that layout each time.
std::string TimeString(const Instant& time) {
  const Civil civil = CivilOf(time);
  std::string out;
  out.reserve(40);
  AppendPadded(out, civil.year, 4);
  const std::pair<char, int> parts[] = {{'-', civil.month},
                                        {'-', civil.day},
                                        {' ', civil.hour},
                                        {':', civil.minute},
                                        {':', civil.second}};
  for (const auto& [separator, part] : parts) AppendPadded(out += separator, part, 2);
  AppendFraction(out, time.nanos, ".999999999");
  AppendOffset(out += ' ', static_cast<int>(civil.zone.offset.count()), "-0700");
  return (out += ' ') += civil.zone.abbreviation;
}

}  // namespace eventer::tmpl
