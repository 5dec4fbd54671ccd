#include "net/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "eventer/error.h"
#include "eventer/text.h"

namespace eventer {
namespace {

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// Splits "host:port" or "[v6]:port"; without a port, or if it is a bare IPv6 address, all is host.
std::pair<std::string_view, std::string_view> SplitPort(std::string_view entry) {
  const std::size_t colon = entry.rfind(':');
  const bool bracketed = !entry.empty() && entry.front() == '[';
  if (colon == std::string_view::npos) return {entry, {}};
  if (bracketed && entry[colon - 1] != ']') return {entry, {}};
  if (!bracketed && entry.find(':') != colon) return {entry, {}};
  return {entry.substr(0, colon), entry.substr(colon + 1)};
}

std::string_view WithoutBrackets(std::string_view host) {
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

// `name`: what is wrong in an error's text; empty for an option, whose name the caller knows.
std::optional<Url> ParseProxy(std::string_view text, const std::string& name) {
  if (text.empty()) return std::nullopt;
  const std::string prefix = name.empty() ? "" : name + ": ";
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = ToLower(text.substr(0, scheme_end));
  if (scheme_end != std::string_view::npos && scheme != "http") {
    throw ConfigError(prefix + "a proxy of scheme \"" + scheme +
                      "\" is not supported, only http://host:port");
  }
  const std::string full =
      scheme_end == std::string_view::npos ? "http://" + std::string(text) : std::string(text);
  std::optional<Url> proxy = ParseUrl(full);
  if (!proxy) throw ConfigError(prefix + "the proxy is not of the form http://host:port");
  return proxy;
}

}  // namespace

NoProxy::NoProxy(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    Add(ToLower(Trim(list.substr(0, comma))));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

void NoProxy::Add(std::string_view entry) {
  if (entry == "*") everything_ = true;
  if (entry.empty() || entry == "*" || AddCidr(entry)) return;
  auto [host, port] = SplitPort(entry);
  host = WithoutBrackets(host);
  if (host.empty()) return;
  Rule rule;
  if (!port.empty()) {
    rule.port = ParseNumber<std::uint16_t>(port);
    if (!rule.port) return;
  }
  if (auto address = ParseAddress(host)) {
    rule.network = *address;
    rule.prefix_bits = static_cast<unsigned>(address->size()) * 8;
  } else {
    if (host.starts_with("*.")) host.remove_prefix(1);
    rule.also_itself = host.front() != '.';
    rule.suffix = (rule.also_itself ? "." : "") + std::string(host);
  }
  rules_.push_back(std::move(rule));
}

bool NoProxy::AddCidr(std::string_view entry) {
  const std::size_t slash = entry.find('/');
  if (slash == std::string_view::npos) return false;
  auto address = ParseAddress(entry.substr(0, slash));
  auto bits = ParseNumber<unsigned>(entry.substr(slash + 1));
  if (!address || !bits || *bits > address->size() * 8) return false;
  Rule rule;
  rule.network = *address;
  rule.prefix_bits = *bits;
  rules_.push_back(std::move(rule));
  return true;
}

std::optional<NoProxy::Address> NoProxy::ParseAddress(std::string_view text) {
  const std::string copy(text);
  Address address(4);
  if (inet_pton(AF_INET, copy.c_str(), address.data()) == 1) return address;
  address.resize(16);
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) != 1) return std::nullopt;
  // An IPv4 address in IPv6 clothes is the same address.
  static const Address kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), address.begin())) {
    address.erase(address.begin(), address.begin() + 12);
  }
  return address;
}

bool NoProxy::IsLoopback(const Address& address) {
  if (address.size() == 4) return address[0] == 127;
  return address.back() == 1 && std::all_of(address.begin(), address.end() - 1,
                                            [](unsigned char byte) { return byte == 0; });
}

bool NoProxy::Matches(const Rule& rule, const std::string& host,
                      const std::optional<Address>& address) {
  if (!rule.suffix.empty()) {
    if (address) return false;
    return host.ends_with(rule.suffix) || (rule.also_itself && host == rule.suffix.substr(1));
  }
  if (!address || address->size() != rule.network.size()) return false;
  for (unsigned bit = 0; bit < rule.prefix_bits; ++bit) {
    const unsigned mask = 0x80u >> (bit % 8);
    if (((*address)[bit / 8] & mask) != (rule.network[bit / 8] & mask)) return false;
  }
  return true;
}

bool NoProxy::Covers(const std::string& host, std::uint16_t port) const {
  const std::optional<Address> address = ParseAddress(host);
  if (everything_ || host == "localhost" || (address && IsLoopback(*address))) return true;
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return (!rule.port || *rule.port == port) && Matches(rule, host, address);
  });
}

ProxyRules ProxyRules::FromEnvironment(const GetEnv& get_env) {
  auto get = [&](const char* upper, const char* lower) {
    std::string value = get_env(upper);
    return value.empty() ? get_env(lower) : value;
  };
  ProxyRules rules;
  rules.from_environment_ = true;
  rules.http_ = ParseProxy(get("HTTP_PROXY", "http_proxy"), "HTTP_PROXY");
  rules.https_ = ParseProxy(get("HTTPS_PROXY", "https_proxy"), "HTTPS_PROXY");
  rules.no_proxy_ = NoProxy(get("NO_PROXY", "no_proxy"));
  return rules;
}

ProxyRules ProxyRules::Fixed(std::string_view proxy) {
  ProxyRules rules;
  rules.http_ = rules.https_ = ParseProxy(proxy, "");
  return rules;
}

const Url* ProxyRules::For(const Url& target) const {
  const std::optional<Url>& proxy = target.secure() ? https_ : http_;
  if (!proxy || (from_environment_ && no_proxy_.Covers(target.host, target.port))) return nullptr;
  return &*proxy;
}

}  // namespace eventer
