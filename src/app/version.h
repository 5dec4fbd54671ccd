// Which build this is.
#pragma once

#include <string>

namespace eventer {

struct BuildInfo {
  std::string version;  // the project's
  std::string commit;   // git's short id, "unknown" outside a repository
};

BuildInfo ThisBuild();

}  // namespace eventer
