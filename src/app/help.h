// What --help prints.
#pragma once

#include <string>
#include <vector>

namespace eventer {

// `flags` as CLI11 describes them, the sinks with an example each, whole command lines, and the
// names of the flags that have no effect.
std::string HelpText(std::string flags, const std::vector<std::string>& flags_without_effect);

}  // namespace eventer
