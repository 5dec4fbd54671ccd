#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sinks/http_sink_fixture.h"
#include "support/captured_log.h"
#include "support/local_zone.h"
#include "support/temp_dir.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""s;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

using WebhookTest = HttpSinkTest;

// --- the address and what is sent besides ---

TEST_F(WebhookTest, OwnOptionsAreTakenOutOfTheAddressAndTheRestStaysByteForByte) {
  Make("webhook:https://h.example:8443/a%2Fb?x=1%20+&level=Normal&%6Eame=n&method=POST&&y&name=w");
  client_->Respond(200);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_EQ(LastRequest().url, "https://h.example:8443/a%2Fb?x=1%20+&%6Eame=n&&y");
  EXPECT_EQ(LastRequest().method, "POST");
}

TEST_F(WebhookTest, WithoutOtherOptionsThereIsNoQuestionMark) {
  Make("webhook:http://h?level=Normal");
  client_->Respond(200);
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "http://h");
  EXPECT_EQ(LastRequest().method, "GET");  // the original's default
}

TEST_F(WebhookTest, WhatLooksLikeAnOptionIsWarnedOfAndSentOn) {
  Make("webhook:http://h?metod=POST&token=s3cret");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("looks like the option method")));
  client_->Respond(200);
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().url, "http://h?metod=POST&token=s3cret");
}

TEST_F(WebhookTest, HeadersAreSplitAtTheFirstEqualsSignAndTheLastOfANameCounts) {
  Make("webhook:http://h?header=Authorization=Basic%20YTpi==&header=x-a=1&header=X-A=2");
  client_->Respond(200);
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", "Basic YTpi==")));
  EXPECT_THAT(LastRequest().headers, Contains(Pair("X-A", "2")));
  EXPECT_THAT(LastRequest().headers, Not(Contains(Pair("X-A", "1"))));
}

TEST_F(WebhookTest, AUserInTheAddressIsBasicAuthentication) {
  Make("webhook:http://Aladdin:open%20sesame@h/");
  client_->Respond(200);
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers,
              Contains(Pair("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")));
  EXPECT_EQ(LastRequest().url, "http://h/");
}

TEST_F(WebhookTest, AUserWithoutAPasswordHasAnEmptyOneAsGosClientSendsIt) {
  Make("webhook:http://Aladdin@h/");
  client_->Respond(200);
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", "Basic QWxhZGRpbjo=")));
}

TEST_F(WebhookTest, HeadersOfAFileThatAreTheClientsOwnAreNotSentAndWarnedOf) {
  const TempDir dir;
  dir.Write("headers", "Content-Length=7\nX-A=1\ntransfer-encoding=chunked\n");
  const CapturedLog log;
  Make("webhook:http://h?name=ours&header_file=" + dir.Path("headers"));
  client_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
  for (int i = 0; i < 3; ++i, clock_.Advance(5s)) Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers, Contains(Pair("X-A", "1")));
  EXPECT_THAT(LastRequest().headers, Not(Contains(testing::Key("Content-Length"))));
  EXPECT_THAT(LastRequest().headers, Not(Contains(testing::Key("Transfer-Encoding"))));
  EXPECT_EQ(log.Text(),
            "warning ours: header_file: Content-Length is set by kube-eventer itself\n"
            "warning ours: header_file: Transfer-Encoding is set by kube-eventer itself\n");
}

TEST_F(WebhookTest, HeadersOfAFileAreReadAgainAndABrokenFileChangesNothing) {
  const TempDir dir;
  dir.Write("headers", "Authorization=Bearer one\n\nX-A=1\n");
  Make("webhook:http://h?header_file=" + dir.Path("headers"));
  client_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", "Bearer one")));
  dir.Write("headers", "Authorization=Bearer two\n");
  clock_.Advance(5s);
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", "Bearer two")));
  EXPECT_THAT(LastRequest().headers, Not(Contains(Pair("X-A", "1"))));
  dir.Write("headers", "no value\n");
  clock_.Advance(5s);
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", "Bearer two")));
}

