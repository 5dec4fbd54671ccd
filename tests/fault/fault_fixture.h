// The real program between a fake API server and receivers that misbehave: over real sockets, by
// the real clock. Nothing sleeps: each wait ends with what it waits for, or fails after a while.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/faulty_receiver.h"
#include "support/kube_api_server.h"
#include "support/program.h"
#include "support/program_health.h"
#include "support/temp_dir.h"

namespace eventer {

// Where the program keeps the events that not every sink has: each scenario runs with each.
enum class LogKind : char { kMemory, kDataDir };

class FaultTest : public testing::TestWithParam<LogKind> {
 protected:
  using Kind = FaultyReceiver::Kind;
  using Mood = FaultyReceiver::Mood;

  // For what must come, on a machine that is busy with something else.
  static constexpr Duration kPatience = std::chrono::minutes(4);

  static void SetUpTestSuite();
  FaultTest();
  void TearDown() override;  // no scenario may leave a word of a sanitizer

  // Flags of sinks. `more`: further options, each with its & before it.
  std::string Elasticsearch(const FaultyReceiver& to, const std::string& name = "es",
                            const std::string& more = "") const;
  std::string Webhook(const FaultyReceiver& to, const std::string& name = "hook",
                      const std::string& more = "") const;

  // Starts the program and waits until it serves; AwaitWatch: until it watches, too.
  void Start(const std::vector<std::string>& flags);
  void AwaitWatch();
  void Kill();     // SIGKILL, and it is gone
  void Restart();  // with the flags of the last start, after a Kill or Stop
  // The exit status.
  int Stop(int signal = SIGTERM);
  // Sends SIGTERM, expects the program's last word within `stop_timeout` and 2 s more. The exit
  // status; what LeakSanitizer does before that takes its own time.
  int StopWithin(Duration stop_timeout);

  // New events of that size, every third (from the first) a Warning; put_ has their ids.
  void Put(std::size_t count, std::size_t bytes = 1 << 10);
  std::string NextId(std::size_t ahead) const;  // of the event that will be put after so many

  // False: the program ended, or `patience` is over.
  bool Await(const std::function<bool()>& condition, Duration patience = kPatience);
  bool AwaitMetric(const std::string& series, double least);
  bool OnDisk() const { return GetParam() == LogKind::kDataDir; }
  // The smallest log that there is, and an event of which some 260 fill it.
  std::string SmallLog() const {
    return OnDisk() ? "--data-dir-bytes=64MiB" : "--buffer-bytes=4MiB";
  }
  std::size_t LargeBytes() const { return OnDisk() ? 120 << 10 : 16 << 10; }
  bool AwaitRefused(const FaultyReceiver& receiver, std::size_t least);
  // Waits until as many events arrived as were put.
  bool AwaitAll(const FaultyReceiver& receiver);

  // --- what holds at the end ---

  // All that was put arrived, and in that order.
  void ExpectAll(const FaultyReceiver& receiver);
  // `arrived` is `wanted`, in its order; says where it is not.
  static void ExpectSame(const std::vector<std::string>& arrived,
                         const std::vector<std::string>& wanted);
  // What arrived is the beginning of what was put.
  void ExpectPrefix(const FaultyReceiver& receiver);
  // Each sink's books balance, with so many events pending.
  void ExpectBooks(std::uint64_t pending = 0);
  // The program ends with 0 and says that all was delivered.
  void ExpectCleanStop();
  // The program has to end within `stop_timeout` with `left` of `sink` not delivered: what it says
  // and ends with depends on whether they are on the disk.
  void ExpectStopWithLeft(Duration stop_timeout, const std::string& sink, int left);

  SinkBooks Books(const std::string& sink);

  TempDir dir_;
  FakeKubeApi api_;
  KubeApiServer server_{api_};
  FaultyReceiver es_{Kind::kElasticsearch}, hook_{Kind::kWebhook};
  std::vector<std::string> put_;  // ids, in order
  std::vector<std::string> flags_;
  std::optional<Program> program_;
  std::optional<ProgramHealth> health_;

 private:
  std::string told_;  // of programs that are gone
};

void PrintTo(LogKind kind, std::ostream* out);
std::string LogKindName(const testing::TestParamInfo<LogKind>& info);

}  // namespace eventer
