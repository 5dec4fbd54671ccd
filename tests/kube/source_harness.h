// A KubernetesSource on a FakeKubeApi, with a receiver whose room the test decides.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/stats.h"
#include "eventer/event_source.h"
#include "kube/kube_api.h"
#include "kube/kube_config.h"
#include "kube/kubernetes_source.h"
#include "support/fake_clock.h"
#include "support/fake_http_client.h"
#include "support/fake_kube_api.h"

namespace eventer {

// An event as the API server would store it. `seconds` after the fake clock's beginning.
std::string EventJson(const std::string& name, const std::string& ns = "default", int seconds = 0,
                      const std::string& message = "m");

// A source that has stored the version for its watch of all namespaces, and perhaps its time.
KubernetesSourceOptions From(const std::string& version, std::optional<WallTime> time = {});

// Waits until `done` holds; a test that waits in vain is ended by ctest.
void Await(const std::function<bool()>& done);

// What was handed on. Thread-safe.
class Received {
 public:
  explicit Received(Clock& clock) : clock_(clock) {}

  EventReceiver Receiver();
  void SetRoom(std::optional<std::size_t> entries);  // that many more; nullopt: no end

  std::vector<SourceEntry> entries() const;
  std::vector<std::string> names() const;                     // of events: "name@version"
  std::string position(const std::string& watch = "") const;  // of the last entry
  void AwaitFull() const;                                     // somebody waits for room
  void AwaitEvents(std::size_t count) const;
  void AwaitPosition(const std::string& version, const std::string& watch = "") const;

 private:
  Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::optional<std::size_t> room_;
  bool full_ = false;
  std::vector<SourceEntry> entries_;
};

class SourceHarness {
 public:
  SourceHarness() : received(clock) {}
  virtual ~SourceHarness() { Stop(); }

  // `options.api` is set by this.
  void Start(KubernetesSourceOptions options = {});
  // Until that many watches were opened and all are open.
  void AwaitOpen(int watches);
  // Start, until it is watching from the present and has done so for a while: a watch that ends at
  // once is a failure.
  void StartWatching(KubernetesSourceOptions options = {});
  void RunSource(const KubernetesSourceOptions& options);  // with an `api` of the test's own
  void Stop();                                             // returns when the source has stopped

  // Time passes until `done` holds.
  void AdvanceUntil(const std::function<bool()>& done, Duration step = std::chrono::seconds(1));

  FakeClock clock;
  FakeKubeApi api;
  std::shared_ptr<HttpClient> client;  // of `api`, unless the test sets another
  Stats stats;
  Received received;

 private:
  std::unique_ptr<EventSource> source_;
  std::jthread thread_;
};

}  // namespace eventer
