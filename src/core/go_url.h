// URLs as Go's net/url reads them: what a user wrote for the original must mean the same here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eventer {

struct GoUrl {
  std::string scheme;         // in small letters
  std::string opaque;         // of "scheme:rest" where rest does not begin with '/'
  std::string userinfo;       // decoded "user" or "user:password"
  std::string host;           // host[:port], decoded; IPv6 in brackets
  std::string path;           // as written
  std::string raw_query;      // as written, without '?'
  bool has_fragment = false;  // something behind '#' was cut off
};

// url.Parse. nullopt: Go refuses it; `*error` says why without quoting the text, which may hold a
// secret anywhere.
std::optional<GoUrl> ParseGoUrl(std::string_view text, std::string* error);

struct GoQuery {
  std::vector<std::pair<std::string, std::string>> pairs;  // decoded, in order
  std::size_t dropped = 0;                                 // pairs with a bad escape or a ';'
};

// url.Query: malformed pairs are dropped, the others count.
GoQuery ParseGoQuery(std::string_view raw_query);

}  // namespace eventer
