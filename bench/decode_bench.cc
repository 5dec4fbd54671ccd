// Decodes recorded watch lines of about 1 KiB.
//
//   decode_bench [LINES]
//
// LINES is a file of watch frames, from the project's folder the recorded ones. Prints "name value"
// lines: us_per_event (the best of several rounds: others on the machine only add),
// bytes_per_event.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "core/event_decoder.h"

namespace eventer {
namespace {

constexpr int kRounds = 2000;  // short ones, so that some of them are not interrupted

std::vector<std::string> LinesOfAKib(const char* path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.size() >= 900 && line.size() <= 1150) lines.push_back(line);
  }
  return lines;
}

// Microseconds for each line; negative if one could not be decoded.
double OneRound(EventDecoder& decoder, const std::vector<std::string>& lines) {
  const auto start = std::chrono::steady_clock::now();
  WatchFrame frame;
  for (const std::string& line : lines) {
    if (!decoder.DecodeFrame(line, &frame) || !frame.event) return -1;
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(lines.size());
}

int Main(const char* path) {
  const std::vector<std::string> lines = LinesOfAKib(path);
  if (lines.empty()) {
    std::fprintf(stderr, "decode_bench: no lines of about 1 KiB in %s\n", path);
    return 1;
  }
  EventDecoder decoder;
  double best = OneRound(decoder, lines);
  for (int round = 1; round < kRounds; ++round) best = std::min(best, OneRound(decoder, lines));
  std::size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size();
  std::printf("us_per_event %.2f\nbytes_per_event %zu\n", best, bytes / lines.size());
  return best < 0 ? 1 : 0;
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  return eventer::Main(argc > 1 ? argv[1] : "tests/recordings/core-v1.watch.jsonl");
}
