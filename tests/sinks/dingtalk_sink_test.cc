#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "sinks/http_sink_fixture.h"
#include "support/local_zone.h"
#include "support/temp_dir.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kRobot = "dingtalk:https://h/robot/send?access_token=t0ken";

std::string Answer(int code, const std::string& words) {
  return json({{"errcode", code}, {"errmsg", words}}).dump();
}

class DingTalkTest : public HttpSinkTest {
 protected:
  std::string ContentOf(const HttpRequest& request) {
    return json::parse(request.body.text())["text"]["content"];
  }
};

// --- the request ---

TEST_F(DingTalkTest, TheSchemeThatIsGivenIsUsedAndOtherOptionsAreRefused) {
  Make("dingtalk:http://h:81/robot/send?access_token=a%2Fb");
  client_->Respond(200, Answer(0, "ok"));
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_EQ(LastRequest().url, "http://h:81/robot/send?access_token=a%2Fb");
  EXPECT_EQ(LastRequest().method, "POST");
  EXPECT_THAT(ErrorOf(std::string(kRobot) + "&lable=x"), HasSubstr("did you mean label?"));
}

// The pair of DingTalk's documentation: secret SECtest at 1700000000000.
TEST_F(DingTalkTest, SignsEachAttemptWithTheTimeOfNow) {
  clock_.JumpWall(std::chrono::duration_cast<Duration>(WallTime(1700000000s) - clock_.Wall()));
  Make(std::string(kRobot) + "&sign=SECtest");
  client_->Respond(200, Answer(0, "ok"));
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url,
            "https://h/robot/send?access_token=t0ken&sign="
            "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D&timestamp=1700000000000");
  clock_.JumpWall(std::chrono::hours(-3));
  client_->Respond(200, Answer(0, "ok"));
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().url, testing::EndsWith("&timestamp=1699989200000"));
}

TEST_F(DingTalkTest, TimesAreInTheZoneThatIsAskedFor) {
  Make(std::string(kRobot) + "&timezone=Asia/Shanghai");
  client_->Respond(200, Answer(0, "ok"));
  Event event = *WarningEvent();
  event.last_seen = WallTime(1714528984s);
  Export(std::make_shared<Event>(event));
  EXPECT_THAT(LastRequest().body.text(), HasSubstr("Timestamp:2024-05-01 10:03:04"));
  EXPECT_THAT(ErrorOf(std::string(kRobot) + "&timezone=Mars"), HasSubstr("Asia/Shanghai"));
}

TEST_F(DingTalkTest, SecretsOfFilesAreReadAgain) {
  const TempDir dir;
  dir.Write("token", "one\n");
  dir.Write("sign", "SECone\n");
  Make("dingtalk:https://h/s?access_token_file=" + dir.Path("token") +
       "&sign_file=" + dir.Path("sign"));
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(0, "ok")); });
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().url, HasSubstr("access_token=one"));
  dir.Write("token", "two\n");
  dir.Write("sign", "SECtwo\n");
  clock_.Advance(5s);
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().url, HasSubstr("access_token=two"));
  const std::string url = LastRequest().url;
  Make("dingtalk:https://h/s?access_token=two&sign=SECtwo");
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, url);
}

TEST_F(DingTalkTest, TheSameMessageHasTheSameUuid) {
  Make(kRobot);
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(503); });
  Export(WarningEvent());
  Export(WarningEvent());
  for (const HttpRequest& request : client_->requests()) {
    EXPECT_EQ(json::parse(request.body.text())["msgUuid"], "605abd8a-2875");
  }
}

TEST_F(DingTalkTest, LabelsArePlainTextAndTheLastComesFirst) {
  Make(std::string(kRobot) + "&label=100%25&label=%25s");
  client_->Respond(200, Answer(0, "ok"));
  Export(WarningEvent());
  EXPECT_THAT(ContentOf(LastRequest()), testing::StartsWith("%s\n100%\nLevel:Warning \n"));
}

TEST_F(DingTalkTest, ATextThatIsTooLongIsCutAtACodePointWithAMark) {
  Make(kRobot);
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(0, "ok")); });
  std::string message;
  for (int i = 0; i < 6000; ++i) message += "日";
  Export(WarningEvent(message));
  const std::string content = ContentOf(LastRequest());
  EXPECT_LE(content.size(), 14000u);
  EXPECT_THAT(content, testing::EndsWith("日…"));
}

