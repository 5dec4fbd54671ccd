#include "eventer/sink_uri.h"
#include "sinks/robot_fixture.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kRobot = "wecom:https://h/cgi-bin/webhook/send?key=s3cret";

std::string Answer(int code, const std::string& words) {
  return nlohmann::json({{"errcode", code}, {"errmsg", words}}).dump();
}

class WecomTest : public RobotTest {
 protected:
  static std::string ContentOf(const HttpRequest& request) {
    const Json body = Json::parse(request.body.text());
    return body[std::string(body["msgtype"])]["content"];
  }
  // 20 messages a minute; text of 2,048 and markdown of 4,096 bytes.
  void Serve() {
    RobotTest::Serve({{20, 60s}}, Answer(0, "ok"), Answer(40058, "exceed max length"),
                     [this](const HttpRequest& request) {
                       const bool text = Json::parse(request.body.text())["msgtype"] == "text";
                       contents_.push_back(ContentOf(request));
                       return contents_.back().size() <= (text ? 2048 : 4096);
                     });
  }
  Json BodyOf(const std::string& options, const EventPtr& event = WarningEvent()) {
    Make(kRobot + options);
    client_->Respond(200, Answer(0, "ok"));
    EXPECT_EQ(Export(event).outcome, Outcome::kDelivered);
    return Json::parse(LastRequest().body.text());
  }
  std::vector<std::string> contents_;
};

// --- the request ---

TEST_F(WecomTest, TheKeyStandsInTheAddressAndComesFromAFileIfThatIsWanted) {
  BodyOf("");
  EXPECT_EQ(LastRequest().method, "POST");
  EXPECT_EQ(LastRequest().url, "https://h/cgi-bin/webhook/send?key=s3cret");
  EXPECT_THAT(LastRequest().headers,
              testing::Contains(testing::Pair("Content-Type", "application/json; charset=utf-8")));
  const TempDir dir;
  dir.Write("key", "one\n");
  Make("wecom:http://h:81/s?robot_key_file=" + dir.Path("key"));
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(0, "ok")); });
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "http://h:81/s?key=one");
  dir.Write("key", "t/wo\n");
  clock_.Advance(5s);
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "http://h:81/s?key=t%2Fwo");
}

TEST_F(WecomTest, WarningsAreColoured) {
  const LocalZone zone("UTC");
  EXPECT_EQ(BodyOf("&label=k8s&cluster=prod&link=https://c/{{.Reason}}").dump(),
            Json({{"msgtype", "markdown"},
                  {"markdown",
                   {{"content",
                     "k8s\n<font color=\"warning\">⚠ BackOff · shop/cart-1</font>\n"
                     "Cluster: **prod**\nNamespace: **shop**\nObject: **Pod/cart-1**\n"
                     "Reason: **BackOff**\nWhen: **7 times, last 2026-11-23 04:33:10**\n"
                     "> Back-off restarting failed container\n[Open](https://c/BackOff)"}}}})
                .dump());
  auto normal = std::make_shared<Event>(*WarningEvent());
  normal->type = "Normal";
  EXPECT_THAT(BodyOf("", normal)["markdown"]["content"].dump(),
              StartsWith("\"**BackOff · shop/cart-1**\\n"));
}

TEST_F(WecomTest, ATemplateIsTheWholeTextBehindTheLabels) {
  const TempDir dir;
  dir.Write("t", "<font color=\"info\">{{.Reason}}</font>");
  EXPECT_EQ(BodyOf("&label=k&template_file=" + dir.Path("t"))["markdown"]["content"],
            "k\n<font color=\"info\">BackOff</font>");
}

TEST_F(WecomTest, NothingInAMessageIsTakenForMarkup) {
  const std::string markdown = BodyOf("", ATrickyEvent())["markdown"]["content"];
  EXPECT_THAT(markdown, EndsWith("> Back-off ＜at id=all>＜/at> ＊restarting＊ 'web'\n"
                                 "> # [x] (https://y) ＜@all> a_b \\ &lt;"));
  EXPECT_THAT(std::string(BodyOf("&msg_type=text", ATrickyEvent())["text"]["content"]),
              HasSubstr("*restarting* `web`\n# [x](https://y) ＜@all> a_b"));
}

TEST_F(WecomTest, ATextIsCutAtACodePointToTheBytesThatTheRobotTakes) {
  Serve();
  std::string message;
  for (int i = 0; i < 6000; ++i) message += "日";
  for (const char* type : {"text", "markdown"}) {
    const std::size_t most = std::string(type) == "text" ? 2048 : 4096;
    for (const char* pad : {"", "x", "xx"}) {
      Make(kRobot + std::string("&at_user_ids=u1&link=https://c&msg_type=") + type);
      EXPECT_EQ(Export(WarningEvent(pad + message)).outcome, Outcome::kDelivered);
      EXPECT_LE(contents_.back().size(), most);
      EXPECT_GT(contents_.back().size(), most - 4);
      EXPECT_THAT(contents_.back(), HasSubstr("日…\n"));
    }
  }
  EXPECT_THAT(contents_.back(), EndsWith("\n[Open](https://c)\n<@u1>"));
  EXPECT_EQ(refused_, 0);
}

