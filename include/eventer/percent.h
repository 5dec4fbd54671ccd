// Percent-encoding (RFC 3986, section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eventer {

// Every byte but letters, digits and "-._~" as %XX: good for a path segment, a query value, and
// the end of a header's name.
std::string PercentEncode(std::string_view text);
// The byte that the escape means which `text` begins with; nullopt: it begins with none.
std::optional<char> PercentEscape(std::string_view text);
// Malformed escapes stay as they are.
std::string PercentDecode(std::string_view text);
// -1: no hexadecimal digit.
int HexValue(char c);

}  // namespace eventer
