// Send against a server that does what each test says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/http_client_fixture.h"

namespace eventer {
namespace {

using testing::HasSubstr;

class HttpClientSend : public HttpClientTest {};

TEST_F(HttpClientSend, ReturnsStatusHeadersAndBody) {
  LoopbackServer server(AnswerAll(HttpAnswer("hello", 201, "X-Thing: Some Value\r\n")));
  const HttpResponse response = Send(server.Url("/path"));
  EXPECT_EQ(response.error, HttpError::kNone) << response.error_text;
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.Header("x-thing"), "Some Value");
  EXPECT_TRUE(response.sent);
}

TEST_F(HttpClientSend, ReusesTheConnection) {
  LoopbackServer server(AnswerAll(HttpAnswer("hello")));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Send(server.Url()).status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientSend, GivesUpOnAServerThatNeverAnswers) {
  LoopbackServer server([](LoopbackConnection& connection) { connection.AwaitClose(); });
  std::jthread advance([&] {
    server.AwaitConnections(1);
    clock_.AwaitWaiters(1);
    clock_.Advance(std::chrono::seconds(10));
  });
  const HttpResponse response = Send(server.Url());
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_THAT(response.error_text, HasSubstr("10 s"));
  EXPECT_EQ(response.status, 0);
  server.AwaitEnded(1);  // the connection is closed at once, not at some later time
}

}  // namespace
}  // namespace eventer
