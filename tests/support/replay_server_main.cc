// replay-api-server: an API server on the loopback interface that replays recorded events.
//
// For `make run`, benchmarks and trying things by hand. Prints its URL, then serves until it is
// killed.
#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eventer/clock.h"
#include "eventer/time_format.h"
#include "support/fake_kube_api.h"
#include "support/kube_api_server.h"

namespace eventer {
namespace {

using nlohmann::json;

struct Arguments {
  std::vector<std::string> files;
  double per_second = 1;
  std::size_t count = 0;   // 0: for ever
  std::size_t stored = 0;  // events that are there before the first watch
};

// Events of a file: one object a line, or one watch frame a line.
void ReadEvents(const std::string& path, std::vector<json>* events) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  for (std::string line; std::getline(file, line);) {
    json object = json::parse(line);
    if (object.contains("object")) {
      if (object["type"] != "ADDED" && object["type"] != "MODIFIED") continue;
      object = json(object["object"]);
    }
    events->push_back(std::move(object));
  }
}

// RFC 3339 as metav1.Time and metav1.MicroTime are written.
std::string Seconds(WallTime time) {
  return FormatRfc3339Nano(std::chrono::floor<std::chrono::seconds>(time));
}

std::string Micros(WallTime time) {
  const auto fraction = time.time_since_epoch() % std::chrono::seconds(1);
  std::string digits = std::to_string(1000000 + fraction.count()).substr(1);
  std::string text = Seconds(time);
  return text.insert(text.size() - 1, "." + digits);
}

// The recorded event as if it happened now, for the `turn`th time that the recording is played.
json Refreshed(json event, std::size_t turn, WallTime now) {
  const std::string suffix = "." + std::to_string(turn);
  json& metadata = event["metadata"];
  metadata["name"] = metadata.value("name", "event") + suffix;
  metadata["uid"] = metadata.value("uid", "uid") + suffix;
  metadata["creationTimestamp"] = Seconds(now);
  for (const char* field : {"firstTimestamp", "lastTimestamp"}) {
    if (event.contains(field) && !event[field].is_null()) event[field] = Seconds(now);
  }
  if (event.contains("eventTime") && !event["eventTime"].is_null())
    event["eventTime"] = Micros(now);
  if (event.contains("series")) event["series"]["lastObservedTime"] = Micros(now);
  return event;
}

class Replay {
 public:
  Replay(FakeKubeApi& api, std::vector<json> events) : api_(api), events_(std::move(events)) {}

  void PutNext() {
    const std::size_t turn = next_ / events_.size() + 1;
    api_.Put(Refreshed(events_[next_ % events_.size()], turn, SystemClock().Wall()).dump());
    ++next_;
  }

 private:
  FakeKubeApi& api_;
  const std::vector<json> events_;
  std::size_t next_ = 0;
};

int Serve(const Arguments& arguments) {
  std::vector<json> events;
  for (const std::string& file : arguments.files) ReadEvents(file, &events);
  if (events.empty()) throw std::runtime_error("--events: no event in it");
  FakeKubeApi api;
  Replay replay(api, std::move(events));
  for (std::size_t i = 0; i < arguments.stored; ++i) replay.PutNext();
  KubeApiServer server(api);
  std::cout << server.url() << std::endl;
  const auto step =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / arguments.per_second));
  SteadyTime due = SystemClock().Steady();
  for (std::size_t i = 0; arguments.count == 0 || i < arguments.count; ++i) {
    SleepUntil(SystemClock(), {}, due += step);
    replay.PutNext();
    // As the TTL of a real one does; a replay may run for days.
    if (api.stored() > 10000 + arguments.stored) api.DeleteOldest(1000);
  }
  SleepUntil(SystemClock(), {}, due + std::chrono::hours(24 * 365));
  return 0;
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  eventer::Arguments arguments;
  CLI::App app("Replays recorded Kubernetes events as an API server on the loopback interface.");
  app.add_option("--events", arguments.files, "one event, or watch frame, a line")->required();
  app.add_option("--events-per-second", arguments.per_second)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--count", arguments.count, "0: for ever")->capture_default_str();
  app.add_option("--stored", arguments.stored, "events that are there from the start")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return eventer::Serve(arguments);
  } catch (const std::exception& error) {
    std::cerr << "replay-api-server: " << error.what() << "\n";
    return 2;
  }
}