TEST_F(WebhookTest, AContentTypeIsMadeUpForJsonOnly) {
  const TempDir dir;
  const auto type = [&](const std::string& more) {
    Make("webhook:http://h?method=POST" + more);
    client_->Respond(200);
    Export(WarningEvent());
    std::string types;
    for (const auto& [name, value] : LastRequest().headers) {
      if (name == "Content-Type") types += value + ";";
    }
    return types;
  };
  EXPECT_EQ(type(""), "application/json;");
  EXPECT_EQ(type("&header=content-type=text/plain"), "text/plain;");
  dir.Write("body", "{{.Type}}: {{.Message}}");
  EXPECT_EQ(type("&body_file=" + dir.Path("body")), "");
}

// --- the body ---

TEST_F(WebhookTest, TheBodyFileIsReadAgainAndABrokenOneKeepsTheLastGoodOne) {
  const TempDir dir;
  dir.Write("body", "one {{.Reason}}");
  Make("webhook:http://h?body_file=" + dir.Path("body"));
  client_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().body.text(), "one BackOff");
  dir.Write("body", "two {{.Reason");
  clock_.Advance(5s);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_EQ(LastRequest().body.text(), "one BackOff");
  dir.Write("body", "three {{.Reason}}");
  clock_.Advance(5s);
  Export(WarningEvent());
  EXPECT_EQ(LastRequest().body.text(), "three BackOff");
}

TEST_F(WebhookTest, ATemplateWhoseSourceIsLostLaterIsToldOfOnce) {
  const TempDir dir;
  dir.Write("body", "one {{.Reason}}");
  const CapturedLog log;
  Make("webhook:http://h?name=ours&body_file=" + dir.Path("body"));
  client_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
  std::filesystem::remove(dir.Path("body"));
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(5s);
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  }
  EXPECT_EQ(LastRequest().body.text(), "one BackOff");
  EXPECT_THAT(log.Text(), StartsWith("error ours: body_file: "));
  EXPECT_THAT(log.Text(), HasSubstr("the template before stays in use"));
  EXPECT_EQ(std::ranges::count(log.Text(), '\n'), 1);
}

TEST_F(WebhookTest, EachWayToLoseAConfigMapIsToldOfOnce) {
  const CapturedLog log;
  Make("webhook:http://h?name=ours&custom_body_configmap=body");
  client_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
  config_map_ = {.text = "{{ .Reason }}", .version = 1};
  Export(WarningEvent());
  for (const char* error :
       {"there is no such ConfigMap", "it is forbidden", "", "it is forbidden"}) {
    config_map_.error = error;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  }
  EXPECT_EQ(
      log.Text(),
      "error ours: ConfigMap default/body: there is no such ConfigMap; the template before stays "
      "in use\n"
      "error ours: ConfigMap default/body: it is forbidden; the template before stays in use\n"
      "info ours: ConfigMap default/body: can be read again\n"
      "error ours: ConfigMap default/body: it is forbidden; the template before stays in use\n");
}

TEST_F(WebhookTest, ANamespaceOfNoConfigMapIsWarnedOf) {
  Make("webhook:http://h?custom_body_configmap_namespace=ops");
  EXPECT_THAT(warnings_,
              ElementsAre(HasSubstr("option custom_body_configmap_namespace has no effect")));
}

TEST_F(WebhookTest, AConfigMapThatIsMissingIsWaitedForAndNeverReplacedByTheDefault) {
  Make("webhook:http://h?custom_body_configmap=body&custom_body_configmap_namespace=ops");
  EXPECT_EQ(config_map_name_, "ops/body content");
  config_map_ = {.error = "there is no such ConfigMap", .misconfigured = true};
  EventOutcome outcome = Export(WarningEvent());
  EXPECT_EQ(outcome.outcome, Outcome::kMisconfigured);
  EXPECT_EQ(outcome.cause, Cause::kSettings);
  EXPECT_EQ(outcome.detail, "ConfigMap ops/body: there is no such ConfigMap");
  config_map_ = {.error = "no answer"};
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRetry);
  config_map_ = {.text = "{{ .Reason", .version = 1};
  outcome = Export(WarningEvent());
  EXPECT_EQ(outcome.outcome, Outcome::kMisconfigured);
  EXPECT_THAT(outcome.detail, HasSubstr("unclosed action (line 1, column"));
  EXPECT_THAT(client_->requests(), IsEmpty());
  config_map_ = {.text = "{{ .Reason }}", .version = 2};
  client_->Respond(200);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_EQ(LastRequest().body.text(), "BackOff");
}

