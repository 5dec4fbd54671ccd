// Kubeconfig files: YAML or JSON, several merged into one (client-go tools/clientcmd).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kube/kube_config.h"

namespace eventer {

struct KubeconfigText {
  std::string name;       // for error texts
  std::string directory;  // relative paths in it begin here
  std::string text;
};

// Merges `files` (the first that defines a name, or current-context, wins) and picks `context`,
// else current-context. Touches no file. Throws ConfigError "NAME, line N: WHAT".
KubeConfig ParseKubeconfig(const std::vector<KubeconfigText>& files,
                           const std::optional<std::string>& context);

// The same of files; `skip_missing`: as for the list in KUBECONFIG, but one must exist.
KubeConfig LoadKubeconfig(const std::vector<std::string>& paths, bool skip_missing,
                          const std::optional<std::string>& context);

}  // namespace eventer
