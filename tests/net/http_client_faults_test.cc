// Send against servers that are down, slow, broken or rude.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <latch>

#include "net/http_client_fixture.h"
#include "support/deaf_listener.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;
using testing::Not;

class HttpClientFaults : public HttpClientTest {
 protected:
  std::future<HttpResponse> SendInBackground(const std::string& url) {
    return std::async(std::launch::async, [=, this] { return Send(url, stop_.get_token()); });
  }

  std::stop_source stop_;
};

TEST_F(HttpClientFaults, ARefusedConnectionSaysSo) {
  std::string url;
  {
    LoopbackServer server(AnswerAll(""));
    url = server.Url("/?access_token=secret");
  }
  const HttpResponse response = Send(url);
  EXPECT_EQ(response.error, HttpError::kConnect);
  EXPECT_EQ(response.status, 0);
  EXPECT_THAT(response.error_text, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(response.error_text, HasSubstr("connection refused"));
  EXPECT_THAT(response.error_text, Not(HasSubstr("secret")));
  EXPECT_FALSE(response.sent);
}

TEST_F(HttpClientFaults, ANameThatDoesNotResolveSaysSo) {
  // A label may not have more than 63 letters, so no name server is asked.
  const HttpResponse response = Send("http://" + std::string(64, 'a') + ".invalid/");
  EXPECT_EQ(response.error, HttpError::kConnect);
  EXPECT_THAT(response.error_text, HasSubstr("cannot be resolved"));
  EXPECT_FALSE(response.sent);
}

// One thread looks up all names, so what it waits for keeps everyone waiting.
TEST_F(HttpClientFaults, ANameServerThatNeverAnswersIsGivenUpSoon) {
  EXPECT_STREQ(std::getenv("RES_OPTIONS"), "timeout:1 attempts:2");
}

TEST_F(HttpClientFaults, AServerThatNeverAnswersIsGivenUpAtTheDeadline) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.AwaitClose();
  });
  auto response = SendInBackground(server.Url());
  server.AwaitRequests(1);
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  EXPECT_EQ(response.get().error, HttpError::kTimeout);
  server.AwaitEnded(1);  // the connection is closed at once
}

TEST_F(HttpClientFaults, ATimeoutSaysHowLongItWaitedAndThatItWasSent) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\n");
    connection.AwaitClose();
  });
  auto pending = SendInBackground(server.Url());
  server.AwaitRequests(1);
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  const HttpResponse response = pending.get();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_THAT(response.error_text, HasSubstr("10 s"));
  EXPECT_EQ(response.status, 0);
}

TEST_F(HttpClientFaults, ADrippingServerDoesNotMoveTheDeadline) {
  LoopbackServer server([this](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    while (connection.Write(HttpChunk("x"))) clock_.Advance(1s);
  });
  EXPECT_EQ(Send(server.Url()).error, HttpError::kTimeout);
}

// While the client's threads write it, the caller and its request are gone.
TEST_F(HttpClientFaults, ALargeBodyIsGivenUpWhileItIsWritten) {
  std::latch connected(1);
  LoopbackServer server([&](LoopbackConnection& connection) {
    connected.count_down();
    connection.AwaitClose();
  });
  auto pending = std::async(std::launch::async, [&] {
    HttpRequest request;
    request.method = "POST";
    request.url = server.Url();
    request.body = std::string(64 << 20, 'b');
    return client_->Send(request, {});
  });
  connected.wait();
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  EXPECT_EQ(pending.get().error, HttpError::kTimeout);
  server.AwaitEnded(1);
}

TEST_F(HttpClientFaults, AConnectThatHangsIsGivenUpAtTheDeadline) {
  DeafListener listener;
  auto pending = SendInBackground(listener.Url());
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  const HttpResponse response = pending.get();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_FALSE(response.sent);
}

TEST_F(HttpClientFaults, AStopEndsAConnect) {
  DeafListener listener;
  auto response = SendInBackground(listener.Url());
  clock_.AwaitWaiters(1);
  stop_.request_stop();
  EXPECT_EQ(response.get().error, HttpError::kStopped);
}

TEST_F(HttpClientFaults, AStopEndsTheWaitForHeaders) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.AwaitClose();
  });
  auto response = SendInBackground(server.Url());
  server.AwaitRequests(1);
  stop_.request_stop();
  EXPECT_EQ(response.get().error, HttpError::kStopped);
  server.AwaitEnded(1);
}

