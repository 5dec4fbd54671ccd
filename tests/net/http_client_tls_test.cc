// TLS: whom the client trusts, by which name, and as whom it speaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <future>

#include "eventer/error.h"
#include "net/http_client_fixture.h"
#include "net/scoped_resolver.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class HttpClientTls : public HttpClientTest {
 protected:
  void SetUp() override { options_.ca_pem = ca_.pem(); }

  // A server with this certificate, and what the client gets from it.
  LoopbackServer::Options With(TestIdentity identity) {
    LoopbackServer::Options options;
    options.identity = std::move(identity);
    return options;
  }

  HttpResponse Ask(LoopbackServer::Options options) {
    NewClient();
    LoopbackServer server(
        [this](LoopbackConnection& connection) {
          server_name_ = connection.server_name();
          if (connection.Read()) connection.Write(HttpAnswer("hello"));
        },
        std::move(options));
    return Send(server.Url());
  }

  std::string FaultOfOptions() {
    try {
      NewClient();
    } catch (const ConfigError& e) {
      return e.what();
    }
    return "";
  }

  const TestCa ca_;
  const std::vector<std::string> loopback_ = {"IP:127.0.0.1", "DNS:localhost"};
  std::string server_name_;  // that the server was told
};

TEST_F(HttpClientTls, TrustsTheGivenCa) {
  const HttpResponse response = Ask(With(ca_.Issue(loopback_)));
  EXPECT_EQ(response.body, "hello") << response.error_text;
  EXPECT_EQ(server_name_, "");  // an address is no server name
}

TEST_F(HttpClientTls, TellsTheServerTheNameItWants) {
  NewClient();
  LoopbackServer server(
      [this](LoopbackConnection& connection) {
        server_name_ = connection.server_name();
        connection.Read();
        connection.Write(HttpAnswer("hello"));
      },
      With(ca_.Issue(loopback_)));
  EXPECT_EQ(Send("https://localhost:" + std::to_string(server.port())).body, "hello");
  EXPECT_EQ(server_name_, "localhost");
}

TEST_F(HttpClientTls, ADotBehindTheHostIsNoPartOfTheNameThatIsWanted) {
  std::string looked_up;
  const ScopedResolver resolver([&](const std::string& host, int) {
    looked_up = host;
    return "localhost";
  });
  NewClient();
  std::string host_header;
  LoopbackServer server(
      [&](LoopbackConnection& connection) {
        server_name_ = connection.server_name();
        const auto request = connection.Read();
        host_header = request ? request->Header("Host") : "";
        connection.Write(HttpAnswer("hello"));
      },
      With(ca_.Issue({"DNS:es.logging"})));
  const std::string authority = "es.logging.:" + std::to_string(server.port());
  const HttpResponse response = Send("https://" + authority + "/");
  EXPECT_EQ(response.body, "hello") << response.error_text;
  EXPECT_EQ(server_name_, "es.logging");
  EXPECT_EQ(looked_up, "es.logging.");
  EXPECT_EQ(host_header, authority);
}

TEST_F(HttpClientTls, SpeaksToAnIpv6Address) {
  LoopbackServer::Options options = With(ca_.Issue({"IP:::1"}));
  options.ipv6 = true;
  EXPECT_EQ(Ask(options).body, "hello");
}

