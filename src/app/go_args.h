// Arguments as Go's package flag reads them, brought into the one form that CLI11 knows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eventer {

// The flags there are, by name without dashes; true: a boolean.
using GoFlags = std::map<std::string, bool, std::less<>>;

struct GoArgs {
  // "--name=value", or "--name" and "" where the value is empty (CLI11 takes "--name=" for a flag
  // without a value). Booleans are "--name=true" or "--name=false".
  std::vector<std::string> normalised;
  // From the first argument that is no flag on, or what follows "--".
  std::vector<std::string> positional;
};

// `args` without the program's name. One dash or two, -name=value or -name value; a boolean takes a
// value only after "=". Throws ConfigError for an unknown flag (naming the nearest), a missing
// value or a boolean that is none.
GoArgs NormaliseGoArgs(const std::vector<std::string>& args, const GoFlags& flags);

}  // namespace eventer
