// Send against a server that does what each test says: what is sent, and what comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/http_client_fixture.h"

namespace eventer {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class HttpClientSend : public HttpClientTest {
 protected:
  // What the server got of `request`, whose URL is the server's and `target`.
  RecordedRequest Received(HttpRequest request, const std::string& target = "/") {
    LoopbackServer server(AnswerAll(HttpAnswer("")));
    request.url = server.Url(target);
    const HttpResponse response = client_->Send(request, {});
    EXPECT_EQ(response.status, 200) << response.error_text;
    return server.requests().at(0);
  }
};

TEST_F(HttpClientSend, ReturnsStatusHeadersAndBody) {
  LoopbackServer server(AnswerAll(HttpAnswer("hello", 201, "X-Thing: Some Value\r\n")));
  const HttpResponse response = Send(server.Url("/path"));
  EXPECT_EQ(response.error, HttpError::kNone) << response.error_text;
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.Header("x-thing"), "Some Value");
  EXPECT_EQ(response.Header("x-other"), "");
  EXPECT_TRUE(response.sent);
}

TEST_F(HttpClientSend, ReturnsTheBodyOfAFailureToo) {
  LoopbackServer server(AnswerAll(HttpAnswer("no", 503, "Retry-After: 7\r\n")));
  const HttpResponse response = Send(server.Url());
  EXPECT_EQ(response.error, HttpError::kNone);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "no");
  EXPECT_EQ(response.Header("Retry-After"), "7");
}

TEST_F(HttpClientSend, ReturnsAChunkedBody) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Drip(std::string(kChunkedHead) + HttpChunk("hel") + HttpChunk("lo\n") +
                    std::string(kLastChunk));
  });
  EXPECT_EQ(Send(server.Url()).body, "hello\n");
}

TEST_F(HttpClientSend, SendsMethodHeadersAndBody) {
  HttpRequest request;
  request.method = "PUT";
  request.headers = {{"X-One", "1"}, {"Content-Type", "application/json"}};
  request.body = "{}";
  const RecordedRequest received = Received(request);
  EXPECT_EQ(received.method, "PUT");
  EXPECT_EQ(received.Header("X-One"), "1");
  EXPECT_EQ(received.Header("Content-Type"), "application/json");
  EXPECT_EQ(received.Header("Content-Length"), "2");
  EXPECT_EQ(received.body, "{}");
}

// The API server takes "a, b" for one group.
TEST_F(HttpClientSend, SendsAHeaderOfManyValuesAsManyLines) {
  HttpRequest request;
  request.headers = {{"Impersonate-Group", "a"}, {"X-One", "1"}, {"impersonate-group", "b"}};
  EXPECT_THAT(Received(request).head, HasSubstr("Impersonate-Group:a\r\nImpersonate-Group:b\r\n"));
}