TEST_F(DingTalkTest, BytesThatAreNoUtf8DoNotBreakTheMessage) {
  Make(kRobot);
  client_->Respond(200, Answer(0, "ok"));
  auto event = std::make_shared<Event>(*WarningEvent());
  event->message = "a\xFF\xC3";
  EXPECT_EQ(Export(event).outcome, Outcome::kDelivered);
  EXPECT_THAT(ContentOf(LastRequest()), HasSubstr("Message:a\uFFFD"));
}

// --- the answer ---

struct Row {
  int code;
  const char* words;
  Outcome outcome;
  Cause cause;
  const char* said;
};

TEST_F(DingTalkTest, TheErrcodeInsideA200Decides) {
  for (const Row& row : {
           Row{-1, "system busy", Outcome::kRetry, Cause::kServer, "busy"},
           Row{130101, "send too fast", Outcome::kRetry, Cause::kThrottled, "too fast"},
           Row{410100, "limited", Outcome::kRetry, Cause::kThrottled, "too fast"},
           Row{90030, "limit", Outcome::kRetry, Cause::kThrottled, "daily limit"},
           Row{310000, "keywords not in content", Outcome::kRejected, Cause::kContent,
               "put one of its keywords into `label`"},
           Row{310000, "sign not match", Outcome::kMisconfigured, Cause::kUnauthorized,
               "`sign` must be the robot's secret"},
           Row{310000,
               "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在"
               "调用的网址中，请确认机器人的密钥加密和填写正确;link:请参考本接口对应文档查看获取正"
               "确参数配置 https://open.dingtalk.com/document/",
               Outcome::kMisconfigured, Cause::kUnauthorized, "`sign` must be the robot's secret"},
           Row{310000, "invalid timestamp", Outcome::kMisconfigured, Cause::kUnauthorized, "clock"},
           Row{310000, "description:机器人发送签名过期", Outcome::kMisconfigured,
               Cause::kUnauthorized, "clock"},
           Row{310000, "ip 1.2.3.4 not in whitelist", Outcome::kMisconfigured, Cause::kUnauthorized,
               "list of IP addresses"},
           Row{88, "token blank", Outcome::kMisconfigured, Cause::kUnauthorized, "access_token"},
           Row{300001, "token", Outcome::kMisconfigured, Cause::kUnauthorized, "access_token"},
           Row{400101, "token", Outcome::kMisconfigured, Cause::kUnauthorized, "access_token"},
           Row{400102, "stopped", Outcome::kMisconfigured, Cause::kUnauthorized, "stopped"},
           Row{400106, "gone", Outcome::kMisconfigured, Cause::kNotFound, "does not exist"},
           Row{400013, "gone", Outcome::kMisconfigured, Cause::kNotFound, "group"},
           Row{400105, "type", Outcome::kMisconfigured, Cause::kSettings, "msg_type"},
           Row{40035, "bad json", Outcome::kRejected, Cause::kBadRequest, "cannot read"},
           Row{430101, "unsafe", Outcome::kRejected, Cause::kContent, "unsafe"},
           Row{430104, "unsafe", Outcome::kRejected, Cause::kContent, "unsafe"},
           Row{12345, "new", Outcome::kMisconfigured, Cause::kSettings, "(code 12345: new)"},
       }) {
    Make(kRobot);
    client_->Respond(200, Answer(row.code, row.words));
    const EventOutcome outcome = Export(WarningEvent());
    EXPECT_EQ(outcome.outcome, row.outcome) << row.code << row.words;
    EXPECT_EQ(outcome.cause, row.cause) << row.code << row.words;
    EXPECT_THAT(outcome.detail, HasSubstr(row.said));
  }
}

TEST_F(DingTalkTest, ABlockedRobotRestsForTenMinutesOrAsLongAsItAsks) {
  Make(kRobot);
  client_->Respond(200, Answer(130101, "send too fast, exceed 20 times per minute"));
  EXPECT_EQ(Export(std::vector{WarningEvent()}).retry_after, Duration(10min));
  clock_.Advance(10min);
  client_->Respond(200, Answer(130101, "too fast"), {{"Retry-After", "30"}});
  EXPECT_EQ(Export(std::vector{WarningEvent()}).retry_after, Duration(30s));
}

