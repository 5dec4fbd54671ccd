#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "eventer/error.h"
#include "eventer/event_filter.h"
#include "eventer/sink_context.h"
#include "eventer/sinks.h"
#include "support/fake_clock.h"
#include "support/fake_http_client.h"

namespace eventer {
namespace {

std::string ErrorOf(const std::string& value) {
  try {
    FindSinkKind(SinkUri::Parse("--sink", value));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(SinkRegistry, KnowsTheLogSink) {
  const SinkKind& kind = FindSinkKind(SinkUri::Parse("--sink", "log:"));
  EXPECT_EQ(kind.key, "log");
  EXPECT_EQ(kind.default_level, "");
}

TEST(SinkRegistry, SuggestsTheNearestSink) {
  EXPECT_THAT(ErrorOf("lgo:"), testing::StartsWith("--sink=lgo: sink not recognized; did you mean "
                                                   "\"log\"? known: "));
}

TEST(SinkRegistry, NamesAllSinksWhenNoneIsNear) {
  EXPECT_THAT(ErrorOf("carrier-pigeon:"),
              testing::StartsWith("--sink=carrier-pigeon: sink not recognized; known: "));
}

TEST(SinkRegistry, MakesTheLogSinkAndLeavesForeignOptionsUnread) {
  FakeClock clock;
  SinkUri uri = SinkUri::Parse("--sink", "log:?format=text&colour=yes");
  auto sink = FindSinkKind(uri).make(uri, SinkContext{.clock = clock, .http = {}});
  EXPECT_EQ(sink->name(), "LogSink");
  EXPECT_THAT(uri.Unread(), testing::ElementsAre("colour"));
}

TEST(SinkRegistry, TheLogSinkRefusesAnotherFormat) {
  FakeClock clock;
  SinkUri uri = SinkUri::Parse("--sink", "log:?format=yaml");
  EXPECT_THROW(FindSinkKind(uri).make(uri, SinkContext{.clock = clock, .http = {}}), ConfigError);
}

std::vector<std::string> OwnAndEverySinks(const SinkKind& kind) {
  std::vector<std::string> options = {
      "exclude_kinds", "exclude_namespaces", "exclude_reason", "kinds", "level",
      "name",          "namespaces",         "reason"};
  std::istringstream own{std::string(kind.own_options)};
  for (std::string option; own >> option;) options.push_back(option);
  std::ranges::sort(options);
  return options;
}

TEST(SinkRegistry, ASinkThatPassesOptionsOnReadsThoseThatAreCalledItsOwnAndNoOther) {
  FakeClock clock;
  for (const SinkKind& kind : AllSinkKinds()) {
    if (!kind.passes_options_on()) continue;
    SinkUri uri = SinkUri::Parse("--sink", std::string(kind.example) + "&far-from-every-other=1");
    uri.PassOptionsOn(kind.own_options);
    uri.Get("name");
    EventFilter::Parse(uri, kind.default_level);
    kind.make(uri, {clock, FakeFactory(std::make_shared<FakeHttpClient>(clock))});
    std::string known;
    for (const std::string& option : OwnAndEverySinks(kind)) known += ", " + option;
    try {
      uri.CheckAllRead();
      ADD_FAILURE() << kind.key;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), testing::EndsWith("; known: " + known.substr(2)));
    }
  }
}

// What --help shows must work as it stands, up to receivers that are not there.
TEST(SinkRegistry, EveryExampleNamesItsOwnKind) {
  for (const SinkKind& kind : AllSinkKinds()) {
    EXPECT_EQ(SinkUri::Parse("--sink", kind.example).key(), kind.key);
  }
}

}  // namespace
}  // namespace eventer
