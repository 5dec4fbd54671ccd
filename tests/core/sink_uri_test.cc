#include "eventer/sink_uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "eventer/error.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

SinkUri Parse(std::string_view value) { return SinkUri::Parse("--sink", value); }

// What the configuration's error says, or "none".
template <typename Call>
std::string ErrorOf(Call call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(SinkUri, SplitsAtTheFirstColon) {
  for (const char* value : {"gcm", "gcm:"}) {
    const SinkUri uri = Parse(value);
    EXPECT_EQ(uri.key(), "gcm");
    EXPECT_EQ(uri.host(), "");
    EXPECT_EQ(uri.raw_query(), "");
  }
  const SinkUri uri = Parse("influxdb:http://monitoring-influxdb:8086/db?key=val&key2=val2");
  EXPECT_EQ(uri.key(), "influxdb");
  EXPECT_EQ(uri.scheme(), "http");
  EXPECT_EQ(uri.host(), "monitoring-influxdb:8086");
  EXPECT_EQ(uri.path(), "/db");
  EXPECT_EQ(uri.raw_query(), "key=val&key2=val2");
  EXPECT_EQ(uri.Name(), "--sink=influxdb");
}

TEST(SinkUri, AKeyIsNeeded) {
  for (const char* value : {"", ":", ":foo"}) {
    EXPECT_THAT(ErrorOf([&] { Parse(value); }), testing::StartsWith("--sink: ")) << value;
  }
}

TEST(SinkUri, AForgottenColonDoesNotShowTheSecretBehindIt) {
  for (const char* value :
       {"dingtalk?access_token=hunter2", "dingtalk access_token=hunter2", "dingtalk/hunter2"}) {
    const std::string error = ErrorOf([&] { Parse(value); });
    EXPECT_THAT(error, HasSubstr("KEY:URL"));
    EXPECT_THAT(error, Not(HasSubstr("hunter2")));
  }
}

TEST(SinkUri, TheEnvironmentIsExpandedBehindTheKeyOnly) {
  setenv("SINK_URI_TEST", "value", 1);
  SinkUri uri = Parse("webhook:http://$SINK_URI_TEST/${SINK_URI_TEST}?x=$SINK_URI_TEST");
  EXPECT_EQ(uri.host(), "value");
  EXPECT_EQ(uri.path(), "/value");
  EXPECT_EQ(uri.Get("x"), "value");
  EXPECT_THAT(ErrorOf([] { Parse("$SINK_URI_TEST:x"); }), HasSubstr("KEY:URL"));
}

TEST(SinkUri, ABadUrlIsAnErrorThatShowsNothingOfIt) {
  for (const char* rest : {
           "http://hunter2:pw#word@host",  // '#' cuts: "pw" is a port then
           "http://user:hunter2/x@host",   // so does '/'
           "http://user:hunter2 @host",
           "http://user:%zzhunter2@host",
           "http://host/%zzhunter2",
           "http://ho%41st.hunter2",
           "http://[hunter2]",
           "http://[hunter2",
           "http://host/hunter2\n",
           "http://host/x#%zzhunter2",
           ":hunter2",
           "hunter2@host:80/",
       }) {
    const std::string error = ErrorOf([&] { Parse(std::string("webhook:") + rest); });
    EXPECT_THAT(error, testing::StartsWith("--sink=webhook: bad URL: ")) << rest;
    EXPECT_THAT(error, Not(HasSubstr("hunter2"))) << rest;
  }
}

TEST(SinkUri, MasksWhateverMayBeASecret) {
  struct Case {
    const char* value;
    const char* masked;
  };
  for (const Case& c : {
           Case{"log", "log"},
           {"log:", "log"},
           {"log:?format=text", "log:?format=text"},
           {"dingtalk:https://oapi.dingtalk.com/robot/send?access_token=hunter2&level=Warning",
            "dingtalk:https://oapi.dingtalk.com/***?access_token=***&level=Warning"},
           {"elasticsearch:http://user:hunter2@es:9200?index=k8s&esUserSecret=hunter2",
            "elasticsearch:http://***@es:9200?index=k8s&esUserSecret=***"},
           {"elasticsearch:http://es?data_stream=k8s&compress=true&nodes=http://hunter2",
            "elasticsearch:http://es?data_stream=k8s&compress=true&nodes=***"},
           {"feishu:https://h/hunter2?label=shop&at_user_ids=hunter2&link=http://h?hunter2",
            "feishu:https://h/***?label=shop&at_user_ids=***&link=***"},
           {"webhook:https://hunter2@host/", "webhook:https://***@host"},
           {"webhook:https://hooks.slack.com/services/T0/B0/hunter2",
            "webhook:https://hooks.slack.com/***"},
           {"webhook:?hunter2", "webhook:?***=***"},
           {"webhook:?hunter2=x&level=Normal", "webhook:?***=***&level=Normal"},
           {"webhook:?header=Authorization=Bearer%20hunter2", "webhook:?header=***"},
           {"mysql:?root:hunter2@tcp(h:3306)/db?charset=utf8", "mysql:?***=***"},
           {"mysql:root:hunter2", "mysql:root:***"},
           {"mongo:mongodb://u:hunter2@h1:27017,h2:27017/db",
            "mongo:mongodb://***@h1:27017,h2:27017/***"},
       }) {
    SinkUri uri = Parse(c.value);
    for (const char* option :
         {"access_token", "at_user_ids", "esUserSecret", "header", "link", "nodes"}) {
      uri.GetAll(option);
    }
    EXPECT_EQ(uri.Masked(), c.masked);
  }
}

TEST(SinkUri, AUrlInAnOptionIsNotExpandedAgain) {
  setenv("EVENTER_TEST", "oops", 1);
  const SinkUri uri = Parse("elasticsearch:").ParseOption("nodes", "http://u:$EVENTER_TEST@h");
  EXPECT_EQ(uri.userinfo(), "u:$EVENTER_TEST");
  unsetenv("EVENTER_TEST");
}

TEST(SinkUri, AnErrorOfAUrlInAnOptionNamesTheOption) {
  EXPECT_THAT(ErrorOf([] { Parse("elasticsearch:").ParseOption("nodes", "http://h:x"); }),
              testing::StartsWith("--sink=elasticsearch: option nodes: bad URL: "));
}

TEST(SinkUri, AHostOrPortThatNobodyCanHaveIsAnError) {
  for (const char* url : {"http://h:80800", "https://h:0/", "//h:65536", "http://[::1]:99999"}) {
    EXPECT_THAT(ErrorOf([&] { Parse(std::string("webhook:") + url); }),
                HasSubstr("the port must be from 1 to 65535"))
        << url;
  }
  for (const char* url : {"http://b\xc3\xbc"
                          "cher.example",
                          "http://b%C3%BCcher.example", "http://a;b"}) {
    EXPECT_THAT(ErrorOf([&] { Parse(std::string("webhook:") + url); }),
                HasSubstr("no host has such a name"))
        << url;
  }
  EXPECT_THAT(ErrorOf([] { Parse("webhook:http://[fe80::1%25eth0]"); }), HasSubstr("IPv6"));
  EXPECT_THAT(ErrorOf([] { Parse("webhook:http://:8080/x"); }),
              HasSubstr("bad URL: no host before the port"));
  EXPECT_EQ(Parse("webhook:http://h:/").host(), "h:");
  EXPECT_EQ(Parse("mongo:mongodb://h1:1,h2:2").host(), "h1:1,h2:2");
}

TEST(SinkUri, AListOfAddressesIsSplitBeforeItIsDecoded) {
  SinkUri uri = Parse("elasticsearch:?nodes=http://u:a%2Cb@h,%20http://i&nodes=http://j+k,,&n=1");
  EXPECT_THAT(uri.GetEncodedList("nodes"), ElementsAre("http://u:a,b@h", "http://i", "http://j k"));
  EXPECT_THAT(uri.Unread(), ElementsAre("n"));
}

TEST(SinkUri, APasswordThatIsCutOpenIsNotShownAsHost) {
  // The password is all digits here, so that Go takes it for a port.
  const SinkUri uri = Parse("webhook:http://user:12345#rest@host");
  EXPECT_THAT(uri.Masked(), Not(HasSubstr("12345")));
  EXPECT_THAT(Parse("webhook:http://user:12345/rest@host").Masked(), Not(HasSubstr("12345")));
  EXPECT_THAT(Parse("webhook:http://user:12345?rest@host").Masked(), Not(HasSubstr("12345")));
}

TEST(SinkUri, WhatANumberSignCutsOffIsWarnedOf) {
  EXPECT_THAT(Parse("log:?a=1#2").warnings(),
              ElementsAre(HasSubstr("--sink=log: what follows '#' is ignored")));
  EXPECT_THAT(Parse("log:?a=1").warnings(), IsEmpty());
}

TEST(SinkUri, MalformedOptionsAreDroppedWithAWarningWithoutTheirValue) {
  SinkUri uri = Parse("dingtalk:?access_token=100%hunter2&a=1;b=hunter2&c=3");
  EXPECT_FALSE(uri.Has("access_token"));
  EXPECT_FALSE(uri.Has("a"));
  EXPECT_EQ(uri.Get("c"), "3");
  ASSERT_THAT(uri.warnings(), SizeIs(1));
  EXPECT_THAT(uri.warnings()[0], HasSubstr("2 malformed options"));
  EXPECT_THAT(uri.warnings()[0], Not(HasSubstr("hunter2")));
}

TEST(SinkUri, OfARepeatedOptionTheFirstCountsAndOneWarningSaysSo) {
  SinkUri uri = Parse("log:?format=json&format=text");
  EXPECT_EQ(uri.Get("format"), "json");
  EXPECT_EQ(uri.Get("format"), "json");
  EXPECT_THAT(uri.warnings(), ElementsAre(HasSubstr("option format is given more than once")));
}

TEST(SinkUri, ListsTakeAllValuesAndDropBlanks) {
  SinkUri uri = Parse("log:?kinds=Pod,Node&x=1&kinds=,%20Job%20,,&kinds=&label=a,b&label=c");
  EXPECT_THAT(uri.GetList("kinds"), ElementsAre("Pod", "Node", "Job"));
  EXPECT_THAT(uri.GetAll("label"), ElementsAre("a,b", "c"));
  EXPECT_THAT(uri.GetList("absent"), IsEmpty());
  EXPECT_THAT(uri.warnings(), IsEmpty());
}

TEST(SinkUri, TextOptions) {
  SinkUri uri = Parse("log:?a=1&empty=&b=x+y%2Bz");
  EXPECT_EQ(uri.Get("a"), "1");
  EXPECT_EQ(uri.Get("empty"), "");
  EXPECT_EQ(uri.Get("absent"), std::nullopt);
  EXPECT_EQ(uri.GetOr("absent", "fallback"), "fallback");
  EXPECT_EQ(uri.GetOr("empty", "fallback"), "");
  EXPECT_EQ(uri.Require("b"), "x y+z");
  EXPECT_EQ(ErrorOf([&] { uri.Require("token"); }), "--sink=log: option token is required");
  EXPECT_EQ(ErrorOf([&] { uri.Require("empty"); }), "--sink=log: option empty is required");
}

TEST(SinkUri, BooleansAreGos) {
  for (const char* word : {"1", "t", "T", "TRUE", "true", "True"}) {
    EXPECT_TRUE(Parse(std::string("log:?x=") + word).GetBool("x", false)) << word;
  }
  for (const char* word : {"0", "f", "F", "FALSE", "false", "False"}) {
    EXPECT_FALSE(Parse(std::string("log:?x=") + word).GetBool("x", true)) << word;
  }
  for (const char* word : {"", "yes", "tRUE", "2", "on"}) {
    EXPECT_EQ(ErrorOf([&] { Parse(std::string("log:?x=") + word).GetBool("x", true); }),
              "--sink=log: option x must be true or false")
        << word;
  }
  EXPECT_TRUE(Parse("log:").GetBool("x", true));
}

TEST(SinkUri, NumbersHaveARange) {
  EXPECT_EQ(Parse("log:?x=5").GetInt("x", 1, 0, 10), 5);
  EXPECT_EQ(Parse("log:?x=%2B5").GetInt("x", 1, 0, 10), 5);
  EXPECT_EQ(Parse("log:?x=-5").GetInt("x", 1, -5, 10), -5);
  EXPECT_EQ(Parse("log:").GetInt("x", 1, 0, 10), 1);
  for (const char* word :
       {"", "11", "-1", "5x", "x", "%2B-5", "%2B", "9223372036854775808", "5.0"}) {
    EXPECT_EQ(ErrorOf([&] { Parse(std::string("log:?x=") + word).GetInt("x", 1, 0, 10); }),
              "--sink=log: option x must be a number from 0 to 10")
        << word;
  }
}

TEST(SinkUri, DurationsAreGos) {
  EXPECT_EQ(Parse("log:?x=1m30s").GetDuration("x", 5s), 90s);
  EXPECT_EQ(Parse("log:").GetDuration("x", 5s), 5s);
  EXPECT_THAT(ErrorOf([&] { Parse("log:?x=90").GetDuration("x", 5s); }),
              HasSubstr("--sink=log: option x must be a duration"));
}

TEST(SinkUri, OneOfSeveralWords) {
  const std::vector<std::string> allowed = {"json", "text"};
  EXPECT_EQ(Parse("log:?format=text").GetOneOf("format", "json", allowed), "text");
  EXPECT_EQ(Parse("log:").GetOneOf("format", "json", allowed), "json");
  EXPECT_EQ(ErrorOf([&] { Parse("log:?format=hunter2").GetOneOf("format", "json", allowed); }),
            "--sink=log: option format must be one of json, text");
}

TEST(SinkUri, AnOptionNobodyReadIsAnErrorThatNamesTheNearest) {
  SinkUri uri = Parse("log:?formt=hunter2");
  uri.Get("format");
  uri.Get("name");
  EXPECT_EQ(ErrorOf([&] { uri.CheckAllRead(); }),
            "--sink=log: option formt is not known; did you mean format?");
}

TEST(SinkUri, AnOptionNobodyReadIsAnErrorThatNamesAllIfNoneIsNear) {
  SinkUri uri = Parse("log:?hunter=2&hunter=3&other=1");
  uri.Get("format");
  uri.GetList("kinds");
  EXPECT_EQ(ErrorOf([&] { uri.CheckAllRead(); }),
            "--sink=log: option hunter is not known; known: format, kinds");
  EXPECT_THAT(uri.Unread(), ElementsAre("hunter", "other"));
}

TEST(SinkUri, AnOptionThatIsNoWordIsNotShown) {
  EXPECT_EQ(ErrorOf([] { Parse("log:?root:hunter2@tcp").CheckAllRead(); }),
            "--sink=log: option *** is not known");
}

TEST(SinkUri, WhatWasReadOrIgnoredIsNoError) {
  SinkUri uri = Parse("log:?a=1&b=2&c=3&d=4&e=5&f=6s&g=7");
  uri.Get("a");
  uri.GetList("b");
  uri.GetAll("c");
  uri.GetInt("d", 0, 0, 9);
  EXPECT_EQ(ErrorOf([&] { uri.GetBool("e", false); }).substr(0, 6), "--sink");
  uri.GetDuration("f", 1s);
  uri.Ignore("g", "the server decides");
  uri.Ignore("h", "it is not even there");
  EXPECT_EQ(ErrorOf([&] { uri.CheckAllRead(); }), "none");
  EXPECT_THAT(uri.warnings(),
              ElementsAre("--sink=log: option g has no effect: the server decides"));
}

TEST(SinkUri, AskingWhetherThereIsAnOptionDoesNotReadIt) {
  SinkUri uri = Parse("log:?a=1");
  EXPECT_TRUE(uri.Has("a"));
  EXPECT_FALSE(uri.Has("b"));
  EXPECT_THAT(uri.Unread(), ElementsAre("a"));
}

TEST(NearestWord, FindsTyposAndNothingElse) {
  const std::vector<std::string> known = {"format", "level", "kinds", "name", "log", "webhook"};
  for (const auto& [word, nearest] :
       std::vector<std::pair<std::string, std::string>>{{"formt", "format"},
                                                        {"fromat", "format"},
                                                        {"FORMAT", "format"},
                                                        {"Level", "level"},
                                                        {"kind", "kinds"},
                                                        {"nmae", "name"},
                                                        {"lgo", "log"},
                                                        {"logs", "log"},
                                                        {"wehbook", "webhook"},
                                                        {"web-hook", "webhook"},
                                                        {"names", "name"}}) {
    EXPECT_EQ(NearestWord(word, known), nearest) << word;
  }
  for (const std::string word : {"", "x", "colour", "dingtalk", "abc"}) {
    EXPECT_EQ(NearestWord(word, known), std::nullopt) << word;
  }
  EXPECT_EQ(NearestWord(std::string(100'000, 'x'), known), std::nullopt);
}

TEST(SinkUri, WhereOptionsArePassedOnTheNameAsWrittenCounts) {
  SinkUri uri = Parse("webhook:http://h/?%6Eame=x&level=a%20b&token=1;2");
  uri.PassOptionsOn("header method");
  EXPECT_EQ(uri.Get("name"), std::nullopt);
  EXPECT_EQ(uri.Get("level"), "a b");
  EXPECT_EQ(uri.QueryToPassOn(), "%6Eame=x&token=1;2");
  EXPECT_THAT(uri.warnings(), IsEmpty());
}

TEST(SinkUri, OfOptionsThatArePassedOnNoneIsShown) {
  SinkUri uri = Parse(
      "webhook:https://h.example/x?label=SECRETSECRET&context=SECRET2&service=pdkey&foo=bar&"
      "method=POST&level=Warning&header=a=b");
  uri.PassOptionsOn("header method");
  for (const char* option : {"method", "level", "header"}) uri.Get(option);
  EXPECT_EQ(uri.Masked(),
            "webhook:https://h.example/***?***=***&***=***&***=***&***=***&method=POST&"
            "level=Warning&header=***");
}

TEST(SinkUri, AnOptionThatIsPassedOnIsAPartOfTheDestination) {
  const auto destination = [](const std::string& options) {
    SinkUri uri = Parse("webhook:https://h.example/x?" + options);
    uri.PassOptionsOn("header method");
    return uri.Destination();
  };
  EXPECT_NE(destination("service=teamA"), destination("service=teamB"));
  EXPECT_EQ(destination("method=POST&level=Warning"), destination("method=PUT"));
}

TEST(SinkUri, AMalformedOptionOfOursIsNotPassedOn) {
  SinkUri uri = Parse("webhook:http://h/?header=100%zz&x=100%zz");
  uri.PassOptionsOn("header method");
  EXPECT_THAT(uri.GetAll("header"), IsEmpty());
  EXPECT_EQ(uri.QueryToPassOn(), "x=100%zz");
  EXPECT_THAT(uri.warnings(), ElementsAre(HasSubstr("1 malformed options are ignored")));
}

}  // namespace
}  // namespace eventer
