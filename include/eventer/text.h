// Texts that others wrote: answers, files, options.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eventer {

// Without the blanks and line ends at both ends. A part of `text`.
std::string_view Trim(std::string_view text);

// What stands between any of `separators`, as written. Behind the last one an empty part is none.
std::vector<std::string_view> Split(std::string_view text, std::string_view separators);

// How many bytes of `text`, `max_bytes` at most, end at a code point.
std::size_t CutPoint(std::string_view text, std::size_t max_bytes);

// The beginning of `text` on one line, control characters as blanks: at most `max_bytes`, cut at a
// code point, with "…" behind it where something was cut.
std::string OneLine(std::string_view text, std::size_t max_bytes = std::string_view::npos);

// Go's strconv.ParseBool; nullopt: neither.
std::optional<bool> ParseGoBool(std::string_view text);

}  // namespace eventer
