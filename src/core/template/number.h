// Go's number literals: what `42`, `0x1F`, `1_000`, `'x'`, `1e3`, `0x1p-2`, `2i` and `1+2i` mean.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eventer::tmpl {

// One literal as every type that can hold it without loss: 1e3 is an integer, too.
struct Number {
  bool is_int = false, is_uint = false, is_float = false, is_complex = false;
  std::int64_t int_value = 0;
  std::uint64_t uint_value = 0;
  double float_value = 0;
  std::complex<double> complex_value;
};

enum class NumberForm : char { kPlain, kCharacter, kComplex };

// nullopt: no number; `*error` says why in Go's words.
std::optional<Number> ParseNumber(std::string_view text, NumberForm form, std::string* error);

}  // namespace eventer::tmpl
