#include "common/chat_options.h"

#include <string>
#include <string_view>

#include "common/time_zone_option.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr std::int64_t kMostPerMinute = 1000;

constexpr Duration kShortest = 1min, kLongest = 24h;

void CheckTime(const SinkUri& uri, std::string_view option, Duration time, Duration least,
               Duration most) {
  if (time >= least && time <= most) return;
  uri.Fail(option,
           "must be a time from " + FormatGoDuration(least) + " to " + FormatGoDuration(most));
}

// Zero if it is not given.
Duration ReadTime(SinkUri& uri, std::string_view option, Duration least, Duration most) {
  const Duration time = uri.GetDuration(option, Duration::zero());
  if (uri.Has(option)) CheckTime(uri, option, time, least, most);
  return time;
}

RepeatOptions ReadRepeat(SinkUri& uri) {
  RepeatOptions options;
  const std::string repeat = uri.GetOr("repeat", "all");
  constexpr std::string_view kSummary = "summary=";
  if (repeat.starts_with(kSummary)) {
    options.policy = RepeatPolicy::kSummary;
    options.window = ParseGoDuration(repeat.substr(kSummary.size())).value_or(Duration::zero());
    CheckTime(uri, "repeat", options.window, kShortest, kLongest);
  } else if (repeat == "first") {
    options.policy = RepeatPolicy::kFirst;
  } else if (repeat != "all") {
    uri.Fail("repeat", "must be all, summary=10m (any time) or first");
  }
  options.closing = ReadTime(uri, "closing", kShortest, kLongest);
  return options;
}

}  // namespace

ChatOptions ReadChatOptions(SinkUri& uri, const ChatLimits& limits, const Markup& markup) {
  ChatOptions options{limits.rates, {limits.digest_bytes, markup, uri.GetOr("cluster", "")}};
  options.style.zone = ReadTimeZone(uri);
  MessageRate& rate = options.rates.front();
  const auto most = static_cast<std::int64_t>(rate.messages);
  rate.messages = static_cast<std::size_t>(uri.GetInt("rate", most, 1, kMostPerMinute));
  options.repeat = ReadRepeat(uri);
  options.silences = Silences::Read(uri);
  options.group_wait = ReadTime(uri, "group_wait", 1s, 10min);
  options.max_age = ReadTime(uri, "max_age", kShortest, kLongest);
  return options;
}

}  // namespace eventer
