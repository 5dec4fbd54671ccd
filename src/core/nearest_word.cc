#include <algorithm>
#include <cctype>

#include "eventer/sink_uri.h"

namespace eventer {
namespace {

// Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`, whatever
// the case of letters.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  // rows[i][j]: from the first i letters of `a` to the first j of `b`.
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = rows[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      rows[i][j] = std::min({replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> NearestWord(std::string_view word,
                                       const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // nothing known is nearly as long
  std::optional<std::string> nearest;
  std::size_t best = 3;  // two slips are a typo, three another word
  if (word.size() > kLongest) return nearest;
  for (const std::string& candidate : known) {
    const std::size_t distance = EditDistance(word, candidate);
    // Of a short word more than every second letter is right.
    if (distance < best && 2 * distance < std::max(word.size(), candidate.size())) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace eventer
