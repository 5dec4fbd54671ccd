// One event as people want to read it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "common/markdown.h"
#include "common/template_option.h"
#include "eventer/event.h"
#include "eventer/event_sink.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "eventer/time_zone.h"

namespace eventer {

struct EventCard {
  std::string title;  // "⚠ BackOff · shop/web-7cd9", plain
  std::string text;   // without the title, unless it is a template's
  std::string link;   // empty: none
};

// Used by one thread.
class CardWriter {
 public:
  // Reads `link`, `template_file`, `template_configmap` and `template_configmap_namespace`. Throws
  // ConfigError.
  CardWriter(SinkUri& uri, const SinkContext& context, std::string cluster, const Markup& markup);

  bool has_link() const { return link_.has_value(); }
  bool has_template() const { return template_.given(); }

  // The card, or why there is none: a template that is missing or fails. A ConfigMap that is read
  // again may take up to 10 s.
  std::variant<EventCard, EventOutcome> Write(const Event& event, std::stop_token stop);

 private:
  std::string Text(const Event& event) const;
  std::string Line(std::string_view name, const std::string& value) const;
  std::string Quote(const std::string& message) const;

  Clock& clock_;
  const std::string cluster_;
  const TimeZone zone_;
  const Markup markup_;
  TemplateOption template_;
  std::optional<EventTemplate> link_;
};

// "41 times in 12 min, last 10:03:04" in `zone`; with its date if that is not the one of `now`.
std::string TimesInWords(const Event& event, WallTime now, const TimeZone& zone);

}  // namespace eventer
