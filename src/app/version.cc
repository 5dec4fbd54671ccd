#include "app/version.h"

namespace eventer {

BuildInfo ThisBuild() { return {EVENTER_VERSION, EVENTER_COMMIT}; }

}  // namespace eventer
