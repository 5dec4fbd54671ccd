#include "app/dead_letters_command.h"

#include <gmock/gmock.h>

#include "app/options.h"
#include "eventer/error.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::HasSubstr;

std::string CommandError(const std::vector<std::string>& args) {
  try {
    return "no error: " + DeadLettersCommand(args);
  } catch (const ConfigError& error) {
    return error.what();
  }
}

class DeadLettersCommandTest : public testing::Test {
 protected:
  DeadLettersCommandTest() {
    std::filesystem::create_directory(dir_.Path("dead-letters"));
    dir_.Write("dead-letters/es%3Aprod.jsonl",
               R"({"time":"2026-11-25T10:00:00Z","cause":"mapping","said":"no","event":{"a":1}})"
               "\n"
               R"({"time":"2026-11-25T11:00:00Z","cause":"mapping","said":"no","event":{"a":2}})"
               "\n");
  }

  TempDir dir_;
};

TEST_F(DeadLettersCommandTest, ListsBySink) {
  EXPECT_EQ(DeadLettersCommand({"--data-dir=" + dir_.path()}),
            "SINK       EVENTS  OLDEST                       NEWEST                       CAUSES\n"
            "es:prod         2  2026-11-25T10:00:00Z         2026-11-25T11:00:00Z         mapping 2"
            "\n");
}

TEST_F(DeadLettersCommandTest, IsTheFirstArgumentOfTheProgram) {
  EXPECT_THAT(ParseCommandLine({"dead-letters", "-data-dir", dir_.path()}).print,
              HasSubstr("es:prod"));
}

TEST_F(DeadLettersCommandTest, BadInputIsOneLineThatNamesTheFlag) {
  EXPECT_EQ(CommandError({}), "dead-letters: --data-dir is required");
  EXPECT_EQ(CommandError({"--data-dir=/no/such"}),
            "dead-letters: --data-dir=/no/such is no directory");
  EXPECT_THAT(CommandError({"--data-dirs=x"}), HasSubstr("--data-dir"));
}

TEST_F(DeadLettersCommandTest, AReplaySaysWhenItComesAndWhatItWaitsFor) {
  const std::string said = DeadLettersCommand({"--data-dir=" + dir_.path(), "--replay=es:prod"});
  EXPECT_THAT(said, testing::StartsWith("es:prod: "));
  EXPECT_THAT(said, HasSubstr("within the daemon's --frequency"));
  EXPECT_THAT(said, HasSubstr("wait while no sink of that name is configured"));
}

TEST_F(DeadLettersCommandTest, SaysHowItIsUsed) {
  EXPECT_THAT(DeadLettersCommand({"--help"}), HasSubstr("--data-dir=PATH"));
}

}  // namespace
}  // namespace eventer
