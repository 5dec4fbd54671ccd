#include "storms/storm.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr WallTime kBegin{std::chrono::seconds(1714528984)};  // FakeClock's

struct What {
  const char* type;
  const char* reason;
  const char* kind;
  std::string ns, name, message;
};

// Writes events as the API server does: one event of an object, reason and text, its count rising.
class Writer {
 public:
  void Add(Duration at, const What& what) {
    auto event = std::make_shared<Event>();
    Known& known = known_[what.ns + "/" + what.name + "/" + what.reason];
    if (known.count++ == 0) {
      known.first = kBegin + std::chrono::floor<WallTime::duration>(at);
      known.uid = "uid-" + std::to_string(known_.size());
    }
    event->type = what.type;
    event->reason = what.reason;
    event->message = what.message;
    event->ns = what.ns.empty() ? "default" : what.ns;
    event->name = what.name + "." + known.uid;
    event->uid = known.uid;
    event->resource_version = std::to_string(++version_);
    event->involved_object = {.kind = what.kind, .ns = what.ns, .name = what.name};
    event->source = {"kubelet", "worker-7"};
    event->first_seen = known.first;
    event->last_seen = kBegin + std::chrono::floor<WallTime::duration>(at);
    event->count = known.count;
    storm_.events.push_back({at, std::move(event)});
  }
  Storm Take(const char* name) {
    storm_.name = name;
    std::ranges::stable_sort(storm_.events, {}, &StormEvent::at);
    return std::move(storm_);
  }

 private:
  struct Known {
    std::int64_t count = 0;
    WallTime first;
    std::string uid;
  };
  std::map<std::string, Known> known_;
  std::uint64_t version_ = 1000;
  Storm storm_;
};

std::string Hash(int number, std::size_t size) {
  constexpr std::string_view kRandom = "bcdfghjklmnpqrstvwxz2456789";
  std::mt19937 dice(static_cast<unsigned>(number));
  std::string hash;
  while (hash.size() < size) hash += kRandom[dice() % kRandom.size()];
  return hash;
}

std::string App(int app) { return "app-" + Hash(1000 + app, 3) + "x"; }
std::string Pod(int app, int pod) {
  return App(app) + "-" + Hash(2000 + app, 9) + "-" + Hash(app * 100 + pod, 5);
}
std::string Namespace(int app) {
  return "team-" + std::string(1, static_cast<char>('a' + app % 8));
}

void AddNodeDies(Writer& w, Duration at, int apps) {
  w.Add(at, {"Normal", "NodeNotReady", "Node", "", "worker-7",
             "Node worker-7 status is now: NodeNotReady"});
  for (int app = 0; app < apps; ++app) {
    for (int pod = 0; pod < 5; ++pod) {
      const std::string ns = Namespace(app), name = Pod(app, pod);
      w.Add(at + 5s, {"Warning", "NodeNotReady", "Pod", ns, name, "Node is not ready"});
      w.Add(at + 300s, {"Normal", "TaintManagerEviction", "Pod", ns, name,
                        "Marking for deletion Pod " + ns + "/" + name});
      if (pod == 0) {
        w.Add(at + 310s, {"Warning", "FailedScheduling", "Pod", ns, Pod(app, 9),
                          "0/6 nodes are available: 1 node(s) had untolerated taint "
                          "{node.kubernetes.io/unreachable: }, 5 Insufficient memory."});
      }
    }
  }
}

void AddImageIsMissing(Writer& w, Duration at, Duration length, int app) {
  const std::string image = "registry.example.com/" + App(app) + ":v1.2.3";
  for (Duration now = at; now < at + length; now += 30s) {
    for (int pod = 0; pod < 3; ++pod) {
      const std::string ns = Namespace(app), name = Pod(app, pod);
      w.Add(now, {"Normal", "Pulling", "Pod", ns, name, "Pulling image \"" + image + "\""});
      w.Add(now + 2s, {"Warning", "Failed", "Pod", ns, name,
                       "Failed to pull image \"" + image +
                           "\": rpc error: code = NotFound desc = "
                           "failed to pull and unpack image \"" +
                           image +
                           "\": failed to resolve "
                           "reference \"" +
                           image + "\": not found"});
      w.Add(now + 9s,
            {"Warning", "BackOff", "Pod", ns, name, "Back-off pulling image \"" + image + "\""});
    }
  }
}

