// Who the program says it is: what the headers of each request are made from.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "eventer/clock.h"
#include "eventer/http_client.h"
#include "kube/kube_config.h"

namespace eventer {

struct Credential {
  HttpHeaders headers = {};
  std::string cert_pem = {}, key_pem = {};  // of an exec plug-in; else empty
  std::uint64_t generation = 0;             // which run of the plug-in made it
  std::string error = {};                   // not empty: there is no credential now, and why
};

// Thread-safe.
class Credentials {
 public:
  virtual ~Credentials() = default;
  // For a request that is about to be sent. May read a file or run a plug-in (60 s at most, or
  // until `stop`); others wait for that run instead of starting one, unless it is stopped.
  virtual Credential Get(std::stop_token stop) = 0;
  // The answer to a request that was begun at `began` with `refused` was 401.
  virtual void Refused(const Credential& refused, SteadyTime began) = 0;
};

// - A token file is read again when the copy is older than 50 s or was refused; the old token stays
//   in use if that fails (client-go transport/token_source.go).
// - An exec plug-in is run again when its credential has expired or was refused. It is not used
//   beside a token, a user name or a client certificate.
// Reads the file or runs the plug-in once; throws ConfigError if that fails.
std::unique_ptr<Credentials> NewCredentials(Clock& clock, const KubeConfig& config);

}  // namespace eventer
