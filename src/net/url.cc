#include "net/url.h"

#include <charconv>

#include "eventer/ascii.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// RFC 3986: pchar, "/" and "?"; "%" is taken for the beginning of an escape.
bool IsLegalInTarget(char c) {
  constexpr std::string_view kLegal = "-._~!$&'()*+,;=:@/?%";
  return IsAlphanumeric(c) || kLegal.find(c) != std::string_view::npos;
}

bool IsLegalInHost(char c) { return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_'; }

bool IsLegalInIpv6(char c) {
  return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'f') || c == ':' || c == '.';
}

template <typename Legal>
bool AllOf(std::string_view text, Legal legal) {
  for (char c : text) {
    if (!legal(c)) return false;
  }
  return !text.empty();
}

std::string EncodeTarget(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string target;
  if (text.empty() || text.front() != '/') target = "/";
  for (char c : text) {
    if (IsLegalInTarget(c)) {
      target += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      target += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return target;
}

bool ParsePort(std::string_view text, std::uint16_t* port) {
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, *port);
  return error == std::errc() && stopped == end && *port != 0;
}

// "host", "host:port", "[v6]", "[v6]:port" into host and port.
bool ParseHost(std::string_view text, Url* url) {
  std::string_view host = text, port;
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return false;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!AllOf(host, IsLegalInIpv6) || host.find(':') == std::string_view::npos) return false;
  } else {
    host = text.substr(0, text.find(':'));
    port = text.substr(host.size());
    if (!AllOf(host, IsLegalInHost)) return false;
  }
  url->host = ToLower(host);
  if (port.empty() || port == ":") return true;
  return port.front() == ':' && ParsePort(port.substr(1), &url->port);
}

}  // namespace

std::string Url::authority() const {
  return (ipv6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Url> ParseUrl(std::string_view text) {
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  url.scheme = ToLower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  url.port = url.secure() ? 443 : 80;
  text.remove_prefix(colon + 3);

  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.user_info = PercentDecode(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  if (!ParseHost(authority, &url)) return std::nullopt;
  url.host_header = authority;
  url.target = EncodeTarget(text.substr(0, text.find('#')));
  return url;
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = Lower(c);
  return lower;
}

}  // namespace eventer
