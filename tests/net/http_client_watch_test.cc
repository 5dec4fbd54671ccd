// Stream as a watch uses it: broken connections, silence, held-back readers, stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "net/exchange.h"
#include "net/http_client_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HttpClientWatch : public HttpClientTest {
 protected:
  std::future<HttpResponse> StreamInBackground(const std::string& url) {
    return std::async(std::launch::async, [=, this] { return Stream(url, stop_.get_token()); });
  }

  std::future<HttpResponse> StreamInBackground(const std::string& url, const LineHandler& on_line) {
    return std::async(std::launch::async, [=, this] {
      HttpRequest request;
      request.url = url;
      StreamHandler handler;
      handler.on_line = on_line;
      return client_->Stream(request, stop_.get_token(), handler);
    });
  }

  std::stop_source stop_;
};

TEST_F(HttpClientWatch, ACutInTheMiddleOfALineDoesNotHandItOn) {
  // A length not reached, a chunk not whole, no last chunk.
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\none\nha"),
        std::string(kChunkedHead) + HttpChunk("one\n") + "9\r\nha",
        std::string(kChunkedHead) + HttpChunk("one\n") + HttpChunk("ha"),
        std::string(kChunkedHead) + HttpChunk("one\nha") + "0\r\n"}) {
    lines_.clear();
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(answer);
    });
    const HttpResponse response = Stream(server.Url());
    EXPECT_EQ(response.error, HttpError::kBroken) << answer;
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(lines_, Each("one")) << answer;
  }
}

TEST_F(HttpClientWatch, AResetIsABrokenStream) {
  LoopbackServer server([&](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(std::string(kChunkedHead) + HttpChunk("one\nha"));
    connection.AwaitRead();
    connection.Reset();
  });
  const HttpResponse response = Stream(server.Url());
  EXPECT_EQ(response.error, HttpError::kBroken);
  EXPECT_THAT(response.error_text, HasSubstr("reset"));
  EXPECT_THAT(lines_, ElementsAre("one"));
}

TEST_F(HttpClientWatch, ASilenceBeforeTheHeadersIsATimeout) {
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.AwaitClose();
  });
  auto pending = StreamInBackground(server.Url());
  server.AwaitRequests(1);
  clock_.AwaitWaiters(1);
  clock_.Advance(10s);
  const HttpResponse response = pending.get();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_EQ(response.status, 0);
  EXPECT_THAT(response.error_text, HasSubstr("nothing was received for 10 s"));
  server.AwaitEnded(1);
}

TEST_F(HttpClientWatch, ASilenceInTheBodyIsATimeout) {
  std::latch got_line(1);
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(std::string(kChunkedHead) + HttpChunk("one\n"));
    connection.AwaitClose();
  });
  auto pending = StreamInBackground(server.Url(), [&](std::string_view) {
    got_line.count_down();
    return true;
  });
  got_line.wait();
  // Twice: what came just before the first deadline puts it off.
  while (pending.wait_for(0s) != std::future_status::ready) clock_.Advance(5s);
  const HttpResponse response = pending.get();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_EQ(response.status, 200);
  server.AwaitEnded(1);
}

TEST_F(HttpClientWatch, AStreamMayLastMuchLongerThanItsIdleTime) {
  std::atomic<int> lines{0};
  std::atomic<int> permitted{0};
  LoopbackServer server([&](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    for (int i = 0; i < 20; ++i) {
      permitted.wait(i);
      connection.Write(HttpChunk("line\n"));
    }
    connection.Write(kLastChunk);
  });
  auto pending = StreamInBackground(server.Url(), [&](std::string_view) {
    ++lines;
    lines.notify_one();
    return true;
  });
  server.AwaitRequests(1);
  for (int i = 0; i < 20; ++i) {
    clock_.AwaitWaiters(1);
    clock_.Advance(9s);
    ++permitted;
    permitted.notify_one();
    lines.wait(i);
  }
  EXPECT_EQ(pending.get().error, HttpError::kNone);
  EXPECT_EQ(lines, 20);
}

TEST_F(HttpClientWatch, TimeInTheHandlerIsNoSilence) {
  std::latch in_handler(1), go_on(1);
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(std::string(kChunkedHead) + HttpChunk("one\n"));
    connection.Write(kLastChunk);
    connection.AwaitClose();
  });
  auto pending = StreamInBackground(server.Url(), [&](std::string_view) {
    in_handler.count_down();
    go_on.wait();
    return true;
  });
  in_handler.wait();
  for (int i = 0; i < 10; ++i) {
    clock_.AwaitWaiters(1);
    clock_.Advance(30s);
  }
  go_on.count_down();
  EXPECT_EQ(pending.get().error, HttpError::kNone);
}

TEST_F(HttpClientWatch, AHeldReaderHoldsBackTheServer) {
  std::latch held(1);
  std::size_t written = 0;
  LoopbackServer server([&](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    // 256 MiB are offered; what is taken lies in the sockets' buffers and one read of ours.
    const std::string chunk = HttpChunk(std::string(65535, 'x') + "\n");
    written = connection.WriteUntilFull(chunk, 4096);
    held.count_down();
  });
  auto pending = StreamInBackground(server.Url(), [&](std::string_view) {
    held.wait();
    return true;
  });
  pending.get();
  EXPECT_LT(written, 32u << 20);
}

