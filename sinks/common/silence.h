// Events that a chat is not to be told.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/event.h"
#include "eventer/sink_uri.h"
#include "eventer/time_zone.h"

namespace re2 {
class RE2;
}

namespace eventer {

// The values of `silence`: "namespace=ci,reason=BackOff|Pulled,hours=22:00-06:00,days=sat|sun". All
// matchers of one value must agree, any value silences. Immutable.
class Silences {
 public:
  // Throws ConfigError, with the position of what is wrong.
  static Silences Read(SinkUri& uri);

  bool empty() const { return rules_.empty(); }
  // `now` decides about hours and days.
  bool Cover(const Event& event, WallTime now) const;

 private:
  struct Minutes {
    int from = 0, to = 0;  // of the day; from > to: over midnight
  };
  // What is absent agrees with everything. Patterns match the whole of a value.
  struct Rule {
    std::shared_ptr<const re2::RE2> ns, kind, reason, object;
    std::optional<Minutes> hours;
    std::optional<std::bitset<7>> days;  // 0: Sunday
  };

  static Rule Parse(const SinkUri& uri, std::string_view text);
  // What is wrong with `value`, empty if nothing is.
  static std::string Add(Rule& rule, std::string_view name, std::string_view value);
  bool Covers(const Rule& rule, const Event& event, WallTime now) const;

  TimeZone zone_;
  std::vector<Rule> rules_;
};

}  // namespace eventer
