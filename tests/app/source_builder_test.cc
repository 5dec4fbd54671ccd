#include "app/source_builder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "kube/kubernetes_source.h"
#include "support/fake_clock.h"
#include "support/fake_http_client.h"
#include "support/fake_kube_api.h"

namespace eventer {
namespace {

constexpr std::size_t kMiB = 1 << 20;

class SourceBuilderTest : public testing::Test {
 protected:
  using Make = std::function<std::unique_ptr<EventSource>(Stats&, std::shared_ptr<KubeApi>)>;

  // How many lists a source makes of a collection of some 5 MiB that it has to read as a whole.
  std::uint64_t ListsOf(const Make& make) {
    constexpr std::size_t kEvents = 24;
    FakeKubeApi api;
    for (std::size_t i = 0; i < kEvents; ++i) {
      api.Put(R"({"metadata":{"name":"e)" + std::to_string(i) +
              R"(","namespace":"shop"},"message":")" + std::string(100'000, 'x') + R"("})");
    }
    Options options = Parse("4MiB");
    CountWatches(options.source);
    const auto client = std::make_shared<FakeKubeClient>(api, clock_);
    Stats stats;
    const auto source = make(stats, BuildKubeApi(clock_, options, FakeFactory(client)));
    std::atomic<std::size_t> received = 0;
    std::jthread thread([&](std::stop_token stop) {
      source->Run(stop, [&](SourceEntry& entry, Duration, std::stop_token) {
        if (entry.event) ++received;
        return true;
      });
    });
    while (received < kEvents || !stats.source.connected) std::this_thread::yield();
    return stats.source.lists;
  }

  static Options Parse(const std::string& buffer_bytes) {
    return ParseCommandLine({"--source=kubernetes:http://api?inClusterConfig=false",
                             "--buffer-bytes=" + buffer_bytes})
        .options;
  }

  std::uint64_t ListsWith(std::size_t relist_bytes) {
    return ListsOf([&](Stats& stats, std::shared_ptr<KubeApi> api) {
      KubernetesSourceOptions options;
      options.api = std::move(api);
      options.stored.lost = true;
      options.relist_bytes = relist_bytes;
      return NewKubernetesSource(clock_, stats, options);
    });
  }

  FakeClock clock_;
};

TEST_F(SourceBuilderTest, ARelistKeepsAQuarterOfBufferBytesAtOnce) {
  const std::uint64_t lists = ListsOf([&](Stats& stats, std::shared_ptr<KubeApi> api) {
    Options options = Parse("4MiB");
    return BuildSource(clock_, stats, options, std::move(api), {.lost = true});
  });
  EXPECT_EQ(lists, ListsWith(kMiB));
  EXPECT_LT(lists, ListsWith(kMiB / 2));
  EXPECT_GT(lists, ListsWith(2 * kMiB));
}

}  // namespace
}  // namespace eventer
