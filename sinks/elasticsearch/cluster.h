// The nodes of an Elasticsearch or OpenSearch cluster, and who we are to them.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/aws_sigv4.h"
#include "common/http_sender.h"
#include "common/secret.h"
#include "eventer/http_client.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {

// Used by one worker thread.
class Cluster {
 public:
  // Reads `nodes`, `sniff`, `compress`, `esUserName`, `esUserSecret`, `api_key`, `bearer_token`,
  // `sigv4`, `region`, `service` (each secret also as `x_file`), and HttpSender's options. Throws
  // ConfigError.
  Cluster(SinkUri& uri, const SinkContext& context);

  // All that is sent until the next call takes HttpSender::kMaxTimeout together at most.
  void BeginAttempt() { attempt_ends_ = clock_.Steady() + HttpSender::kMaxTimeout; }

  // One request to one node, the next if that does not answer, until all were tried or the
  // attempt's time is over. A node that did not answer is left alone for a minute. `subject` as
  // HttpSender::Send: each node has the same time, the next attempt twice that.
  HttpResponse Send(std::string_view method, const std::string& target, std::string body,
                    std::string_view content_type, std::string_view subject, std::stop_token stop);

  // What no text may hold, as it is now.
  std::vector<std::string> Secrets();

 private:
  struct Node {
    std::string url;  // without '/' at the end
    SteadyTime dead_until{};
  };

  void ReadUser(SinkUri& uri, const std::string& userinfo);
  void Authorize(HttpRequest* request);
  // Until `ends` at most; nullopt: it has passed.
  std::optional<HttpResponse> SendTo(const std::string& node, HttpRequest request, Duration timeout,
                                     SteadyTime ends, const std::stop_token& stop);
  HttpResponse TryNodes(const HttpRequest& request, std::string_view subject,
                        const std::stop_token& stop);
  std::optional<std::size_t> NextNode(const std::vector<bool>& tried) const;
  void Sniff(const std::stop_token& stop);
  std::vector<std::string> ToSniff() const;
  void Use(std::vector<Node> found);

  Clock& clock_;
  HttpSender sender_;
  SteadyTime attempt_ends_{};
  std::vector<std::string> given_;  // the addresses of the configuration
  std::vector<Node> nodes_;         // the ones in use
  std::size_t next_ = 0;
  std::string user_;
  Secret password_, api_key_, bearer_token_;
  std::optional<AwsScope> aws_;
  AwsCredentials aws_credentials_;
  bool compress_ = false, sniff_ = false;
  SteadyTime sniffed_{}, sniff_at_{};
};

}  // namespace eventer
