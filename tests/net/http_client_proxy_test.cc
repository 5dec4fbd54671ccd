// Requests through a proxy on the loopback interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>

#include "eventer/error.h"
#include "net/http_client_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;

class HttpClientProxy : public HttpClientTest {
 protected:
  void UseProxy(const LoopbackServer& proxy, const std::string& credentials = "") {
    options_.proxy = "http://" + credentials + proxy.authority();
    options_.ca_pem = ca_.pem();
    NewClient();
  }

  LoopbackServer::Options Tls(const std::vector<std::string>& names) const {
    LoopbackServer::Options options;
    options.identity = ca_.Issue(names);
    return options;
  }

  // A proxy that takes every CONNECT and brings it to `target`.
  static LoopbackServer::Script TunnelTo(const LoopbackServer& target) {
    return [&target](LoopbackConnection& connection) {
      if (!connection.Read()) return;
      connection.Write("HTTP/1.1 200 Connection established\r\n\r\n");
      connection.RelayTo(target.port());
    };
  }

  const TestCa ca_;
};

TEST_F(HttpClientProxy, PlainRequestsGoToTheProxyWithTheWholeUrl) {
  LoopbackServer proxy(AnswerAll(HttpAnswer("by proxy")));
  UseProxy(proxy);
  EXPECT_EQ(Send("http://service.example/path?a=b").body, "by proxy");
  EXPECT_EQ(proxy.requests()[0].target, "http://service.example:80/path?a=b");
  EXPECT_EQ(proxy.requests()[0].Header("Host"), "service.example");
  EXPECT_EQ(proxy.requests()[0].Header("Proxy-Authorization"), "");
}

TEST_F(HttpClientProxy, CredentialsAreForTheProxyOnly) {
  LoopbackServer proxy(AnswerAll(HttpAnswer("by proxy")));
  UseProxy(proxy, "us%65r:p%3Ass@");
  Send("http://service.example/");
  EXPECT_EQ(proxy.requests()[0].Header("Proxy-Authorization"), "Basic dXNlcjpwOnNz");
  EXPECT_EQ(proxy.requests()[0].Header("Authorization"), "");
}

TEST_F(HttpClientProxy, AnIpv6TargetKeepsItsBrackets) {
  LoopbackServer proxy(AnswerAll(HttpAnswer("by proxy")));
  UseProxy(proxy);
  EXPECT_EQ(Send("http://[fd00::1]:8080/path").body, "by proxy");
  EXPECT_EQ(proxy.requests()[0].target, "http://[fd00::1]:8080/path");
}