TEST_F(HttpClientWatch, AStopEndsASilentStream) {
  LoopbackServer server([this](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    stop_.request_stop();
    connection.AwaitClose();
  });
  EXPECT_EQ(StreamInBackground(server.Url()).get().error, HttpError::kStopped);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(HttpClientWatch, AStopEndsTheWaitForHeaders) {
  LoopbackServer server([this](LoopbackConnection& connection) {
    connection.Read();
    stop_.request_stop();
    connection.AwaitClose();
  });
  EXPECT_EQ(StreamInBackground(server.Url()).get().error, HttpError::kStopped);
}

TEST_F(HttpClientWatch, AStopWaitsForTheHandlerAndThenCallsItNoMore) {
  std::latch in_handler(1);
  std::atomic<int> calls{0};
  LoopbackServer server([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(kChunkedHead);
    while (connection.Write(HttpChunk("line\nline\nline\n"))) {
    }
  });
  auto pending = StreamInBackground(server.Url(), [&](std::string_view) {
    ++calls;
    in_handler.count_down();
    // As a handler should: it waits for room or the stop.
    SleepUntil(clock_, stop_.get_token(), clock_.Steady() + 30s);
    return true;
  });
  in_handler.wait();
  stop_.request_stop();
  EXPECT_EQ(pending.get().error, HttpError::kStopped);
  const int calls_until_return = calls;
  server.AwaitEnded(1);
  EXPECT_EQ(calls, calls_until_return);
}

TEST_F(HttpClientWatch, ManyStopsNeverLetALineThrough) {
  for (int i = 0; i < 50; ++i) {
    std::stop_source stop;
    auto alive = std::make_unique<std::atomic<int>>(0);
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.Read();
      connection.Write(kChunkedHead);
      for (int n = 0; connection.Write(HttpChunk("line\n")); ++n) {
        if (n == i) stop.request_stop();
      }
    });
    HttpRequest request;
    request.url = server.Url();
    StreamHandler handler;
    handler.on_line = [&](std::string_view) { return ++*alive > 0; };
    EXPECT_EQ(client_->Stream(request, stop.get_token(), handler).error, HttpError::kStopped);
    alive.reset();  // a later call would touch freed memory
  }
}

// In whatever way they end: the leak checker of a process sees only what is left at its exit, and
// there the library leaves something of the last streams.
TEST_F(HttpClientWatch, NothingIsLeftOfAThousandStreams) {
  LoopbackServer server([](LoopbackConnection& connection) {
    while (const auto request = connection.Read()) {
      if (request->target != "/mute") {
        connection.Write(std::string(kChunkedHead) + HttpChunk("one\n"));
      }
      if (request->target == "/cut") return;
      if (request->target != "/whole") return connection.AwaitClose();
      connection.Write(kLastChunk);
    }
  });
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(Stream(server.Url("/whole")).error, HttpError::kNone);
    EXPECT_EQ(Stream(server.Url("/cut")).error, HttpError::kBroken);
    const auto enough = [](std::string_view) { return false; };
    EXPECT_EQ(StreamInBackground(server.Url("/long"), enough).get().error, HttpError::kStopped);
    const auto stop = [this](std::string_view) { return stop_.request_stop(); };
    EXPECT_EQ(StreamInBackground(server.Url("/long"), stop).get().error, HttpError::kStopped);
    stop_ = std::stop_source();
    auto mute = StreamInBackground(server.Url("/mute"));
    server.AwaitRequests(5 * (i + 1));
    stop_.request_stop();
    EXPECT_EQ(mute.get().error, HttpError::kStopped);
    stop_ = std::stop_source();
  }
  client_.reset();
  while (Exchange::alive() > 0) std::this_thread::yield();
}

// A held watch holds a thread of cpprestsdk's pool. Were there not two more, a full event buffer
// would stop the sinks that could empty it.
TEST_F(HttpClientWatch, WithEveryWatchHeldOtherRequestsAreStillAnswered) {
  constexpr int kWatches = static_cast<int>(kHttpThreads) - 2;
  std::latch all_held(kWatches), release(1);
  LoopbackServer watches([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(std::string(kChunkedHead) + HttpChunk("one\ntwo\nthree\n"));
    connection.Write(kLastChunk);
    connection.AwaitClose();
  });
  LoopbackServer others(AnswerAll(HttpAnswer("answer")));
  std::vector<std::future<HttpResponse>> streams;
  for (int i = 0; i < kWatches; ++i) {
    streams.push_back(StreamInBackground(watches.Url(), [&](std::string_view line) {
      if (line == "one") {
        all_held.count_down();
        release.wait();
      }
      return true;
    }));
  }
  all_held.wait();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Send(others.Url()).body, "answer");
  release.count_down();
  for (auto& stream : streams) EXPECT_EQ(stream.get().error, HttpError::kNone);
}

}  // namespace
}  // namespace eventer
