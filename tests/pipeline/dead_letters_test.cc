#include "pipeline/dead_letters.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "eventer/error.h"
#include "pipeline/testing.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

constexpr WallTime kNow{std::chrono::seconds(1'764'100'800)};  // 2025-11-25T20:00:00Z
constexpr std::size_t kPlenty = 1 << 20;

Rejection Rejected(const std::string& name, std::string detail = "no such field") {
  Event event = *MakeEvent(name);
  event.json = R"({"metadata":{"name":")" + name + R"("},"z":1,"a":[2, 3]})";
  return {{1, std::make_shared<const Event>(std::move(event))}, Cause::kMapping, std::move(detail)};
}

class DeadLettersTest : public testing::Test {
 protected:
  std::filesystem::path File(const std::string& name) const {
    return std::filesystem::path(dir_.path()) / "dead-letters" / name;
  }
  std::vector<std::string> Lines(const std::string& name) const {
    std::ifstream file(File(name));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  TempDir dir_;
};

TEST_F(DeadLettersTest, ALineTellsTimeCauseTheReceiversWordsAndTheEventAsItWas) {
  DeadLetterFile file(dir_.path(), "es", kPlenty);
  ASSERT_TRUE(file.Write(kNow, Rejected("one", "a \"quoted\" word\nand ,\"event\":{}")));
  ASSERT_EQ(Lines("es.jsonl").size(), 1u);
  EXPECT_TRUE(nlohmann::json::accept(Lines("es.jsonl").front()));
  const std::optional<DeadLetter> letter = ParseDeadLetter(Lines("es.jsonl").front());
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->time, "2025-11-25T20:00:00Z");
  EXPECT_EQ(letter->cause, "mapping");
  EXPECT_EQ(letter->said, "a \"quoted\" word\nand ,\"event\":{}");
  EXPECT_EQ(letter->event, R"({"metadata":{"name":"one"},"z":1,"a":[2, 3]})");
}

TEST_F(DeadLettersTest, WordsThatAreNoUtf8DoNotBreakTheLine) {
  DeadLetterFile file(dir_.path(), "es", kPlenty);
  ASSERT_TRUE(file.Write(kNow, Rejected("one", "\xff\xfe")));
  EXPECT_TRUE(nlohmann::json::accept(Lines("es.jsonl").front()));
}

TEST_F(DeadLettersTest, AFileThatIsFullGivesWayOnceAndTheLinesOfTheOneBeforeAreCounted) {
  const std::string line = [&] {
    DeadLetterFile probe(dir_.path(), "probe", kPlenty);
    probe.Write(kNow, Rejected("one"));
    return Lines("probe.jsonl").front() + "\n";
  }();
  DeadLetterFile file(dir_.path(), "es", 2 * line.size());
  for (const char* name : {"one", "two", "six", "ten"}) {
    ASSERT_TRUE(file.Write(kNow, Rejected(name)));
  }
  EXPECT_EQ(Lines("es.jsonl.1").size(), 2u);
  EXPECT_EQ(Lines("es.jsonl").size(), 2u);
  EXPECT_EQ(file.TakeDiscarded(), 0u);
  ASSERT_TRUE(file.Write(kNow, Rejected("few")));
  EXPECT_EQ(file.TakeDiscarded(), 2u);
  EXPECT_EQ(file.TakeDiscarded(), 0u);
  EXPECT_THAT(Lines("es.jsonl.1").front(), HasSubstr("six"));
}

TEST_F(DeadLettersTest, AnEventLargerThanTheBoundIsWrittenAllTheSame) {
  DeadLetterFile file(dir_.path(), "es", 1);
  ASSERT_TRUE(file.Write(kNow, Rejected("one")));
  EXPECT_EQ(Lines("es.jsonl").size(), 1u);
}

TEST_F(DeadLettersTest, ADiskThatTakesHalfALineKeepsNoneOfIt) {
  DeadLetterFile file(dir_.path(), "es", kPlenty);
  ASSERT_TRUE(file.Write(kNow, Rejected("one")));
  const auto size = std::filesystem::file_size(File("es.jsonl"));
  // A file that may grow by ten bytes and no more, as on a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = size + 10;
  setrlimit(RLIMIT_FSIZE, &small);
  const bool written = file.Write(kNow, Rejected("two"));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(written);
  EXPECT_EQ(std::filesystem::file_size(File("es.jsonl")), size);
  EXPECT_TRUE(file.Write(kNow, Rejected("two")));
  EXPECT_EQ(Lines("es.jsonl").size(), 2u);
}

TEST_F(DeadLettersTest, AFolderThatCannotBeMadeIsAFailure) {
  std::ofstream(std::filesystem::path(dir_.path()) / "dead-letters") << "in the way";
  DeadLetterFile file(dir_.path(), "es", kPlenty);
  EXPECT_FALSE(file.Write(kNow, Rejected("one")));
}

TEST_F(DeadLettersTest, TheListCountsBySinkAndCause) {
  const std::string name = "webhook:10.0.0.1/x";
  DeadLetterFile file(dir_.path(), name, kPlenty);
  ASSERT_TRUE(file.Write(kNow, Rejected("one")));
  ASSERT_TRUE(file.Write(kNow + std::chrono::seconds(5), Rejected("two")));
  const auto sinks = ListDeadLetters(dir_.path());
  ASSERT_EQ(sinks.size(), 1u);
  ASSERT_TRUE(sinks.contains(name));
  EXPECT_EQ(sinks.at(name).events, 2u);
  EXPECT_EQ(sinks.at(name).oldest, "2025-11-25T20:00:00Z");
  EXPECT_EQ(sinks.at(name).newest, "2025-11-25T20:00:05Z");
  EXPECT_EQ(sinks.at(name).causes.at("mapping"), 2u);
}

TEST_F(DeadLettersTest, WithoutAFolderTheListIsEmpty) {
  EXPECT_TRUE(ListDeadLetters(dir_.path()).empty());
}

TEST_F(DeadLettersTest, AReplayMovesBothFilesTheOlderOneFirst) {
  DeadLetterFile file(dir_.path(), "es", 1);
  ASSERT_TRUE(file.Write(kNow, Rejected("one")));
  ASSERT_TRUE(file.Write(kNow, Rejected("two")));
  EXPECT_TRUE(FindReplayFiles(dir_.path()).empty());
  AskForReplay(dir_.path(), "es");
  const std::vector<ReplayFile> files = FindReplayFiles(dir_.path());
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].path, File("replay/es.jsonl.1"));
  EXPECT_EQ(files[1].path, File("replay/es.jsonl"));
  EXPECT_EQ(files[0].sink, "es");
  EXPECT_TRUE(ListDeadLetters(dir_.path()).empty());
  // What is rejected from now on is kept in a new file.
  ASSERT_TRUE(file.Write(kNow, Rejected("six")));
  EXPECT_EQ(Lines("es.jsonl").size(), 1u);
}