TEST_F(DingTalkTest, AMessageTooLongIsCutOnceThenRejected) {
  Make(kRobot);
  client_->Respond(200, Answer(460101, "message too long"));
  client_->Respond(200, Answer(0, "ok"));
  EXPECT_EQ(Export(WarningEvent(std::string(1000, 'x'))).outcome, Outcome::kWaiting);
  EXPECT_EQ(Export(WarningEvent(std::string(1000, 'x'))).outcome, Outcome::kDelivered);
  EXPECT_LE(2 * ContentOf(client_->requests()[1]).size(),
            ContentOf(client_->requests()[0]).size() + 1);
  client_->Respond(200, Answer(460101, "message too long"));
  client_->Respond(200, Answer(460101, "message too long"));
  EXPECT_EQ(Export(WarningEvent(std::string(1000, 'x'))).outcome, Outcome::kWaiting);
  const EventOutcome outcome = Export(WarningEvent(std::string(1000, 'x')));
  EXPECT_EQ(outcome.outcome, Outcome::kRejected);
  EXPECT_EQ(outcome.cause, Cause::kTooLarge);
}

TEST_F(DingTalkTest, AMessageThatIsCutAndSentOnceMoreStaysWithinTheBudget) {
  Make(std::string(kRobot) + "&rate=3");
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(460101, "too long")); });
  std::vector<SteadyTime> sent;
  for (int i = 0; i < 200; ++i) {
    const std::size_t before = client_->requests().size();
    const ExportResult result = Export(std::vector{WarningEvent(std::string(1000, 'x'))});
    sent.insert(sent.end(), client_->requests().size() - before, clock_.Steady());
    const SteadyTime again_at = result.again_at.value_or(clock_.Steady());
    clock_.Advance(std::max(Duration(1s), again_at - clock_.Steady()));
  }
  ASSERT_GT(sent.size(), 20u);
  for (std::size_t i = 3; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 3], Duration(60s));
}

TEST_F(DingTalkTest, ADigestThatIsTooLongIsCutWhenItIsSentAgain) {
  Make(kRobot);
  client_->Respond(200, Answer(460101, "message too long"));
  client_->Respond(200, Answer(0, "ok"));
  const ExportResult first = Export(std::vector(41, WarningEvent()));
  EXPECT_EQ(first.events[0].outcome, Outcome::kWaiting);
  ASSERT_TRUE(first.again_at);
  EXPECT_EQ(Export(std::vector(41, WarningEvent())).events[0].outcome, Outcome::kDelivered);
  EXPECT_LE(2 * ContentOf(client_->requests()[1]).size(),
            ContentOf(client_->requests()[0]).size() + 1);
}

TEST_F(DingTalkTest, AnAnswerWithoutAnErrcodeIsNoDelivery) {
  for (const char* body : {"", "<html>", "[]", "{\"errcode\":\"0\"}", "{}"}) {
    Make(kRobot);
    client_->Respond(200, body);
    const EventOutcome outcome = Export(WarningEvent());
    EXPECT_EQ(outcome.outcome, Outcome::kRetry) << body;
    EXPECT_EQ(outcome.cause, Cause::kGarbage) << body;
    EXPECT_THAT(outcome.detail, HasSubstr("no answer of a DingTalk robot")) << body;
  }
}

TEST_F(DingTalkTest, AnAnswerThatIsCutOffIsNoDelivery) {
  Make(kRobot);
  HttpResponse cut = FakeFailure(HttpError::kTimeout, "no whole answer in 10s");
  cut.status = 200;
  cut.body = R"({"errcode":0,)";
  client_->Respond(cut);
  EventOutcome outcome = Export(WarningEvent());
  EXPECT_EQ(outcome.outcome, Outcome::kRetry);
  EXPECT_EQ(outcome.cause, Cause::kTimeout);
  EXPECT_THAT(outcome.detail, HasSubstr("no whole answer in 10s"));
  cut.error = HttpError::kBroken;
  cut.body = "";
  client_->Respond(cut);
  outcome = Export(WarningEvent());
  EXPECT_EQ(outcome.outcome, Outcome::kRetry);
  EXPECT_EQ(outcome.cause, Cause::kConnection);
}

TEST_F(DingTalkTest, AnAnswerThatIsWholeCountsEvenIfTheConnectionBreaksBehindIt) {
  Make(kRobot);
  HttpResponse broken = FakeFailure(HttpError::kBroken);
  broken.status = 200;
  broken.body = Answer(0, "ok");
  client_->Respond(broken);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
}

TEST_F(DingTalkTest, AnyOtherStatusDecidesWithoutABody) {
  Make(kRobot);
  client_->Respond(502, "<html>");
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRetry);
  client_->Respond(413);
  client_->Respond(413);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kWaiting);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRejected);
}

TEST_F(DingTalkTest, WhatTheRobotRepeatsOfTheSecretsIsHidden) {
  Make(std::string(kRobot) + "&sign=SECsecret");
  client_->Respond(200, Answer(400101, "token t0ken SECsecret"));
  EXPECT_THAT(Export(WarningEvent()).detail, HasSubstr("token *** ***"));
}

