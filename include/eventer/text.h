// Texts that others wrote: answers, files, options.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace eventer {

// Without the blanks and line ends at both ends. A part of `text`.
std::string_view Trim(std::string_view text);

// The beginning of `text` on one line, control characters as blanks: at most `max_bytes`, cut at a
// code point, with "…" behind it where something was cut.
std::string OneLine(std::string_view text, std::size_t max_bytes = std::string_view::npos);

// Go's strconv.ParseBool; nullopt: neither.
std::optional<bool> ParseGoBool(std::string_view text);

}  // namespace eventer
