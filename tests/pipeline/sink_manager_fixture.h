// Sinks with real worker threads, and the receivers that a test plays.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/sink_manager.h"
#include "pipeline/testing.h"
#include "support/fake_clock.h"
#include "support/fake_sink.h"

namespace eventer {

class SinkManagerTest : public testing::Test {
 protected:
  using Strings = std::vector<std::string>;

  ~SinkManagerTest() override {
    for (auto& receiver : receivers_) receiver->Release();
  }

  void MakeLog(std::size_t max_bytes = 64 << 20) {
    log_ = NewMemoryEventLog(clock_, stats_, max_bytes);
  }

  // Before Start.
  FakeReceiver& AddSink(std::string name, std::size_t batch = 10, EventFilter filter = {}) {
    auto receiver = receivers_.emplace_back(std::make_shared<FakeReceiver>());
    sinks_.push_back({std::move(name),
                      std::make_unique<FakeSink>(receiver, BatchLimits{batch, 1 << 20}),
                      std::move(filter)});
    ++threads_;
    return *receiver;
  }

  void Make() {
    if (!log_) MakeLog();
    manager_.emplace(clock_, stats_, *log_, std::move(sinks_));
  }

  void Start() {
    Make();
    manager_->Start();
  }

  void Append(const std::vector<SourceEntry>& entries) {
    ASSERT_EQ(log_->Append(entries), entries.size());
  }

  SinkStats& Books(std::size_t sink) { return stats_.sinks[sink]; }
  // The attempt is over and written down.
  void AwaitPending(std::size_t sink, std::uint64_t pending) {
    Eventually([&] { return Books(sink).pending == pending; });
  }
  void AwaitAttempts(std::size_t sink, std::uint64_t attempts) {
    Eventually([&] { return Books(sink).attempts == attempts; });
    AwaitIdle(1);
  }
  void AwaitIdle(std::size_t threads) { clock_.AwaitQuiet(threads); }
  // Moves the time until `done`, and only while all threads have done what they can: so nobody
  // seems slow who was just not scheduled.
  void AdvanceUntil(const std::function<bool()>& done, Duration step = std::chrono::seconds(1)) {
    while (!done()) {
      AwaitIdle(threads_);
      if (!done()) clock_.Advance(step);
    }
  }
  void ExpectBalance() {
    for (const SinkStats& books : stats_.sinks) EXPECT_EQ(Imbalance(books), 0) << books.name;
  }

  FakeClock clock_;
  Stats stats_;
  std::unique_ptr<EventLog> log_;
  std::vector<std::shared_ptr<FakeReceiver>> receivers_;
  std::vector<ConfiguredSink> sinks_;
  std::size_t threads_ = 0;  // that wait for time or work unless they do something
  std::optional<SinkManager> manager_;
};

}  // namespace eventer
