// The served fake, spoken to through a socket.
#include "support/kube_api_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "core/event_decoder.h"
#include "kube/source_harness.h"
#include "support/event_replay.h"

namespace eventer {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Socket() { close(fd_); }

  void Get(const std::string& target) { Send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"); }
  void Post(const std::string& body) {
    Send("POST /api/v1/namespaces/shop/events HTTP/1.1\r\nHost: h\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  // Until `end` was seen or the connection ended.
  std::string ReadUntil(const std::string& end) {
    std::string text;
    std::array<char, 4096> chunk;
    while (text.find(end) == std::string::npos) {
      const ssize_t count = recv(fd_, chunk.data(), chunk.size(), 0);
      if (count <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  void Send(const std::string& request) {
    EXPECT_EQ(send(fd_, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  }

  const int fd_;
};

TEST(KubeApiServer, ServesListsAndChunkedWatches) {
  FakeKubeApi api;
  KubeApiServer server(api, {});
  EXPECT_EQ(server.url(), "http://127.0.0.1:" + std::to_string(server.port()));
  Socket socket(server.port());
  socket.Get("/api/v1/events?limit=1");
  EXPECT_THAT(socket.ReadUntil("]}\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  socket.Get("/api/v1/events?watch=true&resourceVersion=1000&timeoutSeconds=60");
  api.AwaitWatches(1);
  api.Put(EventJson("a"));
  EXPECT_THAT(socket.ReadUntil("}}\n"), HasSubstr(R"({"type":"ADDED","object":{"kind":"Event")"));
  api.EndWatches();
  EXPECT_THAT(socket.ReadUntil("0\r\n\r\n"), HasSubstr("0\r\n\r\n"));
  socket.Get("/api/v1/events?watch=true&resourceVersion=1001");
  api.AwaitWatches(2);
  api.BreakWatches();
  socket.ReadUntil("never");
}

TEST(KubeApiServer, APostedEventIsPutAndItsVersionTold) {
  FakeKubeApi api;
  KubeApiServer server(api, {});
  Socket socket(server.port());
  socket.Post(EventJson("a"));
  EXPECT_THAT(socket.ReadUntil("}}\n"), HasSubstr(R"({"metadata":{"resourceVersion":"1001"}})"));
  EXPECT_EQ(api.stored(), 1);
  socket.Post("{}");
  EXPECT_THAT(socket.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(api.stored(), 1);
}

TEST(KubeApiServer, EndsWhileAWatchIsOpen) {
  FakeKubeApi api;
  std::optional<KubeApiServer> server(std::in_place, api, KubeApiServerOptions{});
  Socket socket(server->port());
  socket.Get("/api/v1/events?watch=true&resourceVersion=1000");
  api.AwaitWatches(1);
  server.reset();
  socket.ReadUntil("never");
}

TEST(EventReplay, TellsRecordedEventsAsIfTheyHappenedNow) {
  std::ifstream file(std::string(EVENTER_TEST_DATA) + "/golden/events.jsonl");
  EventReplay replay(std::string((std::istreambuf_iterator<char>(file)), {}));
  FakeKubeApi api;
  FakeClock clock;
  EventDecoder decoder;
  int updates = 0;
  const auto watch = api.Handle("GET", "/api/v1/events?watch=1&resourceVersion=1000", "")->watch;
  for (int i = 0; i < 100; ++i) {
    clock.Advance(std::chrono::seconds(2));
    api.Put(replay.Next(clock.Wall()));
    std::string line = api.Read(*watch, clock, clock.Steady(), {}).bytes;
    line.pop_back();
    WatchFrame frame;
    ASSERT_TRUE(decoder.DecodeFrame(line, &frame)) << line;
    EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(frame.event->last_seen),
              std::chrono::floor<std::chrono::seconds>(clock.Wall()))
        << line;
    if (frame.type != WatchFrame::kModified) continue;
    ++updates;
    EXPECT_GT(frame.event->count, 1);
  }
  EXPECT_GT(updates, 10);
  EXPECT_LT(updates, 30);
}

TEST(EventReplay, LoadHasTheSizeAskedFor) {
  FakeKubeApi api;
  api.Put(EventReplay::Load(7, FakeClock().Wall(), 1024));
  const std::string list = api.Handle("GET", "/api/v1/events", "")->body;
  EXPECT_NEAR(static_cast<double>(list.size()), 1024, 120);
}

}  // namespace
}  // namespace eventer
