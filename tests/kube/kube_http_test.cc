// The source over the real HTTP client, against servers on the loopback interface: what the tests
// with an in-process client cannot show. The clock stands still; nothing waits but for sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "kube/source_harness.h"
#include "net/cpprest_http_client.h"
#include "support/fake_kube_status.h"
#include "support/kube_api_server.h"
#include "support/loopback_server.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr int kWatches = 3;

class HttpThreads : public testing::Environment {
 public:
  void SetUp() override { InitHttpThreads(kWatches + 2); }  // as the program does
};

const auto* const environment = testing::AddGlobalTestEnvironment(new HttpThreads);

class KubeHttpTest : public testing::Test, public SourceHarness {
 protected:
  ~KubeHttpTest() override { Stop(); }

  void StartAt(const std::string& url, KubernetesSourceOptions options = {}) {
    KubeConfig config;
    config.server = url;
    config.proxy = "";
    kube = NewKubeApi(clock, std::move(config), [this](const HttpClientOptions& client_options) {
      return NewCpprestHttpClient(clock, client_options);
    });
    options.api = kube;
    RunSource(options);
  }

  // Back-offs pass (30 s at most); time-outs of requests, which last longer, do not.
  void PassBackoffsUntil(const std::function<bool()>& done) {
    while (!done()) {
      const Duration wait = clock.NextDeadline() - clock.Steady();
      if (wait > Duration::zero() && wait <= 30s) {
        clock.Advance(wait);
      } else {
        std::this_thread::yield();
      }
    }
  }

  std::shared_ptr<KubeApi> kube;
};

// With the fake API server behind.
class KubeServerTest : public KubeHttpTest {
 protected:
  ~KubeServerTest() override { Stop(); }

  void StartWatching(KubernetesSourceOptions options = {}) {
    const int watches = std::max<int>(1, static_cast<int>(options.namespaces.size()));
    StartAt(server_.url(), std::move(options));
    AwaitOpen(watches);
    clock.AwaitWaiters(static_cast<std::size_t>(watches));
    clock.Advance(5s);  // a watch that ends at once is a failure
  }

  KubeApiServer server_{api};
};

TEST_F(KubeServerTest, EventsComeInOrderThroughEndsAndResets) {
  StartWatching();
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "e" + std::to_string(i);
    names.push_back(name + "@" + std::to_string(api.Put(EventJson(name))));
    received.AwaitEvents(names.size());
    const int watches = api.counts().watches;
    i % 2 == 0 ? api.EndWatches() : api.BreakWatches();
    api.AwaitWatches(watches + 1);
  }
  EXPECT_THAT(received.names(), ElementsAreArray(names));
  EXPECT_EQ(stats.source.gaps, 0u);
}

TEST_F(KubeServerTest, ACutInTheMiddleOfAFrameLosesAndRepeatsNothing) {
  api.CutNextWatchAfter(700);  // in the second frame
  StartWatching();
  std::vector<std::string> names;
  for (const char* name : {"a", "b", "c"}) {
    names.push_back(name + std::string("@") + std::to_string(api.Put(EventJson(name))));
  }
  PassBackoffsUntil([this] { return received.names().size() >= 3; });
  EXPECT_THAT(received.names(), ElementsAreArray(names));
  EXPECT_EQ(stats.source.garbage, 0u);
}

TEST_F(KubeServerTest, A410InEitherFormIsARelist) {
  for (const bool by_status : {false, true}) {
    api.Expire410ByStatus(by_status);
    const std::uint64_t position = api.version();
    std::vector<std::string> names;
    for (const char* name : {"b", "a"}) {
      names.push_back(name + std::string("@") + std::to_string(api.Put(EventJson(name))));
    }
    api.Compact(api.version());
    StartAt(server_.url(), From(std::to_string(position)));
    received.AwaitPosition(std::to_string(api.version()));
    Stop();
    const std::vector<std::string> all = received.names();
    EXPECT_THAT(std::vector<std::string>(all.end() - 2, all.end()), ElementsAreArray(names));
  }
  EXPECT_EQ(stats.source.relists, 2u);
}

