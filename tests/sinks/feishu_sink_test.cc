#include "eventer/sink_uri.h"
#include "sinks/feishu_fixture.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

// --- the request ---

// Computed by other means for the secret test at 1700000000.
TEST_F(FeishuTest, SignsEachBodyWithTheTimeOfNow) {
  clock_.JumpWall(std::chrono::duration_cast<Duration>(WallTime(1700000000s) - clock_.Wall()));
  Json body = BodyOf("");
  EXPECT_EQ(body["timestamp"], "1700000000");
  EXPECT_EQ(body["sign"], "eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=");
  clock_.JumpWall(-3h);
  EXPECT_EQ(BodyOf("")["timestamp"], "1699989200");
}

TEST_F(FeishuTest, WithoutASecretThereIsNoSignature) {
  Make("feishu:https://h/hook/s3cret");
  client_->Respond(200, FeishuAnswer(0, "success"));
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "https://h/hook/s3cret");
  EXPECT_EQ(LastRequest().method, "POST");
  EXPECT_FALSE(Json::parse(LastRequest().body.text()).contains("sign"));
  EXPECT_FALSE(Json::parse(LastRequest().body.text()).contains("timestamp"));
}

TEST_F(FeishuTest, TokenAndSecretComeFromFilesIfThatIsWanted) {
  const TempDir dir;
  dir.Write("token", "one\n");
  dir.Write("sign", "test\n");
  Make("feishu:http://h:81/bot/v2/hook/?token_file=" + dir.Path("token") +
       "&sign_file=" + dir.Path("sign"));
  Serve();
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "http://h:81/bot/v2/hook/one");
  EXPECT_EQ(refused_, 0);
  dir.Write("token", "two\n");
  clock_.Advance(5s);
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "http://h:81/bot/v2/hook/two");
}

TEST_F(FeishuTest, TheCardHasTheColourOfTheLevel) {
  const Json warning = BodyOf("")["card"]["header"];
  EXPECT_EQ(warning["template"], "red");
  EXPECT_EQ(warning["title"]["content"], "⚠ BackOff · shop/cart-1");
  auto normal = std::make_shared<Event>(*WarningEvent());
  normal->type = "Normal";
  EXPECT_EQ(BodyOf("", normal)["card"]["header"]["template"], "blue");
}

TEST_F(FeishuTest, ADigestHasTheColourOfItsPage) {
  for (const char* type : {"Warning", "Normal"}) {
    Make(kFeishuRobot + std::string("&rate=1&cluster=prod"));
    client_->Respond(200, FeishuAnswer(0, "success"));
    auto event = std::make_shared<Event>(*WarningEvent());
    event->type = type;
    Export(std::vector<EventPtr>(9, event));
    const Json header = Json::parse(LastRequest().body.text())["card"]["header"];
    EXPECT_EQ(header["template"], std::string(type) == "Warning" ? "red" : "blue");
    EXPECT_EQ(header["title"]["content"], "Kubernetes events of prod");
  }
}

TEST_F(FeishuTest, ALinkIsAButton) {
  const Json elements = BodyOf("&link=https://c/{{.Reason}}")["card"]["elements"];
  ASSERT_THAT(elements, SizeIs(2));
  EXPECT_EQ(elements[1]["actions"][0]["url"], "https://c/BackOff");
  EXPECT_THAT(BodyOf("")["card"]["elements"], SizeIs(1));
  EXPECT_THAT(std::string(BodyOf("&msg_type=text&link=https://c")["content"]["text"]),
              EndsWith("\nhttps://c"));
}

TEST_F(FeishuTest, NothingInAMessageIsTakenForMarkup) {
  const std::string card = BodyOf("", ATrickyEvent())["card"]["elements"][0]["text"]["content"];
  EXPECT_THAT(card,
              EndsWith("\nMessage: Back-off &#60;at id=all&#62;&#60;/at&#62; &#42;restarting&#42; "
                       "&#96;web&#96;\n&#35; &#91;x&#93;(https://y) &#60;@all&#62; a&#95;b "
                       "&#92; &#38;lt;"));
  EXPECT_THAT(std::string(BodyOf("&msg_type=text", ATrickyEvent())["content"]["text"]),
              HasSubstr("\nBack-off ＜at id=all></at> *restarting* `web`\n# [x]"));
}

