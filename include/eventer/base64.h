// Base64 (RFC 4648, section 4) as kubeconfig files and HTTP's basic authentication use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eventer {

std::string Base64Encode(std::string_view bytes);
// Blanks and line ends are skipped, as in a folded YAML text. nullopt: not base64.
std::optional<std::string> Base64Decode(std::string_view text);

}  // namespace eventer
