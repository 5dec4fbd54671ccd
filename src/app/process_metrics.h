// The metrics process_* that every Prometheus client library has.
#pragma once

#include "app/exposition.h"

namespace eventer {

// Reads /proc. What cannot be read is left out.
void AddProcessMetrics(Exposition& out);

}  // namespace eventer
