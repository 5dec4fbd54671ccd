// Stream against a server that does what each test says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_client_fixture.h"

namespace eventer {
namespace {

using testing::ElementsAre;

class HttpClientStream : public HttpClientTest {};

TEST_F(HttpClientStream, HandsOnEveryLine) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    connection.Write(HttpChunk("one\ntwo\n"));
    connection.Write(HttpChunk("thr"));
    connection.Write(HttpChunk("ee\nrest"));
    connection.Write(kLastChunk);
  });
  const HttpResponse response = Stream(server.Url());
  EXPECT_EQ(response.error, HttpError::kNone) << response.error_text;
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(lines_, ElementsAre("one", "two", "three", "rest"));
}

}  // namespace
}  // namespace eventer
