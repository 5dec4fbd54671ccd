#include "eventer/authority.h"

#include <algorithm>
#include <charconv>

#include "eventer/ascii.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

bool IsLegalInName(char c) { return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_'; }

bool IsLegalInIpv6(char c) { return HexValue(c) >= 0 || c == ':' || c == '.'; }

bool IsName(std::string_view host) { return std::ranges::all_of(host, IsLegalInName); }

bool IsIpv6(std::string_view host) {
  return host.find(':') != std::string_view::npos && std::ranges::all_of(host, IsLegalInIpv6);
}

// ":80", ":" or nothing.
bool ReadPort(std::string_view text, std::uint16_t* port) {
  if (text.empty() || text == ":") return true;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + 1, end, *port);
  return text.front() == ':' && error == std::errc() && stopped == end && *port != 0;
}

}  // namespace

std::optional<Authority> ParseAuthority(std::string_view text, std::string* error) {
  Authority authority;
  const std::size_t begin = text.starts_with('[') ? 1 : 0;
  const std::size_t end = text.find(begin == 1 ? ']' : ':');
  authority.host = text.substr(begin, end - begin);
  if (begin == 1 && (end == std::string_view::npos || !IsIpv6(authority.host))) {
    *error = "bad IPv6 address";
    return std::nullopt;
  }
  if (authority.host.empty()) {
    *error = text.empty() ? "no host" : "no host before the port";
    return std::nullopt;
  }
  if (begin == 0 && !IsName(authority.host)) {
    *error = "no host has such a name (an international one is written as xn--...)";
    return std::nullopt;
  }
  text.remove_prefix(std::min(end, text.size()));
  if (begin == 1) text.remove_prefix(1);
  if (!ReadPort(text, &authority.port)) {
    *error = "the port must be from 1 to 65535";
    return std::nullopt;
  }
  return authority;
}

}  // namespace eventer
