#include "common/template_option.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <variant>

namespace eventer {
namespace {

constexpr const char* kConfigMapKey = "content";

}  // namespace

TemplateOption::TemplateOption(SinkUri& uri, const SinkContext& context, const Names& names,
                               EventTemplate::Escaping escaping, std::string_view fallback)
    : sink_(context.name), escaping_(escaping) {
  const std::optional<std::string> config_map = uri.Get(names.config_map);
  const std::string ns = uri.GetOr(names.config_map_namespace, "default");
  if (!config_map) {
    uri.Ignore(names.config_map_namespace, std::string(names.config_map) + " is not given");
  }
  const std::optional<std::string> file = uri.Get(names.file);
  if (config_map && file) {
    uri.Fail(names.file, "must not be given with " + std::string(names.config_map));
  }
  if (file) {
    ReadFile(uri, context.clock, names.file, *file);
  } else if (config_map) {
    if (config_map->empty()) uri.Fail(names.config_map, "needs a name");
    where_ = "ConfigMap " + ns + "/" + *config_map;
    text_ = context.config_map(ns, *config_map, kConfigMapKey);
  } else {
    Parse(fallback);
  }
}

void TemplateOption::ReadFile(const SinkUri& uri, Clock& clock, std::string_view option,
                              const std::string& path) {
  where_ = option;
  text_ = NewWatchedFile(clock, path);
  const WatchedText::Reading& reading = text_->Read({});
  if (!reading.error.empty()) uri.Fail(option, "cannot be read: " + reading.error);
  version_ = reading.version;
  Parse(reading.text);
  if (!broken_.empty()) uri.Fail(option, "is no template: " + broken_);
}

void TemplateOption::Parse(std::string_view text) {
  auto parsed = EventTemplate::Parse("body", text, escaping_);
  if (auto* error = std::get_if<TemplateError>(&parsed)) {
    broken_ = error->text + " (line " + std::to_string(error->line) + ", column " +
              std::to_string(error->column) + ")";
    return;
  }
  broken_.clear();
  template_ = std::move(std::get<EventTemplate>(parsed));
}

void TemplateOption::TellOfLoss(const std::string& error) {
  if (error == told_) return;
  told_ = error;
  if (error.empty()) {
    spdlog::info("{}: {}: can be read again", sink_, where_);
  } else {
    spdlog::error("{}: {}: {}; the template before stays in use", sink_, where_, error);
  }
}

std::optional<EventOutcome> TemplateOption::Update(std::stop_token stop) {
  if (!text_) return std::nullopt;
  const WatchedText::Reading& reading = text_->Read(std::move(stop));
  if (reading.version != version_) {
    version_ = reading.version;
    Parse(reading.text);
    if (!broken_.empty() && template_) {
      spdlog::error("{}: {}: the new template is broken, the one before stays in use: {}", sink_,
                    where_, broken_);
    }
  }
  if (template_) {
    TellOfLoss(reading.error);
    return std::nullopt;
  }
  if (!broken_.empty()) {
    return EventOutcome{Outcome::kMisconfigured, Cause::kSettings, where_ + ": " + broken_};
  }
  const bool mine = reading.misconfigured;
  return EventOutcome{mine ? Outcome::kMisconfigured : Outcome::kRetry,
                      mine ? Cause::kSettings : Cause::kConnection, where_ + ": " + reading.error};
}

}  // namespace eventer