TEST_F(WecomTest, BytesThatAreNoUtf8CountAsWhatTheyBecome) {
  Serve();
  Make(kRobot);
  auto event = std::make_shared<Event>(*WarningEvent());
  event->message = std::string(4000, '\xFF');
  EXPECT_EQ(Export(EventPtr(event)).outcome, Outcome::kDelivered);
  EXPECT_THAT(contents_.back(), EndsWith("\uFFFD\uFFFD…"));
}

TEST_F(WecomTest, ALinkThatIsTooLongIsNone) {
  const Json body = BodyOf("&link=https://c/" + std::string(2000, 'x'));
  EXPECT_THAT(body.dump(), Not(HasSubstr("Open")));
}

TEST_F(WecomTest, PeopleAreMentionedInWarnings) {
  const std::string people = "&at_user_ids=u1,u2&at_mobiles=138&at_all=true&msg_type=text";
  Json body = BodyOf(people);
  EXPECT_EQ(body["text"]["mentioned_list"], Json({"u1", "u2", "@all"}));
  EXPECT_EQ(body["text"]["mentioned_mobile_list"], Json({"138"}));
  EXPECT_THAT(std::string(BodyOf("&at_user_ids=u1,u2")["markdown"]["content"]),
              EndsWith("\n<@u1><@u2>"));
  auto normal = std::make_shared<Event>(*WarningEvent());
  normal->type = "Normal";
  body = BodyOf(people, normal);
  EXPECT_FALSE(body["text"].contains("mentioned_list"));
}

// --- the answer ---

TEST_F(WecomTest, TheErrcodeInsideA200Decides) {
  ExpectMeanings(
      kRobot,
      {
          {-1, "system busy", Outcome::kRetry, Cause::kServer, "busy"},
          {45009, "api freq out of limit", Outcome::kRetry, Cause::kThrottled, "too fast"},
          {93000, "invalid webhook url", Outcome::kMisconfigured, Cause::kNotFound, "`key`"},
          {40008, "invalid message type", Outcome::kMisconfigured, Cause::kSettings, "msg_type"},
          {40058, "markdown.content exceed max length 4096. invalid Request Parameter",
           Outcome::kRejected, Cause::kTooLarge, "too long"},
          {40058, "invalid Request Parameter", Outcome::kRejected, Cause::kBadRequest,
           "cannot read"},
          {12345, "new", Outcome::kMisconfigured, Cause::kSettings, "code 12345: new"},
      },
      Answer);
}

TEST_F(WecomTest, AnAnswerWithoutAnErrcodeIsNoDelivery) {
  ExpectNoDeliveryWithoutAnAnswer(kRobot, Answer(0, "ok"));
}

TEST_F(WecomTest, AnyOtherStatusDecides) { ExpectByStatus(kRobot); }

TEST_F(WecomTest, ARefusedTokenNamesTheOptionToMend) {
  Make(kRobot);
  client_->Respond(401, "no");
  EXPECT_EQ(Export(WarningEvent()).detail, "HTTP 401: no (check `key`)");
}

TEST_F(WecomTest, ARobotThatIsToldTooMuchRestsForAMinuteOrAsLongAsItAsks) {
  Make(kRobot);
  client_->Respond(200, Answer(45009, "api freq out of limit"));
  EXPECT_EQ(Export(std::vector{WarningEvent()}).retry_after, Duration(60s));
  clock_.Advance(60s);
  client_->Respond(200, Answer(45009, "api freq out of limit"), {{"Retry-After", "300"}});
  EXPECT_EQ(Export(std::vector{WarningEvent()}).retry_after, Duration(300s));
}

TEST_F(WecomTest, WhatTheRobotRepeatsOfTheKeyIsHiddenEvenWhereItIsCut) {
  Make(kRobot);
  client_->Respond(200, Answer(93000, std::string(197, 'x') + "s3cret"));
  EXPECT_THAT(Export(WarningEvent()).detail, Not(HasSubstr("s3")));
  client_->Respond(403, std::string(290, 'x') + "s3cret");
  EXPECT_THAT(Export(WarningEvent()).detail, Not(HasSubstr("s3")));
  client_->Respond(200, std::string(197, 'x') + "s3cret");
  EXPECT_THAT(Export(WarningEvent()).detail, Not(HasSubstr("s3")));
}

// --- many ---