TEST_F(HttpClientSend, MakesUpNeitherContentTypeNorAcceptEncoding) {
  HttpRequest request;
  request.method = "POST";
  request.body = "text";
  const RecordedRequest received = Received(request);
  EXPECT_THAT(received.head, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(received.head, Not(HasSubstr("Accept-Encoding")));
}

TEST_F(HttpClientSend, FramesTheBodyItself) {
  HttpRequest request;
  request.method = "POST";
  request.body = "text";
  request.headers = {
      {"content-length", "3"}, {"Transfer-Encoding", "chunked"}, {"Connection", "close"}};
  const RecordedRequest received = Received(request);
  EXPECT_EQ(received.Header("Content-Length"), "4");
  EXPECT_EQ(received.Header("Transfer-Encoding"), "");
  EXPECT_EQ(received.Header("Connection"), "Keep-Alive");
  EXPECT_EQ(received.body, "text");
}

TEST_F(HttpClientSend, AGetMayHaveABody) {
  HttpRequest request;
  request.body = "query";
  const RecordedRequest received = Received(request);
  EXPECT_EQ(received.method, "GET");
  EXPECT_EQ(received.body, "query");
}

TEST_F(HttpClientSend, SendsALargeBodyWhole) {
  HttpRequest request;
  request.method = "POST";
  std::string body;
  for (int i = 0; i < 500'000; ++i) body += std::to_string(i) + "\n";
  request.body = body;
  EXPECT_EQ(Received(request).body, body);
}

TEST_F(HttpClientSend, AnEmptyPostHasALength) {
  HttpRequest request;
  request.method = "POST";
  EXPECT_EQ(Received(request).Header("Content-Length"), "0");
}

TEST_F(HttpClientSend, NamesItselfAsTheOptionSays) {
  EXPECT_EQ(Received({}).Header("User-Agent"), "kube-eventer");
  options_.user_agent = "kube-eventer/1.2.3";
  NewClient();
  EXPECT_EQ(Received({}).Header("User-Agent"), "kube-eventer/1.2.3");
  HttpRequest request;
  request.headers = {{"User-Agent", "own"}};
  EXPECT_EQ(Received(request).Header("User-Agent"), "own");
}

TEST_F(HttpClientSend, TheHostHeaderIsTheUrlsUnlessGiven) {
  LoopbackServer server(AnswerAll(HttpAnswer("")));
  HttpRequest request;
  request.url = server.Url();
  client_->Send(request, {});
  request.headers = {{"Host", "other.example"}};
  client_->Send(request, {});
  EXPECT_EQ(server.requests()[0].Header("Host"), server.authority());
  EXPECT_EQ(server.requests()[1].Header("Host"), "other.example");
}

TEST_F(HttpClientSend, CredentialsInTheUrlBecomeBasicAuthorization) {
  LoopbackServer server(AnswerAll(HttpAnswer("")));
  EXPECT_EQ(Send("http://us%65r:pass@" + server.authority() + "/").status, 200);
  EXPECT_EQ(server.requests()[0].Header("Authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(server.requests()[0].Header("Host"), server.authority());
}

TEST_F(HttpClientSend, SpeaksToAnIpv6Address) {
  LoopbackServer::Options options;
  options.ipv6 = true;
  LoopbackServer server(AnswerAll(HttpAnswer("six")), options);
  const HttpResponse response = Send(server.Url("/path?query"));
  EXPECT_EQ(response.body, "six") << response.error_text;
  EXPECT_EQ(server.requests()[0].Header("Host"), server.authority());
  EXPECT_EQ(server.requests()[0].target, "/path?query");
}

TEST_F(HttpClientSend, FindsTheAddressOfANameThatListens) {
  LoopbackServer server(AnswerAll(HttpAnswer("")));  // not on ::1, which localhost also is
  EXPECT_EQ(Send("http://localhost:" + std::to_string(server.port())).status, 200);
}

class SentTarget : public HttpClientSend,
                   public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(SentTarget, IsSentByteForByteWhereLegal) {
  EXPECT_EQ(Received({}, GetParam().first).target, GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    All, SentTarget,
    testing::Values(std::pair{"", "/"}, std::pair{"?x=1", "/?x=1"}, std::pair{"/a/", "/a/"},
                    std::pair{"//a//b", "//a//b"}, std::pair{"/a/../b/./c", "/a/../b/./c"},
                    std::pair{"/a%2Fb%7b?c=%7B", "/a%2Fb%7b?c=%7B"},
                    std::pair{"/?q={\"a\":[1|2]}", "/?q=%7B%22a%22:%5B1%7C2%5D%7D"},
                    std::pair{"/\xc3\xa4?k=\xe2\x82\xac", "/%C3%A4?k=%E2%82%AC"},
                    std::pair{"/a b?c d+e", "/a%20b?c%20d+e"},
                    std::pair{"/-._~!$&'()*+,;=:@?-._~!$&'()*+,;=:@/?",
                              "/-._~!$&'()*+,;=:@?-._~!$&'()*+,;=:@/?"},
                    std::pair{"/?a=1&a=1&&=&", "/?a=1&a=1&&=&"}, std::pair{"/x?y#z", "/x?y"},
                    std::pair{"/%zz%", "/%zz%"}));

TEST_F(HttpClientSend, ReusesTheConnection) {
  LoopbackServer server(AnswerAll(HttpAnswer("hello")));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Send(server.Url()).status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientSend, SeveralHostsAtATimeKeepTheirConnections) {
  LoopbackServer one(AnswerAll(HttpAnswer("one"))), two(AnswerAll(HttpAnswer("two")));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Send(one.Url()).body, "one");
    EXPECT_EQ(Send(two.Url()).body, "two");
  }
  EXPECT_EQ(one.connections(), 1);
  EXPECT_EQ(two.connections(), 1);
}

TEST_F(HttpClientSend, ManyThreadsMayShareAClient) {
  LoopbackServer server(AnswerAll(HttpAnswer("hello")));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) EXPECT_EQ(Send(server.Url()).body, "hello");
    });
  }
  threads.clear();
  EXPECT_THAT(server.requests(), SizeIs(80));
  EXPECT_LE(server.connections(), 8);
}

TEST_F(HttpClientSend, AClientThatGoesClosesItsConnections) {
  LoopbackServer server(AnswerAll(HttpAnswer("hello")));
  Send(server.Url());
  client_.reset();
  server.AwaitEnded(1);
}

TEST_F(HttpClientSend, RedirectsAreNotFollowed) {
  for (int status : {301, 302, 303, 307, 308}) {
    LoopbackServer server(AnswerAll(HttpAnswer("", status, "Location: /other\r\n")));
    const HttpResponse response = Send(server.Url());
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.Header("Location"), "/other");
    EXPECT_THAT(server.requests(), SizeIs(1));
  }
}

TEST_F(HttpClientSend, AnAnswerOf16MiBIsTakenAndALargerOneRefused) {
  const std::string whole(16 << 20, 'x');
  LoopbackServer fits(AnswerAll(HttpAnswer(whole)));
  EXPECT_EQ(Send(fits.Url()).body.size(), whole.size());

  LoopbackServer larger([&](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    while (connection.Write(HttpChunk(std::string(100'000, 'x')))) {
    }
  });
  const HttpResponse response = Send(larger.Url());
  EXPECT_EQ(response.error, HttpError::kTooLarge);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  larger.AwaitEnded(1);  // and the endless rest is not read
}

TEST_F(HttpClientSend, WhatIsNoUrlIsNotSent) {
  const HttpResponse response = Send("host/secret");
  EXPECT_EQ(response.error, HttpError::kConnect);
  EXPECT_THAT(response.error_text, Not(HasSubstr("secret")));
  EXPECT_FALSE(response.sent);
}

TEST_F(HttpClientSend, AHeaderWithALineBreakIsNotSent) {
  LoopbackServer server(AnswerAll(HttpAnswer("")));
  HttpRequest request;
  request.url = server.Url();
  request.headers = {{"Authorization", "Bearer token\r\nX-Evil: yes"}};
  const HttpResponse response = client_->Send(request, {});
  EXPECT_EQ(response.error, HttpError::kConnect);
  EXPECT_THAT(response.error_text, Not(HasSubstr("token")));
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace eventer
