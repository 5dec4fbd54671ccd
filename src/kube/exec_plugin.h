// Credential plug-ins: programs that print an ExecCredential (client-go
// plugin/pkg/client/auth/exec).
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "eventer/clock.h"
#include "kube/kube_config.h"

namespace eventer {

struct ExecCredential {
  std::string token;                // may be empty
  std::string cert_pem, key_pem;    // both or none
  std::optional<WallTime> expires;  // nullopt: good for the life of this process
};

struct ExecResult {
  std::optional<ExecCredential> credential;
  std::string error;  // why there is none; one line, no secret
};

// What the plug-in reads from KUBERNETES_EXEC_INFO.
std::string ExecInfo(const KubeConfig& config);

// What the plug-in wrote to stdout.
ExecResult ParseExecCredential(const std::string& text, const std::string& api_version);

// Runs config.exec and waits for it: 60 s at most, or until `stop`. Its stderr goes to the log,
// without what looks like a secret.
ExecResult RunExecPlugin(Clock& clock, const KubeConfig& config, std::stop_token stop);

}  // namespace eventer
