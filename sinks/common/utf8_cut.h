// Texts that are too long for their receiver.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eventer {

// `text`, or its beginning with "…" at the end: at most so many code points and bytes, the mark
// included. Never cuts inside a code point.
std::string CutUtf8(std::string_view text, std::size_t max_characters, std::size_t max_bytes);

}  // namespace eventer
