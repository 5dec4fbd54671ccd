// Serves a FakeKubeApi over HTTP/1.1 on the loopback interface: plain, or TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "support/fake_kube_api.h"

namespace eventer {

struct KubeApiServerOptions {
  std::uint16_t port = 0;                     // 0: any free one
  std::string cert_file = {}, key_file = {};  // PEM; both: TLS
};

// A thread for each connection; lists are answered whole, watches as chunked streams. A POST, to
// whatever path, puts the event that is its body and answers with the version.
class KubeApiServer {
 public:
  // Listens at once. Throws std::exception if it cannot.
  explicit KubeApiServer(FakeKubeApi& api, const KubeApiServerOptions& options = {});
  ~KubeApiServer();  // closes every connection, joins

  std::uint16_t port() const;
  std::string url() const;  // http://127.0.0.1:PORT or https://…

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eventer
