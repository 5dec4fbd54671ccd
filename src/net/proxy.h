// Which proxy a request goes through, as Go's net/http decides it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/url.h"

namespace eventer {

// Hosts that NO_PROXY excepts: names ("a.b" also means everything under it, ".a.b" and "*.a.b"
// only what is under it), addresses, CIDR blocks, each with or without a port, or "*".
class NoProxy {
 public:
  NoProxy() = default;
  explicit NoProxy(std::string_view list);
  bool Covers(const std::string& host, std::uint16_t port) const;

 private:
  using Address = std::vector<unsigned char>;  // 4 bytes, or 16
  struct Rule {
    std::string suffix;        // ".a.b"; empty: an address rule
    bool also_itself = false;  // "a.b" too
    Address network;
    unsigned prefix_bits = 0;
    std::optional<std::uint16_t> port;
  };

  static std::optional<Address> ParseAddress(std::string_view text);
  static bool IsLoopback(const Address& address);
  static bool Matches(const Rule& rule, const std::string& host,
                      const std::optional<Address>& address);
  void Add(std::string_view entry);
  bool AddCidr(std::string_view entry);

  bool everything_ = false;
  std::vector<Rule> rules_;
};

// Immutable, so thread-safe.
class ProxyRules {
 public:
  // Returns an environment variable, or empty.
  using GetEnv = std::function<std::string(const char* name)>;

  // HTTP_PROXY, HTTPS_PROXY and NO_PROXY; names in small letters where the others are not set.
  // Throws ConfigError if a proxy is none that can be spoken to.
  static ProxyRules FromEnvironment(const GetEnv& get_env);
  // One proxy for every request; empty: none. Throws ConfigError likewise.
  static ProxyRules Fixed(std::string_view proxy);

  // The proxy for `target`, or null.
  const Url* For(const Url& target) const;

 private:
  std::optional<Url> http_, https_;
  NoProxy no_proxy_;
  bool from_environment_ = false;
};

}  // namespace eventer
