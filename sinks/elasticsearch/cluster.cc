#include "elasticsearch/cluster.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
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
constexpr Duration kLongestSniff = std::chrono::seconds(30);

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

struct Address {
  std::string url, userinfo;
};

// scheme://host/path of what is given, without '/' at the end.
Address ReadAddress(const SinkUri& uri, const std::string& text) {
  const SinkUri node = uri.ParseOption("nodes", text);
  if (node.host().empty() || (node.scheme() != "http" && node.scheme() != "https")) {
    throw ConfigError(uri.Name() + ": a node needs an address such as http://host:9200");
  }
  const std::string path = node.path().substr(0, node.path().find_last_not_of('/') + 1);
  return {node.scheme() + "://" + node.host() + path, node.userinfo()};
}

// The URI's own address has no path, as in the original.
std::string OwnNodeText(SinkUri& uri) {
  const std::string example = "such as " + uri.key() + ":http://es:9200";
  const bool web = uri.scheme() == "http" || uri.scheme() == "https";
  if (!web && !(uri.scheme().empty() && uri.host().empty())) {
    throw ConfigError(uri.Name() + ": the address must begin with http:// or https://, " + example);
  }
  if (uri.host().empty()) {
    throw ConfigError(uri.Name() + ": there is no node: give an address, " + example +
                      ", or the option nodes");
  }
  if (uri.path().size() > 1) uri.Warn("the path of the address is not used: give it by nodes");
  return uri.scheme() + "://" + uri.host();
}

std::vector<std::string> NodeTexts(SinkUri& uri) {
  std::vector<std::string> nodes = uri.GetEncodedList("nodes");
  if (nodes.empty()) nodes.push_back(OwnNodeText(uri));
  return nodes;
}

// The address that a node publishes: "host/ip:port" or "ip:port". Empty: none.
std::string PublishedAddress(const json& node) {
  const json::json_pointer at("/http/publish_address");
  if (!node.is_object() || !node.contains(at) || !node[at].is_string()) return {};
  const auto text = node[at].get<std::string>();
  const std::size_t slash = text.find('/'), colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  return slash == std::string::npos ? text : text.substr(0, slash) + text.substr(colon);
}

// Of an answer to GET /_nodes/http; empty: it is none.
std::vector<std::string> PublishedAddresses(const HttpResponse& response) {
  const json body = json::parse(response.body, nullptr, false);
  std::vector<std::string> addresses;
  if (response.status != 200 || !body.is_object() || !body.contains("nodes")) return addresses;
  for (const auto& [id, node] : body["nodes"].items()) {
    std::string address = PublishedAddress(node);
    if (!address.empty()) addresses.push_back(std::move(address));
  }
  return addresses;
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
    given_.push_back(address.url);
    nodes_.push_back({std::move(address.url), {}});
    if (!address.userinfo.empty()) userinfo = std::move(address.userinfo);
  }
  ReadUser(uri, userinfo);
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

