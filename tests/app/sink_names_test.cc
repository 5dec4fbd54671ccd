#include "app/sink_names.h"

#include <gmock/gmock.h>

#include "eventer/error.h"
#include "eventer/sinks.h"

namespace eventer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

SinkNames Names(const std::vector<std::string>& values) {
  std::vector<SinkUri> uris;
  for (const std::string& value : values) {
    uris.push_back(SinkUri::Parse("--sink", value));
    const SinkKind& kind = FindSinkKind(uris.back());
    if (kind.passes_options_on()) uris.back().PassOptionsOn(kind.own_options);
  }
  return NameSinks(uris);
}

std::string NamesError(const std::vector<std::string>& values) {
  try {
    Names(values);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(SinkNames, AreTheGivenNameElseKindAndHost) {
  SinkNames names = Names({"log:?name=console", "webhook:http://h.example:81/p?a=b", "log"});
  EXPECT_THAT(names.names, ElementsAre("console", "webhook:h.example:81", "log"));
  EXPECT_THAT(names.warnings, IsEmpty());
}

TEST(SinkNames, EqualOnesGetAHashEachAndAWarningThatAsksForAName) {
  SinkNames names = Names({"webhook:http://h/one", "webhook:http://h/two", "log"});
  EXPECT_THAT(names.names, ElementsAre(MatchesRegex("webhook:h-[0-9a-f]+"),
                                       MatchesRegex("webhook:h-[0-9a-f]+"), "log"));
  EXPECT_NE(names.names[0], names.names[1]);
  EXPECT_THAT(names.warnings, SizeIs(2));
  EXPECT_THAT(names.warnings[0], AllOf(HasSubstr("begins anew"), HasSubstr("name=")));
}

TEST(SinkNames, DoNotDependOnTheOrderOfTheFlagsNorOnHarmlessOptions) {
  SinkNames a = Names({"webhook:http://h/one", "webhook:http://h/two"});
  SinkNames b = Names({"webhook:http://h/two?level=Warning", "webhook:http://h/one"});
  EXPECT_EQ(a.names[0], b.names[1]);
  EXPECT_EQ(a.names[1], b.names[0]);
}

TEST(SinkNames, AChangedTextOrTemplateIsNoNewSinkThatLosesItsPlace) {
  const std::string other = "dingtalk:https://h/robot?access_token=B";
  const std::string before = Names({"dingtalk:https://h/robot?access_token=A", other}).names[0];
  for (const char* option :
       {"label=prod", "silence=reason=Pulled", "timezone=UTC", "template_file=/t", "at_all=true",
        "template_configmap=c", "ca_file=/ca", "compress=true", "manage_template=false",
        "pipeline=p", "use_namespace=true", "body_file=/b"}) {
    const std::string uri = std::string("dingtalk:https://h/robot?access_token=A&") + option;
    EXPECT_EQ(Names({uri, other}).names[0], before) << option;
  }
}

TEST(SinkNames, OfWebhooksThatAReceiverTellsApartDoNotDependOnTheOrderOfTheFlags) {
  const std::string a = "webhook:http://h/in?method=POST&service=teamA";
  const std::string b = "webhook:http://h/in?method=POST&service=teamB";
  const SinkNames names = Names({a, b}), turned = Names({b, a});
  EXPECT_EQ(names.names[0], turned.names[1]);
  EXPECT_EQ(names.names[1], turned.names[0]);
}

// What is on somebody's disk is found by it.
TEST(SinkNames, OfAWebhookAreWhatTheyHaveAlwaysBeen) {
  const std::string uri = "webhook:http://u:p@h/in?method=POST&level=Warning&token=x&header=A=b";
  const std::string more =
      "&body_file=/b&ca_file=/c&insecure=true&timeout=5s&namespaces=a&kinds=b&reason=c"
      "&exclude_namespaces=d&exclude_kinds=e&exclude_reason=f";
  EXPECT_THAT(Names({uri, uri + more}).names,
              ElementsAre("webhook:h-d45cf710", "webhook:h-d45cf710-2"));
}

TEST(SinkNames, OfTwoIndicesOfOneServerDoNotDependOnTheOrderOfTheFlags) {
  for (const char* option : {"index", "data_stream"}) {
    const std::string uri = std::string("elasticsearch:http://es?") + option + "=";
    const SinkNames names = Names({uri + "a", uri + "b"}), turned = Names({uri + "b", uri + "a"});
    EXPECT_EQ(names.names[0], turned.names[1]);
    EXPECT_EQ(names.names[1], turned.names[0]);
  }
}

TEST(SinkNames, TellCredentialsApartWithoutShowingThem) {
  SinkNames names = Names({"dingtalk:https://h/robot?access_token=tokenA",
                           "dingtalk:https://h/robot?access_token=tokenB",
                           "elasticsearch:http://user:pass@es", "elasticsearch:http://us:er@es"});
  EXPECT_NE(names.names[0], names.names[1]);
  EXPECT_NE(names.names[2], names.names[3]);
  for (const std::string& name : names.names) {
    EXPECT_THAT(name, Not(HasSubstr("token")));
    EXPECT_THAT(name, Not(HasSubstr("pass")));
  }
}

TEST(SinkNames, APasswordThatWasCutOpenIsNoName) {
  SinkNames names = Names({"webhook:https://tok#en@host"});
  EXPECT_THAT(names.names, ElementsAre("webhook:***"));
  names = Names({"webhook:https://tok#en@host", "webhook:https://other#en@host"});
  EXPECT_THAT(names.names, testing::Each(MatchesRegex("webhook:\\*\\*\\*-[0-9a-f]+")));
  EXPECT_NE(names.names[0], names.names[1]);
}

TEST(SinkNames, WhollyEqualOnesAreNumbered) {
  SinkNames names = Names({"log", "log", "log"});
  EXPECT_EQ(names.names[1], names.names[0] + "-2");
  EXPECT_EQ(names.names[2], names.names[0] + "-3");
}

TEST(SinkNames, AGivenNameThatIsAnothersKindAndHostIsKept) {
  SinkNames names = Names({"log", "webhook:http://h?name=log"});
  EXPECT_EQ(names.names[1], "log");
  EXPECT_THAT(names.names[0], MatchesRegex("log-[0-9a-f]+"));
}

TEST(SinkNames, TwoOfOneGivenNameAreAnError) {
  EXPECT_THAT(NamesError({"log:?name=a", "webhook:http://h?name=a"}),
              AllOf(HasSubstr("--sink=webhook"), HasSubstr("option name"), HasSubstr("\"a\"")));
}

TEST(SinkNames, AnEmptyOrUnprintableNameIsAnError) {
  EXPECT_THAT(NamesError({"log:?name="}), HasSubstr("--sink=log: option name"));
  EXPECT_THAT(NamesError({"log:?name=a%0Ab"}), HasSubstr("--sink=log: option name"));
}

}  // namespace
}  // namespace eventer
