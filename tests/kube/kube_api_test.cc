#include "kube/kube_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventer/base64.h"
#include "eventer/error.h"
#include "eventer/percent.h"
#include "kube/kube_config.h"
#include "support/fake_clock.h"
#include "support/fake_http_client.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

StreamHandler IgnoreLines() {
  StreamHandler handler;
  handler.on_line = [](std::string_view) { return true; };
  return handler;
}

KubeApi::WatchQuery Watch() {
  KubeApi::WatchQuery query;
  query.idle_timeout = 9s;
  return query;
}

class KubeApiTest : public testing::Test {
 protected:
  KubeApiTest() {
    config_.server = "https://h:6443/prefix";
    config_.origin = "--source=kubernetes: option auth: f";
  }
  void Make() { api_ = NewKubeApi(clock_, config_, FakeFactory(http_, &asked_)); }
  HttpRequest Last() { return http_->requests().back(); }

  TempDir dir_;
  FakeClock clock_;
  KubeConfig config_;
  std::shared_ptr<FakeHttpClient> http_ = std::make_shared<FakeHttpClient>(clock_);
  std::vector<HttpClientOptions> asked_;
  std::shared_ptr<KubeApi> api_;
};

TEST_F(KubeApiTest, BuildsUrlsUnderTheServersPrefix) {
  Make();
  http_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200, "{}"); });
  api_->ListEvents({}, {});
  EXPECT_EQ(Last().url, "https://h:6443/prefix/api/v1/events?limit=500");
  EXPECT_EQ(Last().timeout, Duration(60s));
  api_->ListEvents({.ns = "shop", .limit = 1, .continue_token = "a+b/c=&"}, {});
  EXPECT_EQ(Last().url,
            "https://h:6443/prefix/api/v1/namespaces/shop/events?limit=1&continue=a%2Bb%2Fc%3D%26");
  api_->GetConfigMap("a b", "n/m", {});
  EXPECT_EQ(Last().url, "https://h:6443/prefix/api/v1/namespaces/a%20b/configmaps/n%2Fm");
  http_->RespondWithStream()->End();
  api_->WatchEvents({.ns = "", .resource_version = "5", .timeout_seconds = 61, .idle_timeout = 76s},
                    {}, IgnoreLines());
  EXPECT_EQ(Last().url,
            "https://h:6443/prefix/api/v1/events?allowWatchBookmarks=true&"
            "resourceVersion=5&timeoutSeconds=61&watch=true");
  EXPECT_EQ(Last().timeout, Duration(76s));
}

TEST_F(KubeApiTest, SaysWhoItIsAndWhatItWants) {
  config_.token = "T";
  config_.impersonation = {{"Impersonate-User", "me"}};
  Make();
  http_->Respond(200);
  api_->ListEvents({}, {});
  EXPECT_THAT(Last().headers, Contains(Pair("Accept", "application/json")));
  EXPECT_THAT(Last().headers, Contains(Pair("Authorization", "Bearer T")));
  EXPECT_THAT(Last().headers, Contains(Pair("Impersonate-User", "me")));
  EXPECT_THAT(asked_.at(0).user_agent, testing::StartsWith("kube-eventer/0"));
}

TEST_F(KubeApiTest, A401WithANewTokenIsSentOnceMore) {
  dir_.Write("token", "first");
  config_.token_file = dir_.Path("token");
  Make();
  dir_.Write("token", "second");
  clock_.Advance(1s);
  http_->Respond(401);
  http_->Respond(200, "good");
  EXPECT_EQ(api_->ListEvents({}, {}).body, "good");
  EXPECT_THAT(Last().headers, Contains(Pair("Authorization", "Bearer second")));
}

TEST_F(KubeApiTest, A401OfAWatchWithANewTokenIsSentOnceMore) {
  dir_.Write("token", "first");
  config_.token_file = dir_.Path("token");
  Make();
  dir_.Write("token", "second");
  clock_.Advance(1s);
  http_->RespondToStream(FakeResponse(401));
  http_->RespondWithStream()->End();
  EXPECT_EQ(api_->WatchEvents(Watch(), {}, IgnoreLines()).status, 200);
}

TEST_F(KubeApiTest, A401WithTheSameTokenStays) {
  config_.token = "T";
  Make();
  http_->Respond(401);
  EXPECT_EQ(api_->ListEvents({}, {}).status, 401);
  EXPECT_EQ(http_->requests().size(), 1u);
}

