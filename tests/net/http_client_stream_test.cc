// Stream against a server that does what each test says: the lines of a good answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_client_fixture.h"

namespace eventer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HttpClientStream : public HttpClientTest {
 protected:
  // What the client makes of a connection that brings `bytes` as an answer and then closes.
  HttpResponse Streamed(std::string_view bytes) {
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(bytes);
    });
    return Stream(server.Url());
  }
};

TEST_F(HttpClientStream, HandsOnEveryLine) {
  const HttpResponse response =
      Streamed(std::string(kChunkedHead) + HttpChunk("one\n") + HttpChunk("thr") +
               HttpChunk("ee\nrest") + std::string(kLastChunk));
  EXPECT_EQ(response.error, HttpError::kNone) << response.error_text;
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Type"), "application/json");
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(lines_, ElementsAre("one", "three", "rest"));
}

TEST_F(HttpClientStream, OneChunkMayHoldTwoLines) {
  Streamed(std::string(kChunkedHead) + HttpChunk("one\ntwo\n") + std::string(kLastChunk));
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(HttpClientStream, OneLineMayComeInAHundredChunks) {
  std::string answer(kChunkedHead), line;
  for (int i = 0; i < 100; ++i) {
    answer += HttpChunk(std::to_string(i));
    line += std::to_string(i);
  }
  Streamed(answer + HttpChunk("\n") + std::string(kLastChunk));
  EXPECT_THAT(lines_, ElementsAre(line));
}

TEST_F(HttpClientStream, WhereTheReadsEndDoesNotMatter) {
  const std::string answer = std::string(kChunkedHead) +
                             HttpChunk("{\"a\":\"\xc3\xa4\xe2\x82\xac\"}\n{\"b\"") +
                             HttpChunk(":1}\n") + HttpChunk("last") + std::string(kLastChunk);
  for (std::size_t cut = 0; cut <= answer.size(); ++cut) {
    lines_.clear();
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(answer.substr(0, cut));
      connection.AwaitRead();
      connection.Write(answer.substr(cut));
    });
    EXPECT_EQ(Stream(server.Url()).error, HttpError::kNone);
    EXPECT_THAT(lines_, ElementsAre("{\"a\":\"\xc3\xa4\xe2\x82\xac\"}", "{\"b\":1}", "last"))
        << "cut at " << cut;
  }
}

TEST_F(HttpClientStream, EveryByteMayComeAlone) {
  LoopbackServer server([&](LoopbackConnection& connection) {
    connection.Read();
    connection.Drip(std::string(kChunkedHead) + HttpChunk("one\ntwo\n") + HttpChunk("three\n") +
                    std::string(kLastChunk));
  });
  Stream(server.Url());
  EXPECT_THAT(lines_, ElementsAre("one", "two", "three"));
}

TEST_F(HttpClientStream, ALongLineArrivesWhole) {
  std::string line = "{\"message\":\"";
  while (line.size() < 1'500'000) line += std::to_string(line.size());
  Streamed(std::string(kChunkedHead) + HttpChunk(line + "\nnext\n") + std::string(kLastChunk));
  EXPECT_THAT(lines_, ElementsAre(line, "next"));
}

TEST_F(HttpClientStream, ALineOverTheBoundIsSkippedAndCounted) {
  const std::string piece(1 << 20, 'x');
  LoopbackServer server([&](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    for (int i = 0; i < 17; ++i) connection.Write(HttpChunk(piece));
    connection.Write(HttpChunk("\nnext\n"));
    connection.Write(kLastChunk);
  });
  EXPECT_EQ(Stream(server.Url()).error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("next"));
  EXPECT_THAT(skipped_, ElementsAre(17u << 20));
}

TEST_F(HttpClientStream, ABodyMayEndWithTheConnection) {
  const HttpResponse response = Streamed("HTTP/1.1 200 OK\r\n\r\none\ntwo\nrest");
  EXPECT_EQ(response.error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("one", "two", "rest"));
}