TEST_F(WecomTest, IsNeverRefusedForSpeedOrSizeAndTellsEveryEvent) {
  for (const char* type : {"&msg_type=text", "&msg_type=markdown"}) {
    Serve();
    const int before = made_;
    Make(kRobot + std::string("&cluster=prod&label=k&at_user_ids=u1") + type);
    contents_.clear();
    clock_.Advance(60s);
    SendBursts();
    int told = 0;
    for (const std::string& content : contents_) told += EventsIn(content);
    EXPECT_EQ(told, made_ - before);
  }
}

TEST_F(WecomTest, ADigestIsAsLargeAsLabelsAndMentionsLeaveRoomFor) {
  Serve();
  Make(kRobot + std::string("&at_user_ids=" + std::string(64, 'u') + "&label=") +
       std::string(490, 'l'));
  for (int i = 0; i < 300; ++i) {
    auto event = std::make_shared<Event>(*WarningEvent(std::string(110, '*')));
    event->uid = "uid-" + std::to_string(i);
    event->reason = "Reason" + std::to_string(i);
    waiting_.push_back(event);
  }
  Finish();
  EXPECT_EQ(refused_, 0);
  int told = 0;
  for (const std::string& content : contents_) {
    EXPECT_THAT(content, StartsWith(std::string(490, 'l') + "\n"));
    EXPECT_THAT(content, Not(EndsWith("…")));
    told += EventsIn(content);
  }
  EXPECT_EQ(told, 300);
  EXPECT_THAT(contents_.front(), HasSubstr("\n1 × <font color=\"warning\">Reason0</font> · "));
}

// --- goldens ---

TEST_F(WecomTest, SendsTheBodiesOfTheGoldens) {
  Serve();
  ExpectGolden("wecom-event.json",
               kRobot + std::string("&cluster=prod&link=https://c/{{.InvolvedObject.Name}}&"
                                    "at_user_ids=zhang"),
               {ATrickyEvent()});
}
TEST_F(WecomTest, SendsTheTextOfTheGolden) {
  Serve();
  ExpectGolden(
      "wecom-text.json",
      kRobot + std::string("&msg_type=text&cluster=prod&at_mobiles=13800000000&at_all=true"),
      {ATrickyEvent()});
}
TEST_F(WecomTest, SendsTheDigestOfTheGolden) {
  Serve();
  ExpectGolden("wecom-digest.json", kRobot + std::string("&cluster=prod&at_user_ids=zhang"),
               RecordedEvents("wecom:?level=Normal"));
}

// --- bad input ---

TEST_F(WecomTest, WhatIsWrongIsSaidInOneLine) {
  const std::pair<std::string, std::string> rows[] = {
      {"wecom:https://h/s", "option key is required (or robot_key_file)"},
      {"wecom:?key=s3cret", "the address has no host: https://qyapi.weixin.qq.com/"},
      {"wecom:ftp://h?key=s3cret", "must begin with https:// or http://"},
      {"wecom:https://h?key=s3cret&robot_key_file=/k", "option robot_key_file must not be given"},
      {"wecom:https://h?robot_key_file=/no/such", "option robot_key_file cannot be read"},
      {"wecom:https://h?key_file=/no/such", "option key is required (or robot_key_file)"},
      {"wecom:https://h?key=s3cret&msg_type=card", "option msg_type must be one of markdown, text"},
      {"wecom:https://h?key=s3cret&lable=x", "did you mean label?"},
      {"wecom:https://h?key=s3cret&sign=x", "option sign is not known"},
      {"wecom:https://h?key=s3cret&level=loud", "option level"},
      {"wecom:https://h?key=s3cret&rate=0", "option rate"},
      {"wecom:https://h?key=s3cret&repeat=never", "option repeat must be all, summary="},
      {"wecom:https://h?key=s3cret&at_all=maybe", "option at_all"},
      {"wecom:https://h?key=s3cret&at_all=true", "option at_all needs msg_type=text"},
      {"wecom:https://h?key=s3cret&at_mobiles=138", "option at_mobiles needs msg_type=text"},
      {"wecom:https://h?key=s3cret&at_user_ids=a%20b", "option at_user_ids must be user ids"},
      {"wecom:https://h?key=s3cret&link={{.Reason", "option link is no template"},
      {"wecom:https://h?key=s3cret&template_file=/no", "option template_file cannot be read"},
      {"wecom:https://h?key=s3cret&timeout=soon", "option timeout"},
      {"wecom:https://h?key=s3cret&label=" + std::string(501, 'x'),
       "option label takes 500 bytes at most"},
  };
  for (const auto& [value, said] : rows) {
    const std::string error = ErrorOf(value);
    EXPECT_THAT(error, HasSubstr(said)) << value;
    EXPECT_THAT(error, StartsWith("--sink=wecom: ")) << value;
    EXPECT_THAT(error, Not(HasSubstr("s3cret"))) << value;
  }
  EXPECT_THAT(SinkUri::Parse("--sink", kRobot).Masked(), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace eventer
