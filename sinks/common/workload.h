// What an object belongs to, as people call it.
#pragma once

#include <string>
#include <string_view>

namespace eventer {

// The name without what controllers add to it: "web" of Pod web-5cfb7ff945-8cph2, ReplicaSet
// web-5cfb7ff945, Pod web-0, Job web-29384820. A guess by form: a name that only looks generated is
// cut too.
std::string WorkloadName(std::string_view kind, std::string_view name);

}  // namespace eventer
