// The part of an http or https URL that says who is spoken to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eventer {

struct Authority {
  std::string_view host;   // a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;  // 0: none is given
};

// "host", "host:port", "[v6]" or "[v6]:port", without a user. nullopt: nobody can be spoken to
// there; `*error` says why without quoting the text.
std::optional<Authority> ParseAuthority(std::string_view text, std::string* error);

}  // namespace eventer