TEST_F(WebhookTest, TheDefaultNamespaceOfAConfigMapIsTheOriginals) {
  Make("webhook:http://h?custom_body_configmap=body");
  EXPECT_EQ(config_map_name_, "default/body content");
}

TEST_F(WebhookTest, AnEventOnWhichTheTemplateFailsIsRejectedWithoutARequest) {
  const TempDir dir;
  dir.Write("body", "{{.Series.Count}}");
  Make("webhook:http://h?body_file=" + dir.Path("body"));
  const EventOutcome outcome = Export(WarningEvent());
  EXPECT_EQ(outcome.outcome, Outcome::kRejected);
  EXPECT_EQ(outcome.cause, Cause::kTemplate);
  EXPECT_THAT(outcome.detail, HasSubstr("nil pointer"));
  EXPECT_THAT(client_->requests(), IsEmpty());
}

TEST_F(WebhookTest, WhateverTheMessageHoldsTheBodyIsJsonAndTheMessageArrives) {
  Make("webhook:http://h?method=POST");
  for (const std::string message :
       {"say \"no\"", "a\nb\tc", "C:\\x", "100%", "\U0001F600", "\x01"}) {
    client_->Respond(200);
    Export(WarningEvent(message));
    EXPECT_EQ(json::parse(LastRequest().body.text())["EventMessage"], message);
  }
}

// --- what the receiver answers ---

TEST_F(WebhookTest, AnyStatusOfTheTwoHundredsIsADelivery) {
  Make("webhook:http://h");
  for (int status : {200, 201, 202, 204}) {
    client_->Respond(status);
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered) << status;
  }
}

TEST_F(WebhookTest, RetryAfterIsHandedOn) {
  Make("webhook:http://h");
  client_->Respond(429, "", {{"Retry-After", "7"}});
  const ExportResult result = Export(std::vector{WarningEvent()});
  EXPECT_EQ(result.events[0].outcome, Outcome::kRetry);
  EXPECT_EQ(result.retry_after, Duration(7s));
}

TEST_F(WebhookTest, TheFirstThatMustBeTriedAgainStopsTheBatch) {
  Make("webhook:http://h");
  client_->Respond(200);
  client_->Respond(503);
  const ExportResult result = Export(std::vector(3, WarningEvent()));
  EXPECT_EQ(result.events[0].outcome, Outcome::kDelivered);
  EXPECT_EQ(result.events[1].outcome, Outcome::kRetry);
  EXPECT_EQ(result.events[2].outcome, Outcome::kRetry);
  EXPECT_EQ(client_->requests().size(), 2u);
}

TEST_F(WebhookTest, WhatTheReceiverRepeatsOfTheSecretsIsHidden) {
  Make(
      "webhook:http://user:passw0rd@h/services/T0secret?key=k3ysecret&"
      "header=Authorization=Bearer%20tok3nsecret");
  client_->Respond(403, "no T0secret k3ysecret tok3nsecret passw0rd, sorry");
  EXPECT_EQ(Export(WarningEvent()).detail,
            "HTTP 403: no *** *** *** ***, sorry (check `header`, or the user and the password in "
            "the address)");
}