TEST_F(KubeApiTest, HandsTheTlsSettingsToTheFactory) {
  dir_.Write("ca", "CA");
  config_.ca.file = dir_.Path("ca");
  config_.cert.text = "CERT";
  config_.key.text = "KEY";
  config_.tls_server_name = "name";
  config_.proxy = "http://p:1";
  Make();
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].ca_pem, "CA");
  EXPECT_EQ(asked_[0].cert_pem, "CERT");
  EXPECT_EQ(asked_[0].key_pem, "KEY");
  EXPECT_EQ(asked_[0].server_name, "name");
  EXPECT_EQ(asked_[0].proxy, "http://p:1");
}

TEST_F(KubeApiTest, AMissingCaFileIsAFaultThatNamesIt) {
  config_.ca.file = dir_.Path("ca");
  try {
    Make();
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("option auth: f: " + dir_.Path("ca") + ": No such file"));
  }
}

TEST_F(KubeApiTest, AFailedHandshakeReadsTheCaAgain) {
  dir_.Write("ca", "old");
  config_.ca.file = dir_.Path("ca");
  Make();
  dir_.Write("ca", "new");
  http_->Respond(FakeFailure(HttpError::kTls));
  http_->Respond(200);
  EXPECT_EQ(api_->ListEvents({}, {}).error, HttpError::kTls);
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(api_->ListEvents({}, {}).status, 200);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_EQ(asked_[1].ca_pem, "new");
}

TEST_F(KubeApiTest, AnUnchangedCaKeepsTheClient) {
  dir_.Write("ca", "same");
  config_.ca.file = dir_.Path("ca");
  Make();
  http_->Respond(FakeFailure(HttpError::kTls));
  http_->Respond(200);
  api_->ListEvents({}, {});
  api_->ListEvents({}, {});
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(KubeApiTest, AClientCertificateIsReadAgainEveryFiveMinutes) {
  dir_.Write("cert", "one");
  dir_.Write("key", "key");
  config_.cert.file = dir_.Path("cert");
  config_.key.file = dir_.Path("key");
  Make();
  http_->AlwaysRespondWith([](const HttpRequest&) { return FakeResponse(200); });
  dir_.Write("cert", "two");
  api_->ListEvents({}, {});
  EXPECT_EQ(asked_.size(), 1u);
  clock_.Advance(5min);
  api_->ListEvents({}, {});
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_EQ(asked_[1].cert_pem, "two");
}

TEST_F(KubeApiTest, CertificatesThatCannotBeUsedLeaveTheClientAsItWas) {
  dir_.Write("cert", "good");
  dir_.Write("key", "key");
  config_.cert.file = dir_.Path("cert");
  config_.key.file = dir_.Path("key");
  api_ = NewKubeApi(clock_, config_, [this](const HttpClientOptions& options) {
    if (options.cert_pem != "good") throw ConfigError("no PEM");
    return http_;
  });
  dir_.Write("cert", "bad");
  clock_.Advance(5min);
  http_->Respond(200);
  EXPECT_EQ(api_->ListEvents({}, {}).status, 200);
}

TEST_F(KubeApiTest, ACertificateOfAPluginMakesTheClient) {
  config_.exec = ExecPlugin{
      .api_version = "client.authentication.k8s.io/v1",
      .command = dir_.WriteScript(
          "plug",
          R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
          R"("status":{"clientCertificateData":"CERT","clientKeyData":"KEY"}}')")};
  Make();
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].cert_pem, "CERT");
}

TEST(Base64, EncodesAndDecodes) {
  for (const auto& [plain, text] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {std::string("\0\xff\xfe", 3), "AP/+"}}) {
    EXPECT_EQ(Base64Encode(plain), text);
    EXPECT_EQ(Base64Decode(text), plain);
  }
  EXPECT_EQ(Base64Decode("Zm9v\n  Yg==\n"), "foob");
  for (const char* bad : {"Z", "Zg=", "Zg", "Z===", "====", "Zm9v!", "Zg==Zg=="}) {
    EXPECT_EQ(Base64Decode(bad), std::nullopt) << bad;
  }
}

TEST(PercentEncode, KeepsOnlyUnreservedBytes) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("a b/c%\xc3\xa4"), "a%20b%2Fc%25%C3%A4");
}

}  // namespace
}  // namespace eventer
