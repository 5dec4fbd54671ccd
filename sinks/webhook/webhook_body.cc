#include "webhook/webhook_body.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <variant>

namespace eventer {
namespace {

// The original's, byte for byte.
constexpr std::string_view kDefaultTemplate = R"(
{
	"EventType": "{{ .Type }}",
	"EventKind": "{{ .InvolvedObject.Kind }}",
	"EventReason": "{{ .Reason }}",
	"EventTime": "{{ .LastTimestamp }}",
	"EventMessage": "{{ .Message }}"
})";

// The key of the ConfigMap, as the original's.
constexpr const char* kConfigMapKey = "content";

}  // namespace

WebhookBody::WebhookBody(SinkUri& uri, const SinkContext& context) {
  const std::optional<std::string> config_map = uri.Get("custom_body_configmap");
  const std::string ns = uri.GetOr("custom_body_configmap_namespace", "default");
  const std::optional<std::string> file = uri.Get("body_file");
  if (config_map && file) uri.Fail("body_file", "must not be given with custom_body_configmap");
  if (config_map) {
    if (config_map->empty()) uri.Fail("custom_body_configmap", "needs a name");
    where_ = "ConfigMap " + ns + "/" + *config_map;
    text_ = context.config_map(ns, *config_map, kConfigMapKey);
    return;
  }
  if (!file) {
    Parse(std::string(kDefaultTemplate));
    return;
  }
  where_ = "body_file";
  text_ = NewWatchedFile(context.clock, *file);
  const WatchedText::Reading& reading = text_->Read({});
  if (!reading.error.empty()) uri.Fail("body_file", "cannot be read: " + reading.error);
  version_ = reading.version;
  Parse(reading.text);
  if (!broken_.empty()) uri.Fail("body_file", "is no template: " + broken_);
}

void WebhookBody::Parse(const std::string& text) {
  auto parsed = EventTemplate::Parse("body", text);
  if (auto* error = std::get_if<TemplateError>(&parsed)) {
    broken_ = error->text + " (line " + std::to_string(error->line) + ", column " +
              std::to_string(error->column) + ")";
    return;
  }
  broken_.clear();
  template_ = std::move(std::get<EventTemplate>(parsed));
}

std::optional<EventOutcome> WebhookBody::Update(std::stop_token stop) {
  if (!text_) return std::nullopt;
  const WatchedText::Reading& reading = text_->Read(std::move(stop));
  if (reading.version != version_) {
    version_ = reading.version;
    Parse(reading.text);
    if (!broken_.empty() && template_) {
      spdlog::error("{}: the new template is broken, the one before stays in use: {}", where_,
                    broken_);
    }
  }
  if (template_) return std::nullopt;
  if (!broken_.empty()) {
    return EventOutcome{Outcome::kMisconfigured, Cause::kSettings, where_ + ": " + broken_};
  }
  const bool mine = reading.misconfigured;
  return EventOutcome{mine ? Outcome::kMisconfigured : Outcome::kRetry,
                      mine ? Cause::kSettings : Cause::kConnection, where_ + ": " + reading.error};
}

}  // namespace eventer
