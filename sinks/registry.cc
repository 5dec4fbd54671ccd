#include <string>

#include "eventer/error.h"
#include "eventer/sinks.h"

namespace eventer {

#define EVENTER_SINK(key, Name, default_level, own_options, example) \
  std::unique_ptr<EventSink> New##Name##Sink(SinkUri& uri, const SinkContext& context);
#define EVENTER_SINK_ALIAS(key, Name, default_level, own_options, example)
#include "sinks.def"
#undef EVENTER_SINK
#undef EVENTER_SINK_ALIAS

const std::vector<SinkKind>& AllSinkKinds() {
  static const std::vector<SinkKind> kinds = {
#define EVENTER_SINK(key, Name, default_level, own_options, example) \
  {#key, default_level, own_options, example, New##Name##Sink},
#define EVENTER_SINK_ALIAS EVENTER_SINK
#include "sinks.def"
#undef EVENTER_SINK
#undef EVENTER_SINK_ALIAS
  };
  return kinds;
}

const SinkKind& FindSinkKind(const SinkUri& uri) {
  std::vector<std::string> keys;
  std::string known;
  for (const SinkKind& kind : AllSinkKinds()) {
    if (kind.key == uri.key()) return kind;
    keys.emplace_back(kind.key);
    known += (known.empty() ? "" : ", ") + keys.back();
  }
  std::string text = uri.Name() + ": sink not recognized";
  if (const auto nearest = NearestWord(uri.key(), keys)) {
    text += "; did you mean \"" + *nearest + "\"?";
  }
  throw ConfigError(text + (text.ends_with('?') ? " known: " : "; known: ") + known);
}

}  // namespace eventer