TEST_F(HttpClientStream, AnOldServerNeedsNoChunks) {
  const HttpResponse response = Streamed("HTTP/1.0 200 OK\r\n\r\none\ntwo\n");
  EXPECT_EQ(response.error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(HttpClientStream, ABodyMayHaveALength) {
  EXPECT_EQ(Streamed(HttpAnswer("one\ntwo\n")).error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(HttpClientStream, AnEmptyBodyHasNoLines) {
  EXPECT_EQ(Streamed(std::string(kChunkedHead) + std::string(kLastChunk)).status, 200);
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(Streamed("HTTP/1.1 204 No Content\r\n\r\n").status, 204);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(HttpClientStream, OpensBeforeTheFirstLine) {
  LoopbackServer server(AnswerAll(HttpAnswer("one\n")));
  HttpRequest request;
  request.url = server.Url();
  std::vector<std::string> calls;
  StreamHandler handler;
  handler.on_open = [&] { calls.push_back("open"); };
  handler.on_line = [&](std::string_view line) {
    calls.emplace_back(line);
    return true;
  };
  for (int i = 0; i < 20; ++i) client_->Stream(request, {}, handler);
  ASSERT_THAT(calls, SizeIs(40));
  for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(calls[i], i % 2 ? "one" : "open");
}

TEST_F(HttpClientStream, OpenAndSkippedHandlersMayBeMissing) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(HttpAnswer(std::string((16 << 20) + 1, 'x') + "\none\n"));
  });
  HttpRequest request;
  request.url = server.Url();
  StreamHandler handler;
  handler.on_line = [&](std::string_view line) {
    lines_.emplace_back(line);
    return true;
  };
  EXPECT_EQ(client_->Stream(request, {}, handler).error, HttpError::kNone);
  EXPECT_THAT(lines_, ElementsAre("one"));
}

TEST_F(HttpClientStream, TheBodyOfAFailureIsNoLines) {
  for (int status : {301, 400, 410, 500}) {
    const HttpResponse response = Streamed(HttpAnswer("{\n}\n", status));
    EXPECT_EQ(response.error, HttpError::kNone);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, "{\n}\n");
  }
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(opened_, 0);
}

TEST_F(HttpClientStream, TheBodyOfAFailureIsCutAt1MiB) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.Write(HttpChunk(std::string(100'000, 'x')))) {
    }
  });
  const HttpResponse response = Stream(server.Url());
  EXPECT_EQ(response.error, HttpError::kNone) << response.error_text;
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.size(), 1u << 20);
}

TEST_F(HttpClientStream, AStreamThatEndedWellLeavesItsConnectionForTheNext) {
  LoopbackServer server([](LoopbackConnection& connection) {
    while (connection.Read()) {
      connection.Write(std::string(kChunkedHead) + HttpChunk("one\n") + std::string(kLastChunk));
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Send(server.Url()).status, 200);
    EXPECT_EQ(Stream(server.Url()).status, 200);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientStream, AReaderThatHasEnoughEndsTheStream) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    while (connection.Write(HttpChunk("line\n"))) {
    }
  });
  HttpRequest request;
  request.url = server.Url();
  StreamHandler handler;
  handler.on_line = [&](std::string_view line) {
    lines_.emplace_back(line);
    return lines_.size() < 3;
  };
  const HttpResponse response = client_->Stream(request, {}, handler);
  EXPECT_EQ(response.error, HttpError::kStopped);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(lines_, ElementsAre("line", "line", "line"));
  server.AwaitEnded(1);
}

TEST_F(HttpClientStream, AReaderMayRefuseTheLastLine) {
  LoopbackServer server(AnswerAll(HttpAnswer("only")));
  HttpRequest request;
  request.url = server.Url();
  StreamHandler handler;
  handler.on_line = [](std::string_view) { return false; };
  EXPECT_EQ(client_->Stream(request, {}, handler).error, HttpError::kStopped);
}

TEST_F(HttpClientStream, AHandlerThatThrowsEndsTheStream) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    while (connection.Write(HttpChunk("line\n"))) {
    }
  });
  HttpRequest request;
  request.url = server.Url();
  StreamHandler handler;
  handler.on_line = [](std::string_view) -> bool { throw std::runtime_error("no room"); };
  const HttpResponse response = client_->Stream(request, {}, handler);
  EXPECT_EQ(response.error, HttpError::kStopped);
  EXPECT_THAT(response.error_text, HasSubstr("no room"));
  handler.on_open = [] { throw 42; };
  EXPECT_EQ(client_->Stream(request, {}, handler).error, HttpError::kStopped);
}

}  // namespace
}  // namespace eventer
