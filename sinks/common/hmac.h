// HMAC-SHA256, with which receivers want requests signed.
#pragma once

#include <string>
#include <string_view>

namespace eventer {

// 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view text);

}  // namespace eventer
