#include "common/http_sender.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "eventer/error.h"
#include "sinks/http_sink_fixture.h"
#include "support/captured_log.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;
using testing::SizeIs;

class HttpSenderTest : public HttpSinkTest {
 protected:
  HttpSender Sender(const std::string& options) {
    SinkUri uri = SinkUri::Parse("--sink", "webhook:http://h?" + options);
    return HttpSender(uri, {clock_, FakeFactory(client_, &asked_), {}});
  }
  // What `sender` allowed for an attempt about `subject` that ended in `response`.
  Duration Allowed(HttpSender& sender, std::string_view subject, HttpResponse response) {
    client_->Respond(std::move(response));
    last_ = sender.Send({}, subject, {});
    return LastRequest().timeout;
  }
  static HttpResponse TooLate() {
    HttpResponse response = FakeFailure(HttpError::kTimeout);
    response.sent = true;
    return response;
  }

  HttpResponse last_;
};

TEST_F(HttpSenderTest, AnAttemptHasTenSecondsUnlessTimeoutSaysElse) {
  HttpSender ten = Sender(""), two = Sender("timeout=2s");
  EXPECT_EQ(Allowed(ten, "a", FakeResponse(200)), Duration(10s));
  EXPECT_EQ(Allowed(two, "a", FakeResponse(200)), Duration(2s));
}

TEST_F(HttpSenderTest, ADeadlineHitAfterTheRequestWasSentIsDoubledForThatSubjectUpToTwoMinutes) {
  HttpSender sender = Sender("timeout=20s");
  EXPECT_EQ(Allowed(sender, "a", TooLate()), Duration(20s));
  EXPECT_THAT(last_.error_text, HasSubstr("(timeout=20s)"));
  EXPECT_EQ(Allowed(sender, "a", TooLate()), Duration(40s));
  EXPECT_EQ(Allowed(sender, "a", TooLate()), Duration(80s));
  EXPECT_EQ(Allowed(sender, "a", TooLate()), Duration(120s));
  EXPECT_EQ(Allowed(sender, "a", TooLate()), Duration(120s));
  EXPECT_EQ(Allowed(sender, "b", FakeResponse(200)), Duration(20s));
  EXPECT_EQ(Allowed(sender, "a", FakeResponse(200)), Duration(20s));
}

TEST_F(HttpSenderTest, ADeadlineHitBeforeTheRequestWasSentDoublesNothing) {
  HttpSender sender = Sender("");
  HttpResponse not_sent = FakeFailure(HttpError::kTimeout);
  not_sent.sent = false;
  EXPECT_EQ(Allowed(sender, "a", not_sent), Duration(10s));
  EXPECT_EQ(Allowed(sender, "a", FakeResponse(200)), Duration(10s));
}

TEST_F(HttpSenderTest, FilesOfCertificatesReachTheClient) {
  const TempDir dir;
  for (const char* name : {"ca", "cert", "key"}) dir.Write(name, std::string("PEM ") + name);
  Sender("ca_file=" + dir.Path("ca") + "&cert_file=" + dir.Path("cert") +
         "&key_file=" + dir.Path("key") + "&insecure=true");
  ASSERT_THAT(asked_, SizeIs(1));
  EXPECT_EQ(asked_[0].ca_pem, "PEM ca");
  EXPECT_EQ(asked_[0].cert_pem, "PEM cert");
  EXPECT_EQ(asked_[0].key_pem, "PEM key");
  EXPECT_TRUE(asked_[0].insecure);
  EXPECT_EQ(asked_[0].proxy, std::nullopt);  // as the environment says
}

TEST_F(HttpSenderTest, ARenewedCertificateIsUsed) {
  const TempDir dir;
  dir.Write("cert", "PEM 1");
  dir.Write("key", "KEY 1");
  HttpSender sender = Sender("cert_file=" + dir.Path("cert") + "&key_file=" + dir.Path("key"));
  dir.Write("cert", "PEM 2");
  dir.Write("key", "KEY 2");
  clock_.Advance(5s);
  Allowed(sender, "a", FakeResponse(200));
  ASSERT_THAT(asked_, SizeIs(2));
  EXPECT_EQ(asked_[1].cert_pem, "PEM 2");
  EXPECT_EQ(asked_[1].key_pem, "KEY 2");
  clock_.Advance(5s);
  Allowed(sender, "a", FakeResponse(200));
  EXPECT_THAT(asked_, SizeIs(2));
}

TEST_F(HttpSenderTest, CertificatesThatCannotBeUsedLeaveThoseBefore) {
  const TempDir dir;
  dir.Write("ca", "PEM");
  const CapturedLog log;
  bool refuse = false;
  const auto factory = [&](const HttpClientOptions& options) -> std::shared_ptr<HttpClient> {
    if (refuse) throw ConfigError("the CA certificate holds no PEM certificate");
    return FakeFactory(client_, &asked_)(options);
  };
  SinkUri uri = SinkUri::Parse("--sink", "webhook:http://h?ca_file=" + dir.Path("ca"));
  HttpSender sender(uri, {clock_, factory, {}});
  const auto after = [&] {
    clock_.Advance(5s);
    Allowed(sender, "a", FakeResponse(200));
    Allowed(sender, "a", FakeResponse(200));
  };
  dir.Write("ca", "");  // would mean the system's
  after();
  EXPECT_EQ(log.Count("ca_file: the file is empty; the certificates before stay in use"), 1);
  refuse = true;
  dir.Write("ca", "junk");
  after();
  EXPECT_EQ(log.Count("holds no PEM certificate; the certificates before stay in use"), 1);
  std::filesystem::remove(dir.Path("ca"));
  after();
  EXPECT_EQ(log.Count("No such file or directory; the certificates before stay in use"), 1);
  EXPECT_THAT(asked_, SizeIs(1));
  refuse = false;
  dir.Write("ca", "PEM 2");
  after();
  ASSERT_THAT(asked_, SizeIs(2));
  EXPECT_EQ(asked_[1].ca_pem, "PEM 2");
}

TEST_F(HttpSenderTest, ACertificateNeedsItsKey) {
  const TempDir dir;
  dir.Write("cert", "PEM");
  EXPECT_EQ(ErrorOf("webhook:http://h?cert_file=" + dir.Path("cert")),
            "--sink=webhook: option cert_file needs both cert_file and key_file");
}

}  // namespace
}  // namespace eventer