TEST_F(KubeServerTest, ASilentStreamIsReplaced) {
  StartWatching();
  api.Silence(true);
  api.Put(EventJson("unseen"));
  clock.AwaitWaiters(1);
  clock.Advance(80s);
  api.AwaitWatches(2);
  api.Silence(false);
  received.AwaitEvents(1);
  EXPECT_THAT(received.names(), ElementsAre("unseen@1001"));
}

// A held watch holds a thread of the client's pool.
TEST_F(KubeServerTest, WithEveryWatchHeldOtherCallsAreAnsweredAndThenAllGoesOn) {
  KubernetesSourceOptions options;
  options.namespaces = {"a", "b", "c"};
  ASSERT_EQ(options.namespaces.size(), static_cast<std::size_t>(kWatches));
  StartWatching(options);
  received.SetRoom(0);
  for (const std::string& ns : options.namespaces) {
    for (const char* name : {"x", "y"}) api.Put(EventJson(name, ns));
  }
  clock.AwaitWaiters(2 * kWatches);  // each watch's thread, and its receiver
  for (int i = 0; i < 5; ++i) EXPECT_EQ(kube->ListEvents({.limit = 1}, {}).status, 200);
  received.SetRoom({});
  received.AwaitEvents(2 * kWatches);
}

TEST_F(KubeServerTest, AHeldWatchIsClosedAndGoesOnWithTheSameEvent) {
  StartWatching();
  received.SetRoom(0);
  for (const char* name : {"a", "b"}) api.Put(EventJson(name));
  received.AwaitFull();
  clock.AwaitWaiters(2);
  clock.Advance(31s);
  Await([this] { return stats.source.held == 1; });
  received.SetRoom({});
  received.AwaitEvents(2);
  EXPECT_THAT(received.names(), ElementsAre("a@1001", "b@1002"));
}

TEST_F(KubeServerTest, ADeadPeerIsLookedForByTcpItself) {
  StartWatching();
  int connections = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != server_.port()) continue;
    int on = 0;
    size = sizeof on;
    getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size);
    EXPECT_EQ(on, 1);
    ++connections;
  }
  EXPECT_GT(connections, 0);
}

TEST_F(KubeServerTest, StopsWhileItStreamsAndWhileItIsHeld) {
  StartWatching();
  Stop();
  StartWatching(From("1000"));
  received.SetRoom(0);
  api.Put(EventJson("a"));
  received.AwaitFull();
  Stop();
  EXPECT_EQ(received.names().size(), 0u);
}

// --- the bytes of an answer, cut everywhere ---

// Two events after `version`, as the API server sends them: one chunk each.
std::string Frames(int version) {
  std::string text(kChunkedHead);
  for (int i = version + 1; i <= version + 2; ++i) {
    const std::string object =
        R"({"metadata":{"name":"\u20ac","resourceVersion":")" + std::to_string(i) + "\"}}";
    text += HttpChunk(FakeFrame("ADDED", object));
  }
  return text + std::string(kLastChunk);
}

int VersionIn(const std::string& target) {
  return std::stoi(target.substr(target.find("resourceVersion=") + 16));
}

TEST_F(KubeHttpTest, EveryEventComesOnceWhereverTheAnswerIsCut) {
  const std::size_t bytes = Frames(1000).size();
  std::atomic<std::size_t> cut{0};
  LoopbackServer server([&](LoopbackConnection& connection) {
    while (const auto request = connection.Read()) {
      if (request->target.find("watch=true") == std::string::npos) {
        connection.Write(HttpAnswer(R"({"metadata":{"resourceVersion":"9999"},"items":[]})"));
        continue;
      }
      if (cut >= bytes) return connection.AwaitClose();
      connection.Write(Frames(VersionIn(request->target)).substr(0, cut++));
      connection.AwaitRead();
      clock.Advance(2s);  // a watch that ends at once is a failure
      return cut % 2 == 0 ? connection.Reset() : void();
    }
  });
  StartAt("http://" + server.authority(), From("1000"));
  PassBackoffsUntil([&] { return cut >= bytes; });
  Stop();
  int version = 1000;
  for (const SourceEntry& entry : received.entries()) {
    ASSERT_TRUE(entry.event);
    ASSERT_EQ(entry.event->resource_version, std::to_string(++version));
  }
  EXPECT_GT(version, 1050);
  EXPECT_EQ(stats.source.garbage, 0u);
  EXPECT_EQ(stats.source.relists, 0u);
}

}  // namespace
}  // namespace eventer
