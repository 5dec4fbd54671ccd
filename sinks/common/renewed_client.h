// The HTTP client of one sink, made anew when the files of its certificates change: they are issued
// for weeks, and the daemon runs for longer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/http_client.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "eventer/watched_text.h"

namespace eventer {

// Made on the main thread, then used by one worker.
class RenewedClient {
 public:
  // Reads `ca_file`, `insecure`, `cert_file` and `key_file`. Throws ConfigError.
  RenewedClient(SinkUri& uri, const SinkContext& context);

  // Looks at the files every 5 s. While they cannot be read or used, which is logged once, the
  // client stays as it was. A request under way keeps the client that it has.
  std::shared_ptr<HttpClient> Get();

 private:
  struct File {
    std::string option;
    std::unique_ptr<WatchedText> text;
    std::string HttpClientOptions::*part;
    std::uint64_t version;
  };

  void AddFile(SinkUri& uri, std::string_view option, std::string HttpClientOptions::*part);
  // True: some file has another text than options_ had, and now options_ has it.
  bool TakeChanges();
  void Renew();
  void Tell(const std::string& fault);

  Clock& clock_;
  const HttpClientFactory factory_;
  const std::string sink_;
  std::vector<File> files_;
  HttpClientOptions options_;
  std::shared_ptr<HttpClient> client_;
  std::string unread_, unusable_;  // what is wrong now; empty: nothing
  std::string told_;               // of that, what was logged last
};

}  // namespace eventer