void AddQuotaIsExceeded(Writer& w, Duration at, Duration length, int app) {
  const std::string set = App(app) + "-" + Hash(2000 + app, 9);
  for (Duration now = at; now < at + length; now += 15s) {
    w.Add(now, {"Warning", "FailedCreate", "ReplicaSet", Namespace(app), set,
                "Error creating: pods \"" + set + "-" + Hash(static_cast<int>(now / 1s), 5) +
                    "\" is forbidden: exceeded quota: compute, requested: limits.cpu=2, used: "
                    "limits.cpu=20, limited: limits.cpu=20"});
  }
}

void AddCrashLoop(Writer& w, Duration at, Duration length, int app) {
  for (Duration now = at; now < at + length; now += 12s) {
    for (int pod = 0; pod < 2; ++pod) {
      w.Add(now, {"Warning", "BackOff", "Pod", Namespace(app), Pod(app, pod),
                  "Back-off restarting failed container server in pod " + Pod(app, pod) + "_" +
                      Namespace(app) + "(5b6f0c5e-7e4c-4c5e-9d0e-0f6a1c1f0a11)"});
    }
  }
}

void AddRollingUpdate(Writer& w, Duration at, int first, int apps) {
  for (int app = first; app < first + apps; ++app) {
    const std::string ns = Namespace(app), set = App(app) + "-" + Hash(2000 + app, 9);
    const Duration begin = at + std::chrono::seconds(app % 60);
    w.Add(begin, {"Normal", "ScalingReplicaSet", "Deployment", ns, App(app),
                  "Scaled up replica set " + set + " to 3"});
    for (int pod = 0; pod < 3; ++pod) {
      const std::string name = Pod(app, pod);
      const Duration now = begin + pod * 20s;
      w.Add(now, {"Normal", "SuccessfulCreate", "ReplicaSet", ns, set, "Created pod: " + name});
      w.Add(now + 1s, {"Normal", "Scheduled", "Pod", ns, name,
                       "Successfully assigned " + ns + "/" + name + " to worker-3"});
      w.Add(now + 2s,
            {"Normal", "Pulled", "Pod", ns, name, "Container image already present on machine"});
      w.Add(now + 3s, {"Normal", "Started", "Pod", ns, name, "Started container server"});
      w.Add(now + 19s,
            {"Normal", "Killing", "Pod", ns, Pod(app, pod + 50), "Stopping container server"});
    }
  }
}

}  // namespace

Storm NodeDies() {
  Writer w;
  AddNodeDies(w, 0s, 60);
  return w.Take("a node with 300 pods dies");
}

Storm ImageIsMissing() {
  Writer w;
  AddImageIsMissing(w, 0s, 120min, 1);
  return w.Take("an image is missing for 2 h");
}

Storm QuotaIsExceeded() {
  Writer w;
  AddQuotaIsExceeded(w, 0s, 30min, 2);
  return w.Take("a quota is exceeded");
}

Storm CrashLoop() {
  Writer w;
  AddCrashLoop(w, 0s, 120min, 3);
  return w.Take("a crash loop of 2 h");
}

Storm RollingUpdate() {
  Writer w;
  AddRollingUpdate(w, 0s, 0, 50);
  return w.Take("a rolling update of 50");
}

Storm Mix() {
  Writer w;
  AddNodeDies(w, 0s, 60);
  for (int app = 100; app < 120; ++app) AddImageIsMissing(w, 30s, 9min, app);
  for (int app = 120; app < 140; ++app) AddQuotaIsExceeded(w, 0s, 10min, app);
  for (int app = 140; app < 190; ++app) AddCrashLoop(w, 10s, 9min, app);
  AddRollingUpdate(w, 60s, 190, 50);
  Storm storm = w.Take("a mix of 10,000 events");
  storm.events.resize(std::min<std::size_t>(storm.events.size(), 10'000));
  return storm;
}

std::vector<Storm> AllStorms() {
  return {NodeDies(), ImageIsMissing(), QuotaIsExceeded(), CrashLoop(), RollingUpdate(), Mix()};
}

}  // namespace eventer
