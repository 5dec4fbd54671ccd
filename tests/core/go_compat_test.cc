// Durations, URLs and $VAR mean here what they mean to Go: tests/golden/go has Go's own answers.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/expand_env.h"
#include "core/go_url.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

using nlohmann::json;

std::vector<json> GoldenLines(const std::string& file) {
  std::ifstream in(std::string(EVENTER_TEST_DATA) + "/golden/go/" + file);
  std::vector<json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  EXPECT_GT(lines.size(), 30) << file;
  return lines;
}

TEST(GoCompat, DurationsParseAsInGo) {
  for (const json& line : GoldenLines("durations.jsonl")) {
    const auto in = line["in"].get<std::string>();
    const std::optional<Duration> duration = ParseGoDuration(in);
    const std::string got = duration ? std::to_string(duration->count()) : "refused";
    EXPECT_EQ(got, line.value("ns", "refused")) << in;
  }
}

TEST(GoCompat, DurationsPrintAsInGo) {
  for (const json& line : GoldenLines("durations.jsonl")) {
    if (!line.contains("text")) continue;
    EXPECT_EQ(FormatGoDuration(Duration(std::stoll(line["ns"].get<std::string>()))), line["text"]);
  }
}

TEST(GoCompat, EnvironmentExpandsAsInGo) {
  setenv("GOLDEN", "gold", 1);
  setenv("GOLDEN_2", "a$GOLDEN b", 1);
  setenv("E_MPTY", "", 1);
  unsetenv("GOLDEN_UNSET");
  for (const json& line : GoldenLines("expand_env.jsonl")) {
    EXPECT_EQ(ExpandEnv(line["in"].get<std::string>()), line["out"]) << line["in"];
  }
}

std::string Decoded(const std::string& path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    out += static_cast<char>(std::stoi(path.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return out;
}

TEST(GoCompat, UrlsParseAsInGo) {
  for (const json& line : GoldenLines("urls.jsonl")) {
    const auto in = line["in"].get<std::string>();
    std::string error;
    const std::optional<GoUrl> url = ParseGoUrl(in, &error);
    ASSERT_EQ(!url, line.value("error", false)) << in << ": " << error;
    EXPECT_EQ(error.empty(), url.has_value()) << in;
    if (!url) continue;
    EXPECT_EQ(url->scheme, line.value("scheme", "")) << in;
    EXPECT_EQ(url->opaque, line.value("opaque", "")) << in;
    EXPECT_EQ(url->userinfo, line.value("user", "")) << in;
    EXPECT_EQ(url->host, line.value("host", "")) << in;
    EXPECT_EQ(Decoded(url->path), line.value("path", "")) << in;
    EXPECT_EQ(url->raw_query, line.value("query", "")) << in;
    EXPECT_EQ(url->has_fragment, line.value("fragment", false)) << in;
  }
}

TEST(GoCompat, QueriesParseAsInGo) {
  for (const json& line : GoldenLines("urls.jsonl")) {
    const json pairs(ParseGoQuery(line.value("query", "")).pairs);
    EXPECT_EQ(pairs, line.value("pairs", json::array())) << line["in"];
  }
}

TEST(GoQuery, CountsWhatItDrops) {
  const GoQuery query = ParseGoQuery("a=%zz&b;c=1&d=2&&%=1");
  EXPECT_EQ(query.dropped, 3);
  ASSERT_EQ(query.pairs.size(), 1);
  EXPECT_EQ(query.pairs[0].second, "2");
}

}  // namespace
}  // namespace eventer
