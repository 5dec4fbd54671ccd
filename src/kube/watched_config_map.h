// A key of a ConfigMap that is read again.
#pragma once

#include <memory>
#include <string>

#include "eventer/watched_text.h"
#include "kube/kube_api.h"

namespace eventer {

// Asks every 30 s, and every second until there is a text. A ConfigMap or key that is missing, and
// a permission that is, are the configuration's fault; an API server that does not answer is not.
std::unique_ptr<WatchedText> NewWatchedConfigMap(Clock& clock, std::shared_ptr<KubeApi> api,
                                                 std::string ns, std::string name, std::string key);

}  // namespace eventer