TEST_F(DingTalkTest, ASecretThatTheCutGoesThroughIsHiddenAllTheSame) {
  Make("dingtalk:https://h/robot/send?access_token=t0kent0kent0ken");
  const std::string before(190, 'x');
  client_->Respond(200, Answer(400101, before + "t0kent0kent0ken"));
  EXPECT_THAT(Export(WarningEvent()).detail, Not(HasSubstr("t0k")));
  client_->Respond(403, before + std::string(100, 'x') + "t0kent0kent0ken");
  EXPECT_THAT(Export(WarningEvent()).detail, Not(HasSubstr("t0k")));
}

// --- against the original ---

class DingTalkGoldenTest : public DingTalkTest {
 protected:
  void ExpectSame(const std::string& file, const std::string& value) {
    const LocalZone zone("Asia/Shanghai");
    Make(value);
    client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(0, "ok")); });
    for (const EventPtr& event : RecordedEvents(value)) {
      EXPECT_EQ(Export(event).outcome, Outcome::kDelivered);
      clock_.Advance(60s);  // each within the budget
    }
    const std::vector<std::string> recorded = ReadTestLines("golden/" + file);
    const std::vector<HttpRequest> sent = client_->requests();
    ASSERT_EQ(sent.size(), recorded.size());
    for (std::size_t i = 0; i < sent.size(); ++i) ExpectSame(sent[i], json::parse(recorded[i]));
  }

  // Different on purpose: a msgUuid; the signature's time is that of the test.
  static void ExpectSame(const HttpRequest& sent, const json& recorded) {
    const std::string url = recorded["url"];
    EXPECT_EQ(sent.url.substr(0, sent.url.find("&sign=")),
              "https://" + recorded["host"].get<std::string>() + url.substr(0, url.find("&sign=")));
    EXPECT_EQ(sent.url.find("&sign=") == std::string::npos,
              url.find("&sign=") == std::string::npos);
    EXPECT_EQ(sent.method, recorded["method"]);
    EXPECT_EQ(json(sent.headers)[0][1], recorded["headers"]["Content-Type"]);
    json body = json::parse(sent.body.text());
    body.erase("msgUuid");
    EXPECT_EQ(body, json::parse(recorded["body"].get<std::string>()));
  }
};

TEST_F(DingTalkGoldenTest, SendsTheTextsOfTheOriginal) {
  ExpectSame("dingtalk-text.jsonl",
             "dingtalk:https://127.0.0.1:7002/robot/send?access_token=tok&label=prod&label=cn-1&"
             "level=Normal");
}

TEST_F(DingTalkGoldenTest, SendsTheMarkdownOfTheOriginal) {
  ExpectSame("dingtalk-markdown.jsonl",
             "dingtalk:https://127.0.0.1:7002/robot/send?access_token=tok&sign=SECx&label=prod&"
             "level=Warning&msg_type=markdown&cluster_id=c550&region=cn-shenzhen");
}

TEST_F(DingTalkGoldenTest, SendsWhatTheOriginalSentOfSomeNamespaces) {
  ExpectSame("dingtalk-namespaces.jsonl",
             "dingtalk:https://127.0.0.1:7002/robot/send?access_token=tok&"
             "namespaces=default,team-b&kinds=Node,Deployment&level=Normal");
}

TEST_F(DingTalkTest, ARefusedTokenNamesTheOptionToMend) {
  Make(kRobot);
  client_->Respond(401, "no");
  EXPECT_EQ(Export(WarningEvent()).detail, "HTTP 401: no (check `access_token` and `sign`)");
}

// --- many ---

TEST_F(DingTalkTest, ManyEventsAreOneMessageBehindTheLabels) {
  Make(std::string(kRobot) + "&label=prod");
  client_->Respond(200, Answer(0, "ok"));
  const ExportResult result = Export(std::vector(41, WarningEvent()));
  ASSERT_THAT(client_->requests(), SizeIs(1));
  EXPECT_THAT(ContentOf(LastRequest()), testing::StartsWith("prod\n41 × BackOff · shop/cart ("));
  EXPECT_EQ(result.events[0].outcome, Outcome::kDelivered);
}

