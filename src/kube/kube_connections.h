// The HTTP client for an API server, made anew when certificates change.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/log_limiter.h"
#include "eventer/clock.h"
#include "eventer/http_client.h"
#include "kube/credentials.h"
#include "kube/kube_config.h"

namespace eventer {

// Thread-safe. Files of client certificates are read again every 5 min (client-go
// transport/cert_rotation.go), they and the CA after a failed handshake. Requests under way keep
// the client they have.
class KubeConnections {
 public:
  // Throws ConfigError if a file cannot be read or the factory refuses what it holds.
  KubeConnections(Clock& clock, KubeConfig config, HttpClientFactory factory,
                  const Credential& first);

  // For a request with `credential`. If new files cannot be used, the client stays as it was.
  std::shared_ptr<HttpClient> Client(const Credential& credential);
  // A handshake failed: the files may have been replaced.
  void HandshakeFailed();

 private:
  struct Files {
    std::string ca, cert, key;
    bool operator==(const Files&) const = default;
  };

  Files ReadFiles() const;
  HttpClientOptions Options(const Files& files) const;
  void RefreshFiles();
  void Rebuild(const Files& files);

  Clock& clock_;
  const KubeConfig config_;
  const HttpClientFactory factory_;
  std::mutex mutex_;
  Files read_;  // as last read without a fault
  SteadyTime read_at_;
  bool read_again_ = false;
  Files built_;  // what client_ was made of, or was refused with
  std::shared_ptr<HttpClient> client_;
  LogLimiter log_;
};

}  // namespace eventer