TEST_F(FeishuTest, PeopleAreMentionedInWarnings) {
  const std::string people = "&at_user_ids=ou_1,ou_2&at_all=true";
  EXPECT_THAT(BodyOf(people).dump(),
              HasSubstr("\\n<at id=ou_1></at><at id=ou_2></at><at id=all></at>\""));
  EXPECT_THAT(std::string(BodyOf(people + "&msg_type=text")["content"]["text"]),
              EndsWith("\n<at user_id=\"ou_1\"></at><at user_id=\"ou_2\"></at>"
                       "<at user_id=\"all\"></at>"));
  auto normal = std::make_shared<Event>(*WarningEvent());
  normal->type = "Normal";
  EXPECT_THAT(BodyOf(people, normal).dump(), Not(HasSubstr("<at")));
}

TEST_F(FeishuTest, LabelsCarryTheKeyword) {
  EXPECT_THAT(BodyOf("&label=k8s-prod")["card"]["elements"][0]["text"]["content"].dump(),
              StartsWith("\"k8s-prod\\nNamespace: "));
}

TEST_F(FeishuTest, ABodyIsCutAtACodePointToTheBytesThatTheRobotTakes) {
  Serve();
  std::string wide, quotes(30'000, '"'), bells(30'000, '\a');
  for (int i = 0; i < 10'000; ++i) wide += "日";
  for (const std::string& message : {wide, quotes, bells}) {
    for (const char* type : {"card", "text"}) {
      Make(kFeishuRobot + std::string("&at_all=true&link=https://c&msg_type=") + type);
      EXPECT_EQ(Export(WarningEvent(message)).outcome, Outcome::kDelivered);
      EXPECT_GT(LastRequest().body.text().size(), 19'000u);
      EXPECT_THAT(texts_.back(), HasSubstr(message.substr(0, 3) + "…\n"));
      EXPECT_THAT(texts_.back(), EndsWith("</at>"));
      clock_.Advance(1s);
    }
  }
  EXPECT_EQ(refused_, 0);
}

// --- the answer ---

TEST_F(FeishuTest, TheCodeInsideA200Decides) {
  const std::vector<AnswerRow> rows = {
      {19021, "sign match fail or timestamp is not within one hour from current time",
       Outcome::kMisconfigured, Cause::kUnauthorized, "`sign`"},
      {19022, "Ip Not Allowed", Outcome::kMisconfigured, Cause::kUnauthorized, "IP address"},
      {19024, "Key Words Not Found", Outcome::kRejected, Cause::kContent, "`label`"},
      {19001, "param invalid: incoming webhook access token invalid", Outcome::kMisconfigured,
       Cause::kNotFound, "no robot's"},
      {9499, "Bad Request", Outcome::kRejected, Cause::kBadRequest, "cannot read"},
      {9499, "Too many request", Outcome::kRetry, Cause::kThrottled, "too fast"},
      {11232, "frequency limited psm", Outcome::kRetry, Cause::kThrottled, "too fast"},
      {2200, "internal error", Outcome::kRetry, Cause::kServer, "internal"},
      {19036, "too large", Outcome::kRejected, Cause::kTooLarge, "too long"},
      {12345, "new", Outcome::kMisconfigured, Cause::kSettings, "code 12345: new"},
  };
  ExpectMeanings(kFeishuRobot, rows, FeishuAnswer);
  ExpectMeanings(kFeishuRobot, rows, [](int code, const std::string& words) {
    return nlohmann::json({{"StatusCode", code}, {"StatusMessage", words}}).dump();
  });
}

TEST_F(FeishuTest, BothWaysToSaySuccessAreTaken) {
  for (const char* body : {R"({"StatusCode":0,"StatusMessage":"success"})",
                           R"({"StatusCode":0,"code":0,"msg":"success"})", R"({"code":0})"}) {
    Make(kFeishuRobot);
    client_->Respond(200, body);
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  }
  Make(kFeishuRobot);
  client_->Respond(200, R"({"StatusCode":0,"code":19024,"msg":"Key Words Not Found"})");
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRejected);
}

TEST_F(FeishuTest, ACodeThatIsKnownDecidesInsideOfA4xxToo) {
  Make(kFeishuRobot);
  client_->Respond(400, FeishuAnswer(19021, "sign match fail"));
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kMisconfigured);
  client_->Respond(400, FeishuAnswer(12345, "new"));
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRejected);
  client_->Respond(400, FeishuAnswer(0, "success"));
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRejected);
  client_->Respond(503, FeishuAnswer(19024, "Key Words Not Found"));
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRetry);
  client_->Respond(429, FeishuAnswer(9499, "too many request"));
  EXPECT_EQ(Export(std::vector{WarningEvent()}).retry_after, Duration(60s));
}