TEST_F(HttpClientProxy, SecureRequestsGoThroughATunnel) {
  LoopbackServer target(AnswerAll(HttpAnswer("secret")), Tls({"DNS:service.example"}));
  LoopbackServer proxy(TunnelTo(target));
  UseProxy(proxy, "user:pass@");
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = Send("https://service.example/path");
    EXPECT_EQ(response.body, "secret") << response.error_text;
  }
  ASSERT_EQ(proxy.requests().size(), 1u);  // one tunnel, used again
  EXPECT_EQ(proxy.requests()[0].method, "CONNECT");
  EXPECT_EQ(proxy.requests()[0].target, "service.example:443");
  EXPECT_EQ(proxy.requests()[0].Header("Proxy-Authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(target.requests()[0].target, "/path");
  EXPECT_EQ(target.requests()[0].Header("Proxy-Authorization"), "");
}

TEST_F(HttpClientProxy, ATunnelToAnIpv6AddressIsAskedForWithBrackets) {
  LoopbackServer target(AnswerAll(HttpAnswer("six")), Tls({"IP:fd00::1"}));
  LoopbackServer proxy(TunnelTo(target));
  UseProxy(proxy);
  const HttpResponse response = Send("https://[fd00::1]:6443/");
  EXPECT_EQ(response.body, "six") << response.error_text;
  EXPECT_EQ(proxy.requests()[0].target, "[fd00::1]:6443");
}

TEST_F(HttpClientProxy, TheTargetsCertificateIsCheckedThroughTheTunnel) {
  LoopbackServer target(AnswerAll(HttpAnswer("secret")), Tls({"DNS:other.example"}));
  LoopbackServer proxy(TunnelTo(target));
  UseProxy(proxy);
  const HttpResponse response = Send("https://service.example/path");
  EXPECT_EQ(response.error, HttpError::kTls);
  EXPECT_THAT(response.error_text, HasSubstr("not for service.example"));
}

TEST_F(HttpClientProxy, StreamsGoThroughATunnelToo) {
  LoopbackServer target(
      [](LoopbackConnection& connection) {
        connection.Read();
        connection.Drip(std::string(kChunkedHead) + HttpChunk("one\ntwo\n") +
                        std::string(kLastChunk));
      },
      Tls({"DNS:service.example"}));
  LoopbackServer proxy(TunnelTo(target));
  UseProxy(proxy);
  EXPECT_EQ(Stream("https://service.example/").error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(HttpClientProxy, AProxyThatRefusesSaysWithWhat) {
  LoopbackServer proxy(AnswerAll("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
  UseProxy(proxy, "user:secret@");
  const HttpResponse response = Send("https://service.example/");
  EXPECT_EQ(response.error, HttpError::kConnect);
  EXPECT_THAT(response.error_text, HasSubstr("the proxy answered 407"));
  EXPECT_THAT(response.error_text, testing::Not(HasSubstr("secret")));
  EXPECT_FALSE(response.sent);
}

TEST_F(HttpClientProxy, AProxyThatIsDownSaysSo) {
  {
    LoopbackServer proxy(AnswerAll(""));
    UseProxy(proxy);
  }
  for (const char* url : {"http://service.example/", "https://service.example/"}) {
    const HttpResponse response = Send(url);
    EXPECT_EQ(response.error, HttpError::kConnect);
    EXPECT_THAT(response.error_text, HasSubstr("service.example:"));
    EXPECT_THAT(response.error_text, HasSubstr("refused"));
  }
}

TEST_F(HttpClientProxy, AProxyThatIsNoneOrHangsUpIsAFailedConnection) {
  for (const char* answer : {"", "garbage\r\n\r\n"}) {
    LoopbackServer proxy([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(answer);
    });
    UseProxy(proxy);
    EXPECT_EQ(Send("https://service.example/").error, HttpError::kConnect) << answer;
  }
}

TEST_F(HttpClientProxy, AMuteProxyIsGivenUpAtTheDeadlineAndAtAStop) {
  LoopbackServer proxy([](LoopbackConnection& connection) {
    connection.Read();
    connection.AwaitClose();
  });
  UseProxy(proxy);
  std::stop_source stop;
  auto send = [&] { return Send("https://service.example/", stop.get_token()); };
  auto first = std::async(std::launch::async, send);
  proxy.AwaitRequests(1);
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  const HttpResponse response = first.get();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_FALSE(response.sent);

  auto second = std::async(std::launch::async, send);
  proxy.AwaitRequests(2);
  stop.request_stop();
  EXPECT_EQ(second.get().error, HttpError::kStopped);
}

TEST_F(HttpClientProxy, TheEnvironmentDecidesWithoutAnOption) {
  LoopbackServer proxy(AnswerAll(HttpAnswer("by proxy")));
  LoopbackServer direct(AnswerAll(HttpAnswer("direct")));
  setenv("HTTP_PROXY", proxy.authority().c_str(), 1);
  setenv("NO_PROXY", "direct.example", 1);
  options_.proxy.reset();
  NewClient();
  EXPECT_EQ(Send("http://service.example/").body, "by proxy");
  EXPECT_EQ(Send(direct.Url()).body, "direct");  // the loopback interface needs no proxy
  options_.proxy = "";
  NewClient();
  EXPECT_EQ(Send(direct.Url()).body, "direct");
  setenv("HTTPS_PROXY", "socks5://user:secret@127.0.0.1:1080", 1);
  options_.proxy.reset();
  EXPECT_THROW(NewClient(), ConfigError);
  unsetenv("HTTP_PROXY");
  unsetenv("HTTPS_PROXY");
  unsetenv("NO_PROXY");
}

TEST_F(HttpClientProxy, ASocksProxyIsRefused) {
  options_.proxy = "socks5://127.0.0.1:1080";
  EXPECT_THROW(NewClient(), ConfigError);
}

}  // namespace
}  // namespace eventer
