#include "app/go_args.h"

#include <gmock/gmock.h>

#include "eventer/error.h"

namespace eventer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const GoFlags kFlags = {{"sink", false},
                        {"source", false},
                        {"frequency", false},
                        {"event-metrics", true},
                        {"v", false}};

GoArgs Normalise(const std::vector<std::string>& args) { return NormaliseGoArgs(args, kFlags); }

std::string NormaliseError(const std::vector<std::string>& args) {
  try {
    Normalise(args);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(GoArgs, OneDashOrTwoWithOrWithoutEqualsAreTheSame) {
  for (const std::vector<std::string>& args : {std::vector<std::string>{"-frequency=10s"},
                                               {"--frequency=10s"},
                                               {"-frequency", "10s"},
                                               {"--frequency", "10s"}}) {
    EXPECT_THAT(Normalise(args).normalised, ElementsAre("--frequency=10s"));
  }
}

TEST(GoArgs, RepeatedFlagsKeepTheirOrder) {
  EXPECT_THAT(Normalise({"-sink=log:", "--sink", "webhook:x", "-sink=log:y"}).normalised,
              ElementsAre("--sink=log:", "--sink=webhook:x", "--sink=log:y"));
}

TEST(GoArgs, ABooleanTakesAValueOnlyAfterEquals) {
  EXPECT_THAT(Normalise({"--event-metrics"}).normalised, ElementsAre("--event-metrics=true"));
  EXPECT_THAT(Normalise({"-event-metrics=F"}).normalised, ElementsAre("--event-metrics=false"));
  GoArgs args = Normalise({"--event-metrics", "false", "--sink=log:"});
  EXPECT_THAT(args.normalised, ElementsAre("--event-metrics=true"));
  EXPECT_THAT(args.positional, ElementsAre("false", "--sink=log:"));
}

TEST(GoArgs, FlagsEndAtTheFirstArgumentThatIsNone) {
  GoArgs args = Normalise({"--sink=a", "word", "--sink=b"});
  EXPECT_THAT(args.normalised, ElementsAre("--sink=a"));
  EXPECT_THAT(args.positional, ElementsAre("word", "--sink=b"));
  EXPECT_THAT(Normalise({"-", "--sink=b"}).normalised, IsEmpty());
}

TEST(GoArgs, FlagsEndAtTwoDashes) {
  GoArgs args = Normalise({"--sink=a", "--", "--sink=b"});
  EXPECT_THAT(args.normalised, ElementsAre("--sink=a"));
  EXPECT_THAT(args.positional, ElementsAre("--sink=b"));
}

TEST(GoArgs, AValueMayLookLikeAFlagAndMayHoldEquals) {
  EXPECT_THAT(Normalise({"--sink", "--source"}).normalised, ElementsAre("--sink=--source"));
  EXPECT_THAT(Normalise({"--sink=webhook:http://h?a=b"}).normalised,
              ElementsAre("--sink=webhook:http://h?a=b"));
}

TEST(GoArgs, AnEmptyValueIsAValue) {
  EXPECT_THAT(Normalise({"--sink=", "-v=4"}).normalised, ElementsAre("--sink", "", "--v=4"));
  EXPECT_THAT(Normalise({"--sink", "", "-v=4"}).normalised, ElementsAre("--sink", "", "--v=4"));
}

TEST(GoArgs, AnUnknownFlagNamesTheNearestAndNotItsValue) {
  EXPECT_EQ(NormaliseError({"--frequncy=10s"}),
            "unknown flag --frequncy, did you mean --frequency?");
  EXPECT_EQ(NormaliseError({"--wholly-different=secret"}), "unknown flag --wholly-different");
  EXPECT_EQ(NormaliseError({"--sink:dingtalk:https://secret"}), "unknown flag --sink");
}

TEST(GoArgs, AMissingValueIsAnError) {
  EXPECT_EQ(NormaliseError({"--sink"}), "--sink needs a value");
}

TEST(GoArgs, AWordIsNoBoolean) {
  EXPECT_THAT(NormaliseError({"--event-metrics=maybe"}), HasSubstr("--event-metrics: \"maybe\""));
}

TEST(GoArgs, BadSyntaxIsAnError) {
  for (const char* arg : {"---sink=log:", "--=x", "-=x"}) {
    EXPECT_THAT(NormaliseError({arg}), HasSubstr("bad flag syntax"));
  }
}

}  // namespace
}  // namespace eventer
