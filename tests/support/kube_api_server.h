// A FakeKubeApi behind a real socket.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "support/fake_kube_api.h"
#include "support/loopback_server.h"

namespace eventer {

// Serves `api` over HTTP on the loopback interface, a thread per connection. While the API is down
// (FakeKubeApi::Down), connections are reset.
class KubeApiServer {
 public:
  explicit KubeApiServer(FakeKubeApi& api, LoopbackServer::Options options = {});
  ~KubeApiServer();

  std::string url() const { return server_.Url(""); }  // "http://127.0.0.1:1234"

 private:
  void Serve(LoopbackConnection& connection);
  // False: the connection is of no more use.
  bool Answer(LoopbackConnection& connection, const RecordedRequest& request);
  bool Stream(LoopbackConnection& connection, FakeKubeApi::Watch& watch);

  FakeKubeApi& api_;
  std::stop_source stop_;
  LoopbackServer server_;  // last: its threads use the rest
};

}  // namespace eventer
