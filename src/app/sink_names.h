// The names of the sinks: labels of metrics, words in logs, keys of stored cursors.
#pragma once

#include <string>
#include <vector>

#include "eventer/sink_uri.h"

namespace eventer {

struct SinkNames {
  std::vector<std::string> names;     // one per URI, unique, without secrets
  std::vector<std::string> warnings;  // each asks for name=
};

// The option `name`, else kind and host ("webhook:hooks.example.com"); of equal ones each gets a
// short hash of SinkUri::Destination, so that a name does not depend on the order of the flags, and
// where even that is equal a number, by which it does. Throws ConfigError if two are given the same
// name.
SinkNames NameSinks(std::vector<SinkUri>& uris);

}  // namespace eventer