TEST_F(HttpClientFaults, AStopEndsTheWaitForTheBody) {
  LoopbackServer server([this](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    connection.Write(HttpChunk("x"));
    stop_.request_stop();
    connection.AwaitClose();
  });
  EXPECT_EQ(SendInBackground(server.Url()).get().error, HttpError::kStopped);
}

TEST_F(HttpClientFaults, AfterAStopNothingIsSent) {
  LoopbackServer server(AnswerAll(HttpAnswer("")));
  stop_.request_stop();
  EXPECT_EQ(Send(server.Url(), stop_.get_token()).error, HttpError::kStopped);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientFaults, AResetBeforeTheAnswerIsABrokenConnection) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Reset();
  });
  const HttpResponse response = Send(server.Url("/?token=secret"));
  EXPECT_EQ(response.error, HttpError::kBroken);
  EXPECT_EQ(response.status, 0);
  EXPECT_TRUE(response.sent);
  EXPECT_THAT(response.error_text, Not(HasSubstr("secret")));
}

TEST_F(HttpClientFaults, ACloseBeforeTheAnswerIsABrokenConnection) {
  LoopbackServer server([](LoopbackConnection& connection) { connection.Read(); });
  const HttpResponse response = Send(server.Url());
  EXPECT_EQ(response.error, HttpError::kBroken);
  EXPECT_THAT(response.error_text, HasSubstr("closed the connection"));
}

TEST_F(HttpClientFaults, ABodyCutShortIsABrokenConnection) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"}) {
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(answer);
    });
    const HttpResponse response = Send(server.Url());
    EXPECT_EQ(response.error, HttpError::kBroken) << answer;
    EXPECT_EQ(response.status, 200) << answer;
  }
}

TEST_F(HttpClientFaults, GarbageIsNoAnswer) {
  for (const std::string& answer :
       {std::string("garbage\r\n\r\n"), std::string("\r\n\r\n"), std::string(100 << 10, 'g'),
        std::string("SSH-2.0-OpenSSH_9.2\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno hex\r\n\r\n")}) {
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(answer);
    });
    EXPECT_EQ(Send(server.Url()).error, HttpError::kBroken) << answer.substr(0, 40);
  }
}

TEST_F(HttpClientFaults, HeadersOf100KiBAreTaken) {
  const std::string value(100 << 10, 'v');
  LoopbackServer server(AnswerAll(HttpAnswer("body", 200, "X-Long: " + value + "\r\n")));
  const HttpResponse response = Send(server.Url());
  EXPECT_EQ(response.Header("X-Long"), value);
  EXPECT_EQ(response.body, "body");
}

TEST_F(HttpClientFaults, AnInterimAnswerIsNotTakenForTheNextOnesAnswer) {
  LoopbackServer server([](LoopbackConnection& connection) {
    while (connection.Read()) {
      connection.Write("HTTP/1.1 103 Early Hints\r\n\r\n");
      connection.Write(HttpAnswer("late"));
    }
  });
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = Send(server.Url());
    EXPECT_EQ(response.error, HttpError::kBroken);
    EXPECT_EQ(response.body, "");
  }
  EXPECT_EQ(server.connections(), 3);
}

// Servers close idle connections at a moment of their own.
TEST_F(HttpClientFaults, AConnectionClosedBetweenTwoRequestsIsReplaced) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(HttpAnswer("once"));
  });
  HttpRequest request;
  request.method = "POST";
  request.url = server.Url();
  request.body = std::string(200'000, 'b');
  for (int i = 1; i <= 10; ++i) {
    EXPECT_EQ(client_->Send(request, {}).body, "once");
    server.AwaitEnded(i);
  }
  EXPECT_EQ(server.requests().size(), 10u);
}

TEST_F(HttpClientFaults, AConnectionResetBetweenTwoRequestsIsReplaced) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(HttpAnswer("once"));
    connection.Read();  // its end: the client has read the answer
    connection.Reset();
  });
  HttpRequest request;
  request.method = "POST";
  request.url = server.Url();
  request.body = std::string(200'000, 'b');
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(client_->Send(request, {}).body, "once") << i;
}

}  // namespace
}  // namespace eventer
