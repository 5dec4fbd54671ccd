#include <gmock/gmock.h>

#include <filesystem>

#include "eventer/watched_text.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

TEST(WatchedFile, IsReadAgainAfterFiveSecondsAndCountsChanges) {
  FakeClock clock;
  const TempDir dir;
  dir.Write("f", "one");
  const auto text = NewWatchedFile(clock, dir.Path("f"));
  EXPECT_EQ(text->Read({}).text, "one");
  dir.Write("f", "two");
  clock.Advance(4s);
  EXPECT_EQ(text->Read({}).text, "one");
  clock.Advance(1s);
  EXPECT_EQ(text->Read({}).text, "two");
  EXPECT_EQ(text->Read({}).version, 2u);
  clock.Advance(5s);
  EXPECT_EQ(text->Read({}).version, 2u);
}

TEST(WatchedFile, KeepsTheTextWhenTheFileIsGoneAndSaysSo) {
  FakeClock clock;
  const TempDir dir;
  dir.Write("f", "one");
  const auto text = NewWatchedFile(clock, dir.Path("f"));
  text->Read({});
  std::filesystem::remove(dir.Path("f"));
  clock.Advance(5s);
  EXPECT_EQ(text->Read({}).text, "one");
  EXPECT_THAT(text->Read({}).error, testing::StartsWith(dir.Path("f") + ": "));
  EXPECT_TRUE(text->Read({}).misconfigured);
  dir.Write("f", "one");
  clock.Advance(5s);
  EXPECT_EQ(text->Read({}).error, "");
  EXPECT_EQ(text->Read({}).version, 1u);
}

TEST(WatchedFile, AnEmptyFileIsAText) {
  FakeClock clock;
  const TempDir dir;
  dir.Write("f", "");
  EXPECT_EQ(NewWatchedFile(clock, dir.Path("f"))->Read({}).version, 1u);
}

}  // namespace
}  // namespace eventer