TEST_F(HttpClientTls, KeepsConnectionsAlive) {
  NewClient();
  LoopbackServer server(AnswerAll(HttpAnswer("hello")), With(ca_.Issue(loopback_)));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Send(server.Url()).body, "hello");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTls, StreamsLines) {
  NewClient();
  LoopbackServer server(
      [](LoopbackConnection& connection) {
        connection.Read();
        connection.Drip(std::string(kChunkedHead) + HttpChunk("one\ntwo\n") +
                        std::string(kLastChunk));
      },
      With(ca_.Issue(loopback_)));
  EXPECT_EQ(Stream(server.Url()).error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(HttpClientTls, AnotherCasCertificateIsRefused) {
  const HttpResponse response = Ask(With(TestCa("other").Issue(loopback_)));
  EXPECT_EQ(response.error, HttpError::kTls);
  EXPECT_THAT(response.error_text, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(response.error_text, HasSubstr("not trusted: unable to get local issuer"));
  EXPECT_FALSE(response.sent);
}

TEST_F(HttpClientTls, AnExpiredCertificateIsRefused) {
  const HttpResponse response = Ask(With(ca_.Issue(loopback_, TestValidity::kExpired)));
  EXPECT_EQ(response.error, HttpError::kTls);
  EXPECT_THAT(response.error_text, HasSubstr("expired"));
}

TEST_F(HttpClientTls, AnotherNameIsRefusedAndNamed) {
  const HttpResponse response = Ask(With(ca_.Issue({"DNS:kubernetes", "IP:10.96.0.1"})));
  EXPECT_EQ(response.error, HttpError::kTls);
  EXPECT_THAT(response.error_text,
              HasSubstr("the certificate is for kubernetes, 10.96.0.1, not for 127.0.0.1"));
}

TEST_F(HttpClientTls, NamesThatAForgerMadeAreToldWithoutReadingPastThem) {
  const TestCa forger("test CA");  // has the CA's name, not its key
  // An address of one byte; a name of "a", a line feed and an escape.
  EXPECT_THAT(Ask(With(forger.Issue({"DER:30:03:87:01:7F"}))).error_text,
              HasSubstr("the certificate is for no name at all, not for 127.0.0.1"));
  EXPECT_THAT(Ask(With(forger.Issue({"DER:30:05:82:03:61:0A:1B"}))).error_text,
              HasSubstr("the certificate is for a??, not for 127.0.0.1"));
}

TEST_F(HttpClientTls, ACommonNameIsNoHostName) {
  options_.server_name = "leaf";  // the common name of every test certificate
  EXPECT_EQ(Ask(With(ca_.Issue({}))).error, HttpError::kTls);
}

TEST_F(HttpClientTls, TheServerNameOptionIsSentAndVerifiedInsteadOfTheHost) {
  options_.server_name = "kubernetes.default";
  EXPECT_EQ(Ask(With(ca_.Issue({"DNS:kubernetes.default"}))).body, "hello");
  EXPECT_EQ(server_name_, "kubernetes.default");
  EXPECT_EQ(Ask(With(ca_.Issue(loopback_))).error, HttpError::kTls);
}

TEST_F(HttpClientTls, AHostHeaderDoesNotChangeTheNameToVerify) {
  NewClient();
  LoopbackServer server(AnswerAll(HttpAnswer("hello")), With(ca_.Issue(loopback_)));
  HttpRequest request;
  request.url = server.Url();
  request.headers = {{"Host", "elsewhere.example"}};
  EXPECT_EQ(client_->Send(request, {}).body, "hello");
  LoopbackServer impostor(AnswerAll(HttpAnswer("hello")),
                          With(ca_.Issue({"DNS:elsewhere.example"})));
  request.url = impostor.Url();
  EXPECT_EQ(client_->Send(request, {}).error, HttpError::kTls);
}

TEST_F(HttpClientTls, AnInsecureClientTakesAnything) {
  options_.ca_pem.clear();
  options_.insecure = true;
  EXPECT_EQ(Ask(With(TestCa("other").Issue({"DNS:x"}, TestValidity::kExpired))).body, "hello");
}

TEST_F(HttpClientTls, SeveralCasAndTextBetweenThemAreFine) {
  options_.ca_pem = "# one\n" + TestCa("other").pem() + "\n# two\n" + ca_.pem();
  EXPECT_EQ(Ask(With(ca_.Issue(loopback_))).body, "hello");
}

TEST_F(HttpClientTls, AnIntermediateMayStandBesideItsRootOrAlone) {
  const TestCa intermediate = ca_.IssueCa("intermediate");
  options_.ca_pem = intermediate.pem() + ca_.pem();
  EXPECT_EQ(Ask(With(intermediate.Issue(loopback_))).body, "hello");
  options_.ca_pem = intermediate.pem();
  EXPECT_EQ(Ask(With(intermediate.Issue(loopback_))).body, "hello");
}

TEST_F(HttpClientTls, TheSystemsRootsAreTrustedOnlyWithoutAnOwnCa) {
  const TestCa system;
  const std::string file = testing::TempDir() + "system_roots_" + std::to_string(getpid());
  std::ofstream(file) << system.pem();
  setenv("SSL_CERT_FILE", file.c_str(), 1);
  options_.ca_pem.clear();
  EXPECT_EQ(Ask(With(system.Issue(loopback_))).body, "hello");
  options_.ca_pem = ca_.pem();
  EXPECT_EQ(Ask(With(system.Issue(loopback_))).error, HttpError::kTls);
  unsetenv("SSL_CERT_FILE");
  std::remove(file.c_str());
}

TEST_F(HttpClientTls, WithAnOwnCaTheSystemsRootsAreNotEvenRead) {
  const std::string file = testing::TempDir() + "unread_roots_" + std::to_string(getpid());
  std::ofstream(file) << TestCa().pem();
  const int opened = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  inotify_add_watch(opened, file.c_str(), IN_OPEN);
  setenv("SSL_CERT_FILE", file.c_str(), 1);
  EXPECT_EQ(Ask(With(ca_.Issue(loopback_))).body, "hello");
  char event[sizeof(inotify_event) + NAME_MAX + 1];
  EXPECT_EQ(read(opened, event, sizeof(event)), -1);
  EXPECT_EQ(errno, EAGAIN);
  close(opened);
  unsetenv("SSL_CERT_FILE");
  std::remove(file.c_str());
}

TEST_F(HttpClientTls, AServerThatSpeaksOnlyTls11IsRefused) {
  LoopbackServer::Options options = With(ca_.Issue(loopback_));
  options.max_tls_version = TLS1_1_VERSION;
  const HttpResponse response = Ask(options);
  EXPECT_EQ(response.error, HttpError::kTls);
  EXPECT_FALSE(response.sent);
}

TEST_F(HttpClientTls, AClientCertificateOpensTheDoor) {
  for (TestKeyKind kind : {TestKeyKind::kEc, TestKeyKind::kRsa}) {
    for (TestKeyForm form : {TestKeyForm::kPkcs8, TestKeyForm::kTraditional}) {
      const TestIdentity me = ca_.Issue({}, TestValidity::kNow, kind, form);
      options_.cert_pem = me.cert_pem;
      options_.key_pem = me.key_pem;
      LoopbackServer::Options options = With(ca_.Issue(loopback_));
      options.client_ca_pem = ca_.pem();
      const HttpResponse response = Ask(options);
      EXPECT_EQ(response.body, "hello") << response.error_text << me.key_pem.substr(0, 40);
    }
  }
}

TEST_F(HttpClientTls, AClientCertificateMayComeWithItsChain) {
  const TestCa intermediate = ca_.IssueCa("intermediate");
  const TestIdentity me = intermediate.Issue({});
  options_.cert_pem = me.cert_pem + intermediate.pem();
  options_.key_pem = me.key_pem;
  LoopbackServer::Options options = With(ca_.Issue(loopback_));
  options.client_ca_pem = ca_.pem();
  EXPECT_EQ(Ask(options).body, "hello");
}

TEST_F(HttpClientTls, WithoutAClientCertificateTheDoorStaysShutAndSaysWhy) {
  for (int version : {TLS1_2_VERSION, 0}) {
    LoopbackServer::Options options = With(ca_.Issue(loopback_));
    options.client_ca_pem = ca_.pem();
    options.max_tls_version = version;
    const HttpResponse response = Ask(options);
    EXPECT_EQ(response.error, HttpError::kTls) << version << response.error_text;
    EXPECT_THAT(response.error_text, HasSubstr("TLS")) << version;
  }
}

TEST_F(HttpClientTls, AServerThatIsMuteInTheHandshakeIsGivenUpAtTheDeadline) {
  NewClient();
  LoopbackServer server([](LoopbackConnection& connection) { connection.AwaitClose(); });
  auto pending =
      std::async(std::launch::async, [&] { return Send("https://" + server.authority() + "/"); });
  server.AwaitConnections(1);
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  const HttpResponse response = pending.get();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_FALSE(response.sent);
  server.AwaitEnded(1);
}

TEST_F(HttpClientTls, AStopEndsAHandshake) {
  NewClient();
  std::stop_source stop;
  LoopbackServer server([&](LoopbackConnection& connection) {
    stop.request_stop();
    connection.AwaitClose();
  });
  EXPECT_EQ(Send("https://" + server.authority() + "/", stop.get_token()).error,
            HttpError::kStopped);
}

TEST_F(HttpClientTls, AServerThatSpeaksNoTlsIsATlsFailure) {
  NewClient();
  for (const char* answer : {"HTTP/1.1 400 Bad Request\r\n\r\n", ""}) {
    LoopbackServer server([&](LoopbackConnection& connection) { connection.Write(answer); });
    const HttpResponse response = Send("https://" + server.authority() + "/?token=secret");
    EXPECT_EQ(response.error, HttpError::kTls) << response.error_text;
    EXPECT_FALSE(response.sent);
    EXPECT_THAT(response.error_text, Not(HasSubstr("secret")));
  }
}

TEST_F(HttpClientTls, ABodyThatEndsWithTheConnectionMustEndTheTlsStreamToo) {
  NewClient();
  LoopbackServer server(
      [](LoopbackConnection& connection) {
        connection.Read();
        connection.Write("HTTP/1.1 200 OK\r\n\r\none\nha");
        connection.Cut();
      },
      With(ca_.Issue(loopback_)));
  const HttpResponse response = Stream(server.Url());
  EXPECT_EQ(response.error, HttpError::kBroken);
}

TEST_F(HttpClientTls, WhatIsNoCertificateIsRefusedAtOnce) {
  options_.ca_pem = "no PEM";
  EXPECT_THAT(FaultOfOptions(), HasSubstr("the CA certificate holds no PEM certificate"));
  options_.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_THAT(FaultOfOptions(), HasSubstr("the CA certificate cannot be read"));
  options_.ca_pem = ca_.pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n";
  EXPECT_THAT(FaultOfOptions(), HasSubstr("the CA certificate cannot be read"));
}

TEST_F(HttpClientTls, AnIdentityMustBeWholeAndMatch) {
  const TestIdentity one = ca_.Issue({}), two = ca_.Issue({});
  options_.cert_pem = one.cert_pem;
  EXPECT_EQ(FaultOfOptions(), "a client certificate needs its key");
  options_.key_pem = two.key_pem;
  EXPECT_EQ(FaultOfOptions(), "the client certificate and key do not belong together");
  options_.key_pem = one.key_pem;
  EXPECT_EQ(FaultOfOptions(), "");
  options_.key_pem = "nothing";
  EXPECT_THAT(FaultOfOptions(), HasSubstr("the client key is no PEM private key"));
  options_.cert_pem.clear();
  EXPECT_EQ(FaultOfOptions(), "a client key needs its certificate");
  options_.cert_pem = "nothing";
  EXPECT_THAT(FaultOfOptions(), HasSubstr("the client certificate holds no PEM certificate"));
}

TEST_F(HttpClientTls, AnEncryptedKeyIsRefusedWithoutAskingForItsPassword) {
  const TestIdentity me = ca_.Issue({});
  options_.cert_pem = me.cert_pem;
  options_.key_pem =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiKTn5wFmWZUQICCAAw\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_THAT(FaultOfOptions(), HasSubstr("encrypted keys are not supported"));
}

}  // namespace
}  // namespace eventer
