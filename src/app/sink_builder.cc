#include "app/sink_builder.h"

#include <utility>

#include "app/log_builder.h"
#include "app/sink_names.h"
#include "eventer/event_filter.h"
#include "eventer/sinks.h"

namespace eventer {
namespace {

ConfiguredSink Build(std::string name, SinkUri& uri, SinkContext context) {
  context.name = name;
  const SinkKind& kind = FindSinkKind(uri);
  EventFilter filter = EventFilter::Parse(uri, kind.default_level);
  std::unique_ptr<EventSink> sink = kind.make(uri, context);
  if (!kind.passes_options_on()) uri.CheckAllRead();
  return {std::move(name), std::move(sink), std::move(filter)};
}

}  // namespace

std::vector<ConfiguredSink> BuildSinks(Options& options, const SinkContext& context) {
  for (SinkUri& uri : options.sinks) {
    const SinkKind& kind = FindSinkKind(uri);
    if (kind.passes_options_on()) uri.PassOptionsOn(kind.own_options);
  }
  SinkNames names = NameSinks(options.sinks);
  std::vector<std::string>& warnings = options.warnings;
  warnings.insert(warnings.end(), names.warnings.begin(), names.warnings.end());
  std::vector<ConfiguredSink> sinks;
  for (std::size_t i = 0; i < options.sinks.size(); ++i) {
    SinkUri& uri = options.sinks[i];
    sinks.push_back(Build(std::move(names.names[i]), uri, context));
    if (!options.data_dir.empty()) {
      sinks.back().dead_letters = std::make_unique<DeadLetterFile>(
          options.data_dir, sinks.back().name, DeadLetterBytes(options));
    }
    for (std::string& warning : uri.warnings()) warnings.push_back(std::move(warning));
  }
  return sinks;
}

}  // namespace eventer
