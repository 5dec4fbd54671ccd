#include "net/url.h"

#include <arpa/inet.h>

#include "eventer/ascii.h"
#include "eventer/authority.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// RFC 3986: pchar, "/" and "?"; "%" is taken for the beginning of an escape.
bool IsLegalInTarget(char c) {
  constexpr std::string_view kLegal = "-._~!$&'()*+,;=:@/?%";
  return IsAlphanumeric(c) || kLegal.find(c) != std::string_view::npos;
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
  std::string error;
  const std::optional<Authority> who = ParseAuthority(authority, &error);
  if (!who) return std::nullopt;
  url.host = ToLower(who->host);
  if (who->port != 0) url.port = who->port;
  url.host_header = authority;
  url.target = EncodeTarget(text.substr(0, text.find('#')));
  return url;
}

bool IsAddress(const std::string& host) {
  unsigned char address[16];
  return inet_pton(AF_INET, host.c_str(), address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address) == 1;
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = Lower(c);
  return lower;
}

}  // namespace eventer