TEST_F(DingTalkTest, NoLineOfADigestIsCutOffByLabelsAndMentions) {
  std::string people = "&at_user_ids=";
  for (int i = 10; i < 30; ++i) people += std::string(62, 'u') + std::to_string(i) + ",";
  people.pop_back();
  Make(kRobot + people + "&label=" + std::string(490, 'l'));
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(0, "ok")); });
  std::vector<EventPtr> events;
  for (int i = 0; i < 100; ++i) {
    auto event = std::make_shared<Event>(*WarningEvent());
    event->uid = "uid-" + std::to_string(i);
    event->reason = "Reason" + std::to_string(i);
    events.push_back(event);
  }
  Export(events);
  const std::string content = ContentOf(LastRequest());
  EXPECT_THAT(content, HasSubstr("\n1 × Reason0 · "));
  EXPECT_THAT(content, Not(HasSubstr("…")));
}

TEST_F(DingTalkTest, ALabelThatLeavesNoRoomForTheMessageIsRefused) {
  EXPECT_THAT(ErrorOf(kRobot + ("&label=" + std::string(500, 'x'))),
              HasSubstr("option label takes 500 bytes at most"));
}

TEST_F(DingTalkTest, TheClusterIsToldInEveryMessage) {
  Make(std::string(kRobot) + "&cluster=pro*d");
  client_->AlwaysRespondWith([](auto&) { return FakeResponse(200, Answer(0, "ok")); });
  Export(WarningEvent());
  EXPECT_THAT(ContentOf(LastRequest()), testing::StartsWith("Cluster:pro*d \nLevel:Warning"));
  Export(std::vector(41, WarningEvent()));
  EXPECT_THAT(ContentOf(LastRequest()), testing::StartsWith("Cluster: pro*d\n41 × BackOff"));
  Make(std::string(kRobot) + "&cluster=pro*d&msg_type=markdown");
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().body.text(), HasSubstr(R"(Cluster: **pro\\*d** )"));
}

// --- options without effect ---

TEST_F(DingTalkTest, WhatATemplateLeavesWithoutEffectIsWarnedOf) {
  const TempDir dir;
  dir.Write("text", "{{.Reason}}");
  const std::string own = std::string(kRobot) + "&template_file=" + dir.Path("text");
  Make(own + "&style=original");
  EXPECT_THAT(warnings_, testing::ElementsAre(HasSubstr("option style has no effect")));
  Make(std::string(kRobot) + "&msg_type=card&style=original");
  EXPECT_THAT(warnings_, testing::ElementsAre(HasSubstr("option style has no effect")));
  Make(own + "&style=plain");
  EXPECT_THAT(warnings_, IsEmpty());
}

// --- bad input ---

TEST_F(DingTalkTest, WhatIsWrongIsSaidInOneLine) {
  const std::pair<std::string, std::string> rows[] = {
      {"dingtalk:https://h/s", "option access_token is required (or access_token_file)"},
      {"dingtalk:?access_token=s3cret", "the address has no host"},
      {"dingtalk:ftp://h?access_token=s3cret", "must begin with https:// or http://"},
      {"dingtalk:https://h?access_token=s3cret&msg_type=image", "option msg_type must be one of"},
      {"dingtalk:https://h?access_token=s3cret&sign_file=/no/such", "option sign_file"},
      {"dingtalk:https://h?access_token=s3cret&level=loud", "option level"},
      {"dingtalk:https://h?access_token=s3cret&rate=0", "option rate"},
      {"dingtalk:https://h?access_token=s3cret&rate=fast", "option rate"},
      {"dingtalk:https://h?access_token=s3cret&repeat=never",
       "option repeat must be all, summary="},
      {"dingtalk:https://h?access_token=s3cret&repeat=summary", "option repeat must be all"},
      {"dingtalk:https://h?access_token=s3cret&repeat=summary=5", "option repeat must be a time"},
      {"dingtalk:https://h?access_token=s3cret&repeat=summary=1s", "option repeat must be a time"},
      {"dingtalk:https://h?access_token=s3cret&closing=1s", "option closing must be a time"},
      {"dingtalk:https://h?access_token=s3cret&closing=soon", "option closing"},
      {"dingtalk:https://h?access_token=s3cret&group_wait=1h", "option group_wait must be"},
      {"dingtalk:https://h?access_token=s3cret&max_age=-1h", "option max_age must be"},
      {"dingtalk:https://h?access_token=s3cret&silence=kind=Pod,reason=(",
       "option silence is wrong at character 10: the pattern does not compile"},
  };
  for (const auto& [value, said] : rows) {
    const std::string error = ErrorOf(value);
    EXPECT_THAT(error, HasSubstr(said)) << value;
    EXPECT_THAT(error, testing::StartsWith("--sink=dingtalk: ")) << value;
    EXPECT_THAT(error, Not(HasSubstr("s3cret"))) << value;
  }
}

}  // namespace
}  // namespace eventer
