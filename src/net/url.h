// The parts of an absolute http or https URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eventer {

struct Url {
  std::string scheme;       // "http" or "https"
  std::string user_info;    // percent-decoded "user:password"; a secret
  std::string host;         // a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;   // the scheme's own if none was given
  std::string host_header;  // host and port as they were written
  std::string target;       // path and query, only bytes that a request line may hold

  bool secure() const { return scheme == "https"; }
  bool ipv6() const { return host.find(':') != std::string::npos; }
  // "[::1]:443", "name:80": who is spoken to. No secret.
  std::string authority() const;
};

// nullopt: no absolute URL of http or https with a host. In path and query every byte that is
// legal there stays as it is, any other is percent-encoded; a fragment is left out.
std::optional<Url> ParseUrl(std::string_view text);

// An IPv4 or IPv6 address in full: for `127.1` a resolver is needed.
bool IsAddress(const std::string& host);

// ASCII letters in small; every other byte as it is.
std::string ToLower(std::string_view text);

}  // namespace eventer
