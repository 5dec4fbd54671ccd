// The recordings and golden files.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace eventer {

// `path` below tests/: "recordings/core-v1.list.json".
inline std::string ReadTestFile(const std::string& path) {
  std::ifstream in(std::string(EVENTER_TEST_DATA) + "/" + path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::vector<std::string> ReadTestLines(const std::string& path) {
  std::istringstream in(ReadTestFile(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace eventer
