#include "eventer/text.h"

#include <gtest/gtest.h>

namespace eventer {
namespace {

TEST(Trim, TakesBlanksAndLineEndsFromBothEnds) {
  EXPECT_EQ(Trim(" \t\r\n\v\fa b\n"), "a b");
  EXPECT_EQ(Trim("a"), "a");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_EQ(Trim(""), "");
}

TEST(OneLine, CutsAtACodePoint) {
  EXPECT_EQ(OneLine("abc", 3), "abc");
  EXPECT_EQ(OneLine("abcd", 3), "abc…");
  EXPECT_EQ(OneLine("aé", 2), "a…");
  EXPECT_EQ(OneLine("a\r\n\tb\x7F", 9), "a   b ");
  EXPECT_EQ(OneLine("", 0), "");
  EXPECT_EQ(OneLine("a\nb"), "a b");
}

TEST(Split, GivesWhatStandsBetweenSeparatorsAndNoEmptyEnd) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(Split("a,,b", ","), (Parts{"a", "", "b"}));
  EXPECT_EQ(Split(",a,", ","), (Parts{"", "a"}));
  EXPECT_EQ(Split("a\r\nb", "\r\n"), (Parts{"a", "", "b"}));
  EXPECT_EQ(Split("", ","), Parts());
}

TEST(CutPoint, NeverLiesInsideACodePoint) {
  EXPECT_EQ(CutPoint("aé", 2), 1u);
  EXPECT_EQ(CutPoint("aé", 3), 3u);
  EXPECT_EQ(CutPoint("\xA9\xA9", 1), 0u);
}

TEST(GoBool, IsWhatStrconvTakes) {
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"}) EXPECT_EQ(ParseGoBool(yes), true);
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"}) {
    EXPECT_EQ(ParseGoBool(no), false);
  }
  for (const char* none : {"", "yes", "no", "tRUE", "2"}) {
    EXPECT_EQ(ParseGoBool(none), std::nullopt);
  }
}

}  // namespace
}  // namespace eventer