TEST_F(DeadLettersTest, AReplayThatIsNotDoneYetIsNotOverwritten) {
  DeadLetterFile file(dir_.path(), "es", kPlenty);
  ASSERT_TRUE(file.Write(kNow, Rejected("one")));
  AskForReplay(dir_.path(), "es");
  ASSERT_TRUE(file.Write(kNow, Rejected("two")));
  EXPECT_THAT([&] { AskForReplay(dir_.path(), "es"); },
              testing::ThrowsMessage<ConfigError>(HasSubstr("not done yet")));
  EXPECT_THAT(Lines("replay/es.jsonl"), ElementsAre(HasSubstr("\"one\"")));
}

TEST_F(DeadLettersTest, AReplayOfNothingSaysSo) {
  EXPECT_THAT([&] { AskForReplay(dir_.path(), "es"); },
              testing::ThrowsMessage<ConfigError>("there are no dead letters of a sink es"));
}

TEST(ParseDeadLetterTest, RefusesWhatIsNone) {
  for (const char* line :
       {"", "{}", "garbage", R"({"time":1)", R"({"time":"t","event":{})", R"([,"event":{}})"}) {
    EXPECT_EQ(ParseDeadLetter(line).has_value(), std::string(line) == R"({"time":"t","event":{})")
        << line;
  }
}

}  // namespace
}  // namespace eventer
