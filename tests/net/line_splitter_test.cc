#include "net/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eventer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LineSplitterTest : public testing::Test {
 protected:
  LineSplitter Make(std::size_t max_line = LineSplitter::kMaxLine) {
    return LineSplitter(
        [this](std::string_view line) {
          lines_.emplace_back(line);
          return lines_.size() != stop_after_;
        },
        [this](std::uint64_t bytes) { skipped_.push_back(bytes); }, max_line);
  }

  std::vector<std::string> lines_;
  std::vector<std::uint64_t> skipped_;
  std::size_t stop_after_ = 0;
};

TEST_F(LineSplitterTest, HandsOnSeveralLinesOfOneRead) {
  LineSplitter splitter = Make();
  EXPECT_TRUE(splitter.Feed("one\ntwo\n"));
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(LineSplitterTest, JoinsALineFromManyReads) {
  LineSplitter splitter = Make();
  for (int i = 0; i < 100; ++i) splitter.Feed("x");
  EXPECT_THAT(lines_, IsEmpty());
  splitter.Feed("\n");
  EXPECT_THAT(lines_, ElementsAre(std::string(100, 'x')));
}

TEST_F(LineSplitterTest, EveryCutGivesTheSameLines) {
  const std::string text = "{\"a\":1}\n\n{\"\xc3\xa4\":\"\xe2\x82\xac\"}\r\nlast";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    lines_.clear();
    LineSplitter splitter = Make();
    splitter.Feed(text.substr(0, cut));
    splitter.Feed(text.substr(cut));
    splitter.Finish();
    EXPECT_THAT(lines_, ElementsAre("{\"a\":1}", "", "{\"\xc3\xa4\":\"\xe2\x82\xac\"}\r", "last"))
        << "cut at " << cut;
  }
}

TEST_F(LineSplitterTest, ALastLineWithoutItsEndCountsOnlyIfTheStreamEndedWell) {
  LineSplitter splitter = Make();
  splitter.Feed("one\nhalf");
  EXPECT_THAT(lines_, ElementsAre("one"));
  splitter.Finish();
  EXPECT_THAT(lines_, ElementsAre("one", "half"));
}

TEST_F(LineSplitterTest, AnEmptyRestIsNoLine) {
  LineSplitter splitter = Make();
  splitter.Feed("one\n");
  splitter.Finish();
  EXPECT_THAT(lines_, ElementsAre("one"));
}

TEST_F(LineSplitterTest, AReaderThatHasEnoughGetsNoMore) {
  stop_after_ = 1;
  LineSplitter splitter = Make();
  EXPECT_FALSE(splitter.Feed("one\ntwo\nthr"));
  EXPECT_FALSE(splitter.Feed("ee\n"));
  splitter.Finish();
  EXPECT_THAT(lines_, ElementsAre("one"));
}

TEST_F(LineSplitterTest, ALineOfExactlyTheBoundIsHandedOn) {
  for (const char* text : {"abcd\n", "abcd"}) {
    LineSplitter splitter = Make(4);
    splitter.Feed(text);
    splitter.Finish();
  }
  EXPECT_THAT(lines_, ElementsAre("abcd", "abcd"));
  EXPECT_THAT(skipped_, IsEmpty());
}

TEST_F(LineSplitterTest, ALongerLineIsSkippedAndToldWithItsLengthInEveryCut) {
  const std::string text = "abcde\nok\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    lines_.clear();
    skipped_.clear();
    LineSplitter splitter = Make(4);
    splitter.Feed(text.substr(0, cut));
    splitter.Feed(text.substr(cut));
    EXPECT_THAT(lines_, ElementsAre("ok")) << "cut at " << cut;
    EXPECT_THAT(skipped_, ElementsAre(5)) << "cut at " << cut;
  }
}

TEST_F(LineSplitterTest, ALongLineWithoutEndIsToldAtTheEndOfTheStream) {
  LineSplitter splitter = Make(4);
  for (int i = 0; i < 10; ++i) splitter.Feed("xx");
  EXPECT_THAT(skipped_, IsEmpty());
  splitter.Finish();
  EXPECT_THAT(skipped_, ElementsAre(20));
  EXPECT_THAT(lines_, IsEmpty());
}

}  // namespace
}  // namespace eventer