TEST_F(WebhookTest, SecretsAreHiddenInEachOfTheirSpellings) {
  Make("webhook:http://Aladdin:open%20sesame@h/in/T0%2fsecret?sig=k3y%2Bs%2fcret&word=hey+presto");
  const std::pair<std::string, std::string> rows[] = {
      {"T0%2fsecret", "***"},    {"T0%2Fsecret", "***"},
      {"T0/secret", "***"},      {"k3y%2Bs%2fcret", "***"},
      {"k3y%2bs%2fcret", "***"}, {"k3y+s/cret", "***"},
      {"k3y%2Bs/cret", "***"},   {"k%33y+s/cret", "***"},
      {"hey+presto", "***"},     {"hey presto", "***"},
      {"hey%20presto", "***"},   {"open sesame", "***"},
      {"open%20sesame", "***"},  {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic ***"},
  };
  for (const auto& [said, shown] : rows) {
    client_->Respond(403, "no " + said + ", sorry");
    EXPECT_THAT(Export(WarningEvent()).detail, HasSubstr("HTTP 403: no " + shown + ", sorry"));
  }
}

TEST_F(WebhookTest, SecretsThatAJsonAnswerRepeatsAreHidden) {
  Make(
      "webhook:http://h/in/T0%2Fsecret?header=Authorization=Bearer%20ab/cd%2Bef==&"
      "header=X-Token=tok/en/secret");
  client_->Respond(
      401, R"({"auth":"Bearer ab\/cd\u002Bef==","token":"tok\/en\/secret","at":"T0\/secret"})");
  EXPECT_THAT(Export(WarningEvent()).detail,
              StartsWith(R"(HTTP 401: {"auth":"Bearer ***","token":"***","at":"***"} (check)"));
}

TEST_F(WebhookTest, AShortPasswordOrHeaderIsHidden) {
  Make("webhook:http://me:pw@h?header=X-Key=t0ken");
  client_->Respond(403, "me may not: pw, t0ken");
  EXPECT_THAT(Export(WarningEvent()).detail, StartsWith("HTTP 403: me may not: ***, *** (check"));
}

TEST_F(WebhookTest, WhatBasicCredentialsOfAHeaderMeanIsHidden) {
  Make("webhook:http://h?header=Authorization=Basic%20QWxhZGRpbjpwdw==");
  client_->Respond(403, "Basic QWxhZGRpbjpwdw==, Aladdin: pw");
  EXPECT_THAT(Export(WarningEvent()).detail, StartsWith("HTTP 403: Basic ***, ***: *** (check"));
}

TEST_F(WebhookTest, AuthorizationWithoutASchemeIsHidden) {
  Make("webhook:http://h?header=Authorization=t0ken");
  client_->Respond(403, "no t0ken");
  EXPECT_THAT(Export(WarningEvent()).detail, StartsWith("HTTP 403: no *** (check"));
}

TEST_F(WebhookTest, EachPartOfACookieIsHidden) {
  Make("webhook:http://h?header=Cookie=sid=abcdefgh%3B%20x=y");
  client_->Respond(403, "no session abcdefgh, x: y");
  EXPECT_THAT(Export(WarningEvent()).detail, StartsWith("HTTP 403: no session ***, x: y (check"));
}

TEST_F(WebhookTest, WordsThatAreNoSecretsStayReadable) {
  Make(
      "webhook:http://h/in?v=1&header=Authorization=Bearer%20tok3nsecret&header=X-Debug=1&"
      "header=Content-Type=application/json&header=Accept=text/plain");
  const std::string said = "1 error: Bearer token is no application/json or text/plain";
  client_->Respond(403, said);
  EXPECT_THAT(Export(WarningEvent()).detail, StartsWith("HTTP 403: " + said + " (check"));
}

TEST_F(WebhookTest, ASecretThatTheCutGoesThroughIsHiddenAllTheSame) {
  Make("webhook:http://h/in/T0secretT0secret");
  client_->Respond(403, std::string(290, 'x') + "T0secretT0secret");
  EXPECT_THAT(Export(WarningEvent()).detail, Not(HasSubstr("T0s")));
}

// --- against the original ---

// `body` as the original writes it: the message without its quotes, and nothing of it escaped.
std::string AsTheOriginal(std::string body) {
  std::string message = json::parse(body)["EventMessage"];
  const std::string escaped = json(message).dump();
  std::erase(message, '"');
  return body.replace(body.find(escaped), escaped.size(), '"' + message + '"');
}

class WebhookGoldenTest : public WebhookTest {
 protected:
  void ExpectSame(const std::string& file, const std::string& value) {
    const LocalZone zone("Asia/Shanghai");
    Make(value);
    client_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
    for (const EventPtr& event : RecordedEvents(value)) Export(event);
    const std::vector<std::string> recorded = ReadTestLines("golden/" + file);
    const std::vector<HttpRequest> sent = client_->requests();
    ASSERT_EQ(sent.size(), recorded.size());
    for (std::size_t i = 0; i < sent.size(); ++i) ExpectSame(sent[i], json::parse(recorded[i]));
  }

  // Different on purpose: our own options are not in the URL, the Content-Type of JSON is always
  // sent, the User-Agent is ours, quotes stay in the message.
  static void ExpectSame(const HttpRequest& sent, const json& recorded) {
    EXPECT_EQ(sent.url, "http://" + recorded["host"].get<std::string>() + "/hook");
    EXPECT_EQ(sent.method, recorded["method"]);
    EXPECT_EQ(AsTheOriginal(sent.body.text()), recorded["body"]);
    json headers = recorded["headers"];
    headers.erase("User-Agent");
    headers["Content-Type"] = "application/json";
    json ours = json::object();
    for (const auto& [name, value] : sent.headers) ours[name] = value;
    EXPECT_EQ(ours, headers);
  }
};

TEST_F(WebhookGoldenTest, SendsWhatTheOriginalSent) {
  ExpectSame("webhook-default.jsonl",
             "webhook:http://127.0.0.1:7002/hook?method=POST&level=Normal&"
             "header=Content-Type=application/json");
}

TEST_F(WebhookGoldenTest, SendsWhatTheOriginalSentThroughItsFilters) {
  ExpectSame("webhook-filters.jsonl",
             "webhook:http://127.0.0.1:7002/hook?method=PUT&level=Warning&kinds=Pod,Deployment&"
             "reason=Back.*,^Failed&header=X-Cluster=prod&header=Content-Type=application/json");
}

TEST_F(WebhookGoldenTest, SendsWhatTheOriginalSentOfSomeNamespaces) {
  ExpectSame("webhook-namespaces.jsonl",
             "webhook:http://127.0.0.1:7002/hook?method=POST&namespaces=shop,team-b");
}

// --- bad input ---

TEST_F(WebhookTest, WhatIsWrongIsSaidInOneLine) {
  const TempDir dir;
  dir.Write("broken", "{\n{{ if }}");
  const std::pair<std::string, std::string> rows[] = {
      {"webhook:", "--sink=webhook: needs an address that begins with http:// or https://"},
      {"webhook:ftp://h", "needs an address that begins with http"},
      {"webhook:http:///path", "no host"},
      {"webhook:http://h?method=", "option method"},
      {"webhook:http://h?method=PO%20ST", "option method"},
      {"webhook:http://h?header=Authorization", "option header needs a name and a value"},
      {"webhook:http://h?header=a%20b=c", "option header has a name that no header can have"},
      {"webhook:http://h?header=a=b%0Ac", "option header a has a value with control characters"},
      {"webhook:http://h?header_file=/no/such", "option header_file cannot be read: /no/such"},
      {"webhook:http://h?body_file=/no/such", "option body_file cannot be read: /no/such"},
      {"webhook:http://h?body_file=" + dir.Path("broken"), "(line 2, column"},
      {"webhook:http://h?body_file=x&custom_body_configmap=y", "option body_file"},
      {"webhook:http://h?custom_body_configmap=", "option custom_body_configmap needs a name"},
      {"webhook:http://h?timeout=fast", "option timeout"},
      {"webhook:http://h?timeout=1h", "option timeout must be from 1ms to 2m0s"},
      {"webhook:http://h?ca_file=/no/such", "option ca_file"},
      {"webhook:http://h?level=loud", "option level"},
  };
  for (const auto& [value, said] : rows) {
    const std::string error = ErrorOf(value);
    EXPECT_THAT(error, HasSubstr(said)) << value;
    EXPECT_THAT(error, StartsWith("--sink=webhook: ")) << value;
    EXPECT_EQ(error.find('\n'), std::string::npos) << value;
  }
}

}  // namespace
}  // namespace eventer
