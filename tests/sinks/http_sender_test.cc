#include "common/http_sender.h"

#include <gmock/gmock.h>

#include "sinks/http_sink_fixture.h"
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

TEST_F(HttpSenderTest, ACertificateNeedsItsKey) {
  const TempDir dir;
  dir.Write("cert", "PEM");
  EXPECT_EQ(ErrorOf("webhook:http://h?cert_file=" + dir.Path("cert")),
            "--sink=webhook: option cert_file needs both cert_file and key_file");
}

}  // namespace
}  // namespace eventer
