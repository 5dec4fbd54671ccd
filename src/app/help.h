// What --help says besides the flags.
#pragma once

#include <string>
#include <vector>

namespace eventer {

// The sinks with an example each, whole command lines, and the flags that have no effect.
std::string HelpFooter(const std::vector<std::string>& flags_without_effect);

}  // namespace eventer
