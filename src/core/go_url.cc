#include "core/go_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

#include "eventer/ascii.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

enum class Part { kQuery, kUserinfo, kPath, kHost, kZone };

bool IsIn(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool MayStandInHost(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || IsAlphanumeric(c) ||
         IsIn(c, "-_.~!$&'()*+,;=:[]<>\"");
}

// Whether Go decodes the escape of `byte` in this part: in a host only bytes outside ASCII may be
// escaped, in an IPv6 zone also what a host may hold, and '%' itself in both.
bool MayBeEscaped(int byte, Part part) {
  const char c = static_cast<char>(byte);
  if (part == Part::kHost) return byte >= 0x80 || c == '%';
  if (part == Part::kZone) return c == '%' || c == ' ' || (byte < 0x80 && MayStandInHost(c));
  return true;
}

// Go's unescape; nullopt: a bad escape, or a byte that a host may not hold.
std::optional<std::string> Unescape(std::string_view text, Part part) {
  const bool in_host = part == Part::kHost || part == Part::kZone;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = HexValue(text[i + 1]), low = HexValue(text[i + 2]);
      if (high < 0 || low < 0 || !MayBeEscaped(high * 16 + low, part)) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else if (in_host && !MayStandInHost(text[i])) {
      return std::nullopt;
    } else {
      out.push_back(text[i] == '+' && part == Part::kQuery ? ' ' : text[i]);
    }
  }
  return out;
}

// Cuts `text` at the first `separator`: what is before it, and what is behind it in `*rest`.
std::string_view CutAt(std::string_view text, char separator, std::string_view* rest) {
  const std::size_t at = text.find(separator);
  *rest = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return text.substr(0, at);
}

class UrlParser {
 public:
  explicit UrlParser(std::string* error) : error_(*error) {}

  std::optional<GoUrl> Parse(std::string_view text) {
    std::string_view fragment;
    std::string_view rest = CutAt(text, '#', &fragment);
    url_.has_fragment = !fragment.empty();
    const bool good =
        NoControlBytes(rest) && Scheme(&rest) && AfterScheme(rest) && Escapes(fragment, "fragment");
    if (!good) return std::nullopt;
    return std::move(url_);
  }

 private:
  bool Fail(std::string_view why) {
    error_ = why;
    return false;
  }

  bool Escapes(std::string_view text, const std::string& part) {
    return Unescape(text, Part::kPath).has_value() || Fail("bad %-escape in the " + part);
  }

  bool NoControlBytes(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](unsigned char c) { return c < 0x20 || c == 0x7f; }) ||
           Fail("control character");
  }

  bool Scheme(std::string_view* rest) {
    for (std::size_t i = 0; i < rest->size(); ++i) {
      const char c = (*rest)[i];
      if (c == ':' && i == 0) return Fail("no scheme before ':'");
      if (c == ':') {
        url_.scheme = rest->substr(0, i);
        std::transform(url_.scheme.begin(), url_.scheme.end(), url_.scheme.begin(),
                       [](unsigned char letter) { return std::tolower(letter); });
        rest->remove_prefix(i + 1);
        return true;
      }
      if (!IsAlpha(c) && (i == 0 || !(IsDigit(c) || IsIn(c, "+-.")))) return true;
    }
    return true;
  }

  bool AfterScheme(std::string_view rest) {
    std::string_view query;
    rest = CutAt(rest, '?', &query);
    url_.raw_query = query;
    if (!rest.starts_with('/')) {
      if (!url_.scheme.empty()) {
        url_.opaque = rest;
        return true;
      }
      std::string_view path_rest;
      if (IsIn(':', CutAt(rest, '/', &path_rest))) return Fail("':' before the first '/'");
    }
    if (rest.starts_with("//") && (!url_.scheme.empty() || !rest.starts_with("///"))) {
      rest.remove_prefix(2);
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      if (!Authority(rest.substr(0, slash))) return false;
      rest.remove_prefix(slash);
    }
    url_.path = rest;
    return Escapes(rest, "path");
  }

  bool Authority(std::string_view authority) {
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return Host(authority);
    return Host(authority.substr(at + 1)) && Userinfo(authority.substr(0, at));
  }

  bool Userinfo(std::string_view text) {
    const bool legal = std::all_of(text.begin(), text.end(), [](char c) {
      return IsAlphanumeric(c) || IsIn(c, "-._:~!$&'()*+,;=%@");
    });
    auto decoded = Unescape(text, Part::kUserinfo);
    if (!legal || !decoded) return Fail("bad user name or password");
    url_.userinfo = std::move(*decoded);
    return true;
  }

  bool Port(std::string_view text) {
    const bool good =
        text.empty() || (text[0] == ':' && std::all_of(text.begin() + 1, text.end(), IsDigit));
    return good || Fail("the port is no number");
  }

  bool Host(std::string_view text) {
    const std::size_t bracket = text.rfind('[');
    if (bracket == 0) return BracketedHost(text);
    if (bracket != std::string_view::npos) return Fail("'[' inside the host");
    // Only databases have lists of hosts with ports.
    const bool one_host = url_.scheme == "http" || url_.scheme == "https";
    const std::size_t colon = one_host ? text.find(':') : text.rfind(':');
    if (colon != std::string_view::npos && !Port(text.substr(colon))) return false;
    auto host = Unescape(text, Part::kHost);
    if (!host) return Fail("bad host");
    url_.host = std::move(*host);
    return true;
  }

  bool BracketedHost(std::string_view text) {
    const std::size_t close = text.rfind(']');
    if (close == std::string_view::npos) return Fail("']' is missing");
    if (!Port(text.substr(close + 1))) return false;
    const std::string_view name = text.substr(1, close - 1);
    const std::size_t zone_at = std::min(name.find("%25"), name.size());
    const auto address = Unescape(name.substr(0, zone_at), Part::kHost);
    const auto zone = Unescape(name.substr(zone_at), Part::kZone);
    in6_addr binary;
    if (!address || !zone || *zone == "%" || inet_pton(AF_INET6, address->c_str(), &binary) != 1) {
      return Fail("bad IPv6 address");
    }
    url_.host = "[" + *address + *zone + "]" + std::string(text.substr(close + 1));
    return true;
  }

  GoUrl url_;
  std::string& error_;
};

}  // namespace

std::optional<GoUrl> ParseGoUrl(std::string_view text, std::string* error) {
  return UrlParser(error).Parse(text);
}

GoQuery ParseGoQuery(std::string_view raw_query) {
  GoQuery query;
  while (!raw_query.empty()) {
    const std::string_view pair = CutAt(raw_query, '&', &raw_query);
    if (pair.empty()) continue;
    std::string_view raw_value;
    auto key = Unescape(CutAt(pair, '=', &raw_value), Part::kQuery);
    auto value = Unescape(raw_value, Part::kQuery);
    if (!key || !value || IsIn(';', pair)) {
      ++query.dropped;
    } else {
      query.pairs.emplace_back(std::move(*key), std::move(*value));
    }
  }
  return query;
}

}  // namespace eventer
