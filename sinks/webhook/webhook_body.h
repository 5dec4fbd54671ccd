// What a webhook sends of an event: a Go template, from a file, a ConfigMap, or the original's own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "eventer/event_sink.h"
#include "eventer/event_template.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "eventer/watched_text.h"

namespace eventer {

// Used by one thread.
class WebhookBody {
 public:
  // Reads `custom_body_configmap`, `custom_body_configmap_namespace` and `body_file`. A file must
  // hold a template; a ConfigMap is read at the first Update. Throws ConfigError.
  WebhookBody(SinkUri& uri, const SinkContext& context);

  // Takes over a template that has changed. A broken one: the last good one stays, which is logged
  // once. nullopt: there is a template; else what to say of every event.
  std::optional<EventOutcome> Update(std::stop_token stop);

  // Once Update has found one.
  const EventTemplate& Template() const { return *template_; }

 private:
  void Parse(const std::string& text);

  std::string where_;                  // for people: "body_file", "ConfigMap default/body"
  std::unique_ptr<WatchedText> text_;  // null: the default template
  std::uint64_t version_ = 0;          // of what was parsed last
  std::optional<EventTemplate> template_;
  std::string broken_;  // why the newest text is no template; empty: it is
};

}  // namespace eventer
