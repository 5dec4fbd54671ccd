// What people want an event's text to be: a Go template, from a file or a ConfigMap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "eventer/event_sink.h"
#include "eventer/event_template.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "eventer/watched_text.h"

namespace eventer {

// Used by one thread.
class TemplateOption {
 public:
  // Of the options. The key of the ConfigMap is "content", as the original's.
  struct Names {
    std::string_view config_map, config_map_namespace, file;
  };

  // A file must hold a template; a ConfigMap is read at the first Update. Without either it is
  // `fallback`. Throws ConfigError.
  TemplateOption(SinkUri& uri, const SinkContext& context, const Names& names,
                 EventTemplate::Escaping escaping, std::string_view fallback);

  bool given() const { return text_ != nullptr; }

  // Takes over a template that has changed. A broken one, or a source that cannot be read any more:
  // the last good one stays, which is logged once. nullopt: there is a template; else what to say
  // of every event.
  std::optional<EventOutcome> Update(std::stop_token stop);

  // Once Update has found one.
  const EventTemplate& Template() const { return *template_; }

 private:
  void Parse(std::string_view text);
  // `error`: why the source of the template in use cannot be read any more, empty if it can.
  void TellOfLoss(const std::string& error);
  void ReadFile(const SinkUri& uri, Clock& clock, std::string_view option, const std::string& path);

  const std::string sink_;  // its name
  const EventTemplate::Escaping escaping_;
  std::string where_;                  // for people: "body_file", "ConfigMap default/body"
  std::unique_ptr<WatchedText> text_;  // null: the fallback
  std::uint64_t version_ = 0;          // of what was parsed last
  std::optional<EventTemplate> template_;
  std::string broken_;  // why the newest text is no template; empty: it is
  std::string told_;    // what was said of the source last
};

}  // namespace eventer
