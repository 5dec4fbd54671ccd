// gzip, for HTTP bodies.
#pragma once

#include <string>
#include <string_view>

namespace eventer {

// `text` as one gzip member (RFC 1952).
std::string Gzip(std::string_view text);

}  // namespace eventer
