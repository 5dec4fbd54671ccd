// However the network cuts a stream into reads, the lines are the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/line_splitter.h"

namespace {

constexpr std::size_t kMaxLine = 32;

struct Result {
  std::vector<std::string> lines;
  std::vector<std::uint64_t> skipped;
  bool operator==(const Result&) const = default;
};

// `cuts`: each byte is the length of a read; after them one read takes the rest.
Result Split(std::string_view text, std::string_view cuts, std::size_t wanted_lines) {
  Result result;
  eventer::LineSplitter splitter(
      [&](std::string_view line) {
        result.lines.emplace_back(line);
        return result.lines.size() < wanted_lines;
      },
      [&](std::uint64_t bytes) { result.skipped.push_back(bytes); }, kMaxLine);
  for (unsigned char cut : cuts) {
    const std::size_t size = std::min<std::size_t>(cut, text.size());
    splitter.Feed(text.substr(0, size));
    text.remove_prefix(size);
  }
  splitter.Feed(text);
  splitter.Finish();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t wanted_lines = 1 + data[0];
  const std::size_t cuts = std::min<std::size_t>(data[1], size - 2);
  const std::string_view text = input.substr(2 + cuts);
  const Result whole = Split(text, "", wanted_lines);
  if (Split(text, input.substr(2, cuts), wanted_lines) != whole) std::abort();
  if (Split(text, std::string(text.size(), '\1'), wanted_lines) != whole) std::abort();
  for (const std::string& line : whole.lines) {
    if (line.size() > kMaxLine || line.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