// Options beat what stands in an address.
void Cluster::ReadUser(SinkUri& uri, const std::string& userinfo) {
  const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
  const std::string password = userinfo.substr(std::min(colon + 1, userinfo.size()));
  user_ = uri.GetOr("esUserName", "");
  if (!user_.empty() && !userinfo.empty()) {
    uri.Warn("the user in the address is not used: esUserName is given");
  } else if (!userinfo.empty()) {
    user_ = userinfo.substr(0, colon);
    if (password_.empty()) {
      password_ = Secret::Fixed(password);
    } else if (!password.empty()) {
      uri.Warn("the password in the address is not used: esUserSecret is given");
    }
  }
  if (user_.empty() != password_.empty()) {
    uri.Fail(user_.empty() ? "esUserName" : "esUserSecret", "is missing: both or none");
  }
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

std::optional<HttpResponse> Cluster::SendTo(const std::string& node, HttpRequest request,
                                            Duration timeout, SteadyTime ends,
                                            const std::stop_token& stop) {
  request.timeout = std::min(timeout, ends - clock_.Steady());
  if (request.timeout <= Duration::zero()) return std::nullopt;
  request.url = node + request.url;
  Authorize(&request);
  return sender_.SendOnce(request, stop);
}

HttpResponse Cluster::Send(std::string_view method, const std::string& target, std::string body,
                           std::string_view content_type, std::string_view subject,
                           std::stop_token stop) {
  if (sniff_ && clock_.Steady() >= sniff_at_) Sniff(stop);
  HttpRequest request;
  request.method = method;
  request.url = target;
  if (!body.empty()) request.headers.emplace_back("Content-Type", content_type);
  if (compress_ && !body.empty()) {
    request.headers.emplace_back("Content-Encoding", "gzip");
    body = Gzip(body);
  }
  request.body = std::move(body);
  return TryNodes(request, subject, stop);
}

HttpResponse Cluster::TryNodes(const HttpRequest& request, std::string_view subject,
                               const std::stop_token& stop) {
  const Duration timeout = sender_.TimeoutFor(subject);
  HttpResponse last;
  last.error = HttpError::kTimeout;
  last.error_text = "no time is left of this attempt: what was sent before took all of it";
  std::optional<HttpResponse> late;
  std::vector<bool> tried(nodes_.size());
  while (const std::optional<std::size_t> node = NextNode(tried)) {
    std::optional<HttpResponse> response =
        SendTo(nodes_[*node].url, request, timeout, attempt_ends_, stop);
    if (!response) break;
    last = *std::move(response);
    if (last.status != 0 || stop.stop_requested()) {
      next_ = (*node + 1) % nodes_.size();
      sender_.Note(subject, timeout, last);
      return last;
    }
    if (last.error == HttpError::kTimeout && last.sent) late = last;
    tried[*node] = true;
    nodes_[*node].dead_until = clock_.Steady() + kLeftAlone;
  }
  sender_.Note(subject, timeout, late.value_or(last));
  sniff_at_ = std::min(sniff_at_, sniffed_ + kLeftAlone);  // they may have moved
  return last;
}

// The nodes that answered, the given addresses, the others; each once.
std::vector<std::string> Cluster::ToSniff() const {
  std::vector<std::string> urls;
  const auto add = [&](const std::string& url) {
    if (std::ranges::find(urls, url) == urls.end()) urls.push_back(url);
  };
  const auto dead = [&](const Node& node) { return node.dead_until > clock_.Steady(); };
  for (const Node& node : nodes_) {
    if (!dead(node)) add(node.url);
  }
  for (const std::string& url : given_) add(url);
  for (const Node& node : nodes_) add(node.url);
  return urls;
}

// The cluster's own addresses take the nodes' place; without an answer they stay.
void Cluster::Sniff(const std::stop_token& stop) {
  sniffed_ = clock_.Steady();
  sniff_at_ = sniffed_ + kSniffAgain;
  const SteadyTime ends = std::min(sniffed_ + kLongestSniff, attempt_ends_);
  HttpRequest request;
  request.url = "/_nodes/http?filter_path=nodes.*.http.publish_address";
  const std::string scheme = given_[0].substr(0, given_[0].find("://") + 3);
  for (const std::string& url : ToSniff()) {
    const auto response = SendTo(url, request, sender_.TimeoutFor(""), ends, stop);
    if (!response || stop.stop_requested()) return;
    std::vector<Node> found;
    for (const std::string& address : PublishedAddresses(*response)) {
      found.push_back({scheme + address, {}});
    }
    if (!found.empty()) return Use(std::move(found));
  }
}

// What is dead stays so.
void Cluster::Use(std::vector<Node> found) {
  for (Node& node : found) {
    const auto before = std::ranges::find(nodes_, node.url, &Node::url);
    if (before != nodes_.end()) node.dead_until = before->dead_until;
  }
  nodes_ = std::move(found);
  next_ = 0;
}

std::vector<std::string> Cluster::Secrets() {
  std::vector<std::string> secrets = {password_.Get(), api_key_.Get(), bearer_token_.Get(),
                                      aws_credentials_.secret_key, aws_credentials_.session_token};
  if (!user_.empty()) secrets.push_back(Base64Encode(user_ + ":" + password_.Get()));
  return secrets;
}

}  // namespace eventer
