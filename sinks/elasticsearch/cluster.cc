#include "elasticsearch/cluster.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "eventer/base64.h"
#include "eventer/error.h"
#include "eventer/gzip.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

using nlohmann::json;

constexpr Duration kLeftAlone = std::chrono::minutes(1);
constexpr Duration kSniffAgain = std::chrono::minutes(15);  // as the original's client

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

struct Address {
  std::string url, userinfo;
};

// scheme://host of what is given; a path is dropped, as the original drops it.
Address ReadAddress(const SinkUri& uri, const std::string& text) {
  const SinkUri node = SinkUri::Parse(uri.flag(), uri.key() + ":" + text);
  if (node.host().empty() || (node.scheme() != "http" && node.scheme() != "https")) {
    throw ConfigError(uri.Name() + ": a node needs an address such as http://host:9200");
  }
  return {node.scheme() + "://" + node.host(), node.userinfo()};
}

std::vector<std::string> NodeTexts(SinkUri& uri) {
  std::vector<std::string> nodes = uri.GetList("nodes");
  if (nodes.empty() && !uri.host().empty()) nodes.push_back(uri.scheme() + "://" + uri.host());
  if (nodes.empty()) {
    throw ConfigError(uri.Name() + ": there is no node: give an address, or the option nodes");
  }
  return nodes;
}

AwsScope ReadAwsScope(SinkUri& uri) {
  std::string region = uri.GetOr("region", "");
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (region.empty()) region = Variable(name);
  }
  if (region.empty()) uri.Fail("region", "is required with sigv4 (or AWS_REGION)");
  return {region, uri.GetOr("service", "es")};
}

AwsCredentials ReadAwsCredentials(const SinkUri& uri) {
  AwsCredentials credentials{Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"),
                             Variable("AWS_SESSION_TOKEN")};
  if (credentials.access_key.empty() || credentials.secret_key.empty()) {
    uri.Fail("sigv4", "needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
  }
  return credentials;
}

}  // namespace

Cluster::Cluster(SinkUri& uri, const SinkContext& context)
    : clock_(context.clock),
      sender_(uri, context),
      password_(Secret::Read(uri, "esUserSecret", context.clock)),
      api_key_(Secret::Read(uri, "api_key", context.clock)),
      bearer_token_(Secret::Read(uri, "bearer_token", context.clock)) {
  std::string userinfo = uri.userinfo();
  for (const std::string& text : NodeTexts(uri)) {
    Address address = ReadAddress(uri, text);
    nodes_.push_back({std::move(address.url), {}});
    if (!address.userinfo.empty()) userinfo = std::move(address.userinfo);
  }
  user_ = uri.GetOr("esUserName", "");
  if (user_.empty() && !userinfo.empty()) {
    const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
    user_ = userinfo.substr(0, colon);
    password_ = Secret::Fixed(userinfo.substr(std::min(colon + 1, userinfo.size())));
  }
  if (user_.empty() != password_.empty()) {
    uri.Fail(user_.empty() ? "esUserName" : "esUserSecret", "is missing: both or none");
  }
  if (uri.GetBool("sigv4", false)) {
    aws_ = ReadAwsScope(uri);
    aws_credentials_ = ReadAwsCredentials(uri);
  } else {
    for (const char* option : {"region", "service"}) uri.Ignore(option, "sigv4 is not given");
  }
  const int ways = !user_.empty() + !api_key_.empty() + !bearer_token_.empty() + aws_.has_value();
  if (ways > 1) {
    throw ConfigError(uri.Name() +
                      ": only one of esUserName, api_key, bearer_token and sigv4 can be used");
  }
  compress_ = uri.GetBool("compress", false);
  sniff_ = uri.GetBool("sniff", false);
}

void Cluster::Authorize(HttpRequest* request) {
  if (aws_) return SignAwsV4(aws_credentials_, *aws_, clock_.Wall(), request);
  std::string value;
  if (!user_.empty()) value = "Basic " + Base64Encode(user_ + ":" + password_.Get());
  if (!api_key_.empty()) value = "ApiKey " + api_key_.Get();
  if (!bearer_token_.empty()) value = "Bearer " + bearer_token_.Get();
  if (!value.empty()) request->headers.emplace_back("Authorization", std::move(value));
}

std::optional<std::size_t> Cluster::NextNode(const std::vector<bool>& tried) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::size_t node = (next_ + i) % nodes_.size();
    if (tried[node]) continue;
    if (nodes_[node].dead_until <= clock_.Steady()) return node;
    if (!best || nodes_[node].dead_until < nodes_[*best].dead_until) best = node;
  }
  return best;
}

HttpResponse Cluster::SendTo(const Node& node, HttpRequest request, std::string_view subject,
                             const std::stop_token& stop) {
  request.url = node.url + request.url;
  Authorize(&request);
  return sender_.Send(std::move(request), subject, stop);
}

HttpResponse Cluster::Send(std::string_view method, const std::string& target, std::string body,
                           std::string_view content_type, std::string_view subject,
                           std::stop_token stop) {
  if (sniff_ && (!sniffed_ || clock_.Steady() - *sniffed_ >= kSniffAgain)) Sniff(stop);
  HttpRequest request;
  request.method = method;
  request.url = target;
  if (!body.empty()) request.headers.emplace_back("Content-Type", content_type);
  if (compress_ && !body.empty()) {
    request.headers.emplace_back("Content-Encoding", "gzip");
    body = Gzip(body);
  }
  request.body = std::move(body);
  HttpResponse response;
  std::vector<bool> tried(nodes_.size());
  while (const std::optional<std::size_t> node = NextNode(tried)) {
    response = SendTo(nodes_[*node], request, subject, stop);
    if (response.status != 0 || stop.stop_requested()) {
      next_ = (*node + 1) % nodes_.size();
      break;
    }
    tried[*node] = true;
    nodes_[*node].dead_until = clock_.Steady() + kLeftAlone;
  }
  return response;
}

// The cluster's own addresses take the nodes' place; without an answer they stay.
void Cluster::Sniff(const std::stop_token& stop) {
  sniffed_ = clock_.Steady();
  HttpRequest request;
  request.url = "/_nodes/http?filter_path=nodes.*.http.publish_address";
  const std::string scheme = nodes_[0].url.substr(0, nodes_[0].url.find("://") + 3);
  for (const Node& node : nodes_) {
    const HttpResponse response = SendTo(node, request, "sniff", stop);
    const json body = json::parse(response.body, nullptr, false);
    if (response.status != 200 || !body.is_object() || !body.contains("nodes")) continue;
    std::vector<Node> found;
    for (const auto& [id, each] : body["nodes"].items()) {
      const json address = each.value("/http/publish_address"_json_pointer, json());
      if (!address.is_string()) continue;
      const auto text = address.get<std::string>();  // host/ip:port, or ip:port
      const std::size_t slash = text.find('/'), colon = text.rfind(':');
      const std::string host =
          slash == std::string::npos ? text : text.substr(0, slash) + text.substr(colon);
      found.push_back({scheme + host, {}});
    }
    if (found.empty()) continue;
    nodes_ = std::move(found);
    next_ = 0;
    return;
  }
}

std::string Cluster::HideSecrets(std::string text) {
  const std::vector<std::string> secrets = {password_.Get(), api_key_.Get(), bearer_token_.Get(),
                                            aws_credentials_.secret_key,
                                            aws_credentials_.session_token};
  return eventer::HideSecrets(std::move(text), secrets);
}

}  // namespace eventer
