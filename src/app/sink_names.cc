#include "app/sink_names.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>

namespace eventer {
namespace {

std::string ShortHash(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (int i = 0; i < 4; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

// The value of name=, checked; nullopt: not given.
std::optional<std::string> GivenName(SinkUri& uri) {
  std::optional<std::string> name = uri.Get("name");
  if (!name) return std::nullopt;
  const bool printable = std::none_of(name->begin(), name->end(),
                                      [](unsigned char c) { return std::iscntrl(c) != 0; });
  if (name->empty() || !printable) uri.Fail("name", "needs printable characters");
  return name;
}

std::string KindAndHost(const SinkUri& uri) {
  return uri.host().empty() ? uri.key() : uri.key() + ":" + uri.ShownHost();
}

void Claim(std::set<std::string>& taken, const std::string& name, const SinkUri& uri) {
  if (!taken.insert(name).second) uri.Fail("name", "\"" + name + "\" is another sink's name too");
}

// `base` with a hash; with a number too where even that is taken.
std::string Distinguish(std::set<std::string>& taken, const std::string& base, const SinkUri& uri) {
  const std::string hashed = base + "-" + ShortHash(uri.Destination());
  std::string name = hashed;
  for (int i = 2; !taken.insert(name).second; ++i) name = hashed + "-" + std::to_string(i);
  return name;
}

}  // namespace

SinkNames NameSinks(std::vector<SinkUri>& uris) {
  SinkNames result;
  std::map<std::string, int> alike;
  std::set<std::string> taken;
  for (SinkUri& uri : uris) {
    std::optional<std::string> name = GivenName(uri);
    if (name) {
      Claim(taken, *name, uri);
    } else {
      ++alike[KindAndHost(uri)];
    }
    result.names.push_back(name.value_or(""));
  }
  for (std::size_t i = 0; i < uris.size(); ++i) {
    if (!result.names[i].empty()) continue;
    const std::string base = KindAndHost(uris[i]);
    if (alike[base] == 1 && taken.insert(base).second) {
      result.names[i] = base;
      continue;
    }
    result.names[i] = Distinguish(taken, base, uris[i]);
    result.warnings.push_back(uris[i].Name() + ": several sinks would be called " + base +
                              "; this one is " + result.names[i] +
                              " until its address or options change, and then begins anew: give "
                              "each of them a name with name=");
  }
  return result;
}

}  // namespace eventer