TEST_F(FeishuTest, AnAnswerWithoutACodeIsNoDelivery) {
  ExpectNoDeliveryWithoutAnAnswer(kFeishuRobot, FeishuAnswer(0, "success"));
}

TEST_F(FeishuTest, AnyOtherStatusDecides) { ExpectByStatus(kFeishuRobot); }

TEST_F(FeishuTest, WhatTheRobotRepeatsOfItsSecretsIsHidden) {
  Make("feishu:https://h/hook/s3cret?sign=hidd3n");
  client_->Respond(200, FeishuAnswer(19001, "no /hook/s3cret hidd3n"));
  EXPECT_THAT(Export(WarningEvent()).detail, HasSubstr("no /hook/*** ***"));
}

// --- bad input ---

TEST_F(FeishuTest, WhatIsWrongIsSaidInOneLine) {
  const std::pair<std::string, std::string> rows[] = {
      {"feishu:https://h", "option token is required (or token_file)"},
      {"feishu:https://h/open-apis/bot/v2/hook", "option token is required (or token_file)"},
      {"feishu:https://h/open-apis/bot/v2/hook/", "option token is required (or token_file)"},
      {"feishu:?token=s3cret", "the address has no host: https://open.feishu.cn/"},
      {"feishu:ftp://h/hook/s3cret", "must begin with https:// or http://"},
      {"feishu:https://h/hook/s3cret?sign_file=/no/such", "option sign_file"},
      {"feishu:https://h/hook/s3cret?sign=s3cret&sign_file=/s", "option sign"},
      {"feishu:https://h/hook/s3cret?msg_type=markdown",
       "option msg_type must be one of card, text"},
      {"feishu:https://h/hook/s3cret?lable=x", "did you mean label?"},
      {"feishu:https://h/hook/s3cret?at_mobiles=138", "option at_mobiles is not known"},
      {"feishu:https://h/hook/s3cret?level=loud", "option level"},
      {"feishu:https://h/hook/s3cret?rate=fast", "option rate"},
      {"feishu:https://h/hook/s3cret?closing=1s", "option closing must be a time"},
      {"feishu:https://h/hook/s3cret?at_all=maybe", "option at_all"},
      {"feishu:https://h/hook/s3cret?link={{.Reason", "option link is no template"},
      {"feishu:https://h/hook/s3cret?timeout=soon", "option timeout"},
  };
  for (const auto& [value, said] : rows) {
    const std::string error = ErrorOf(value);
    EXPECT_THAT(error, HasSubstr(said)) << value;
    EXPECT_THAT(error, StartsWith("--sink=feishu: ")) << value;
    EXPECT_THAT(error, Not(HasSubstr("s3cret"))) << value;
  }
  EXPECT_THAT(
      SinkUri::Parse("--sink", "feishu:https://h/hook/s3cret?sign=hidd3n&token=t0k").Masked(),
      testing::AllOf(Not(HasSubstr("s3cret")), Not(HasSubstr("hidd3n")), Not(HasSubstr("t0k"))));
}

}  // namespace
}  // namespace eventer
