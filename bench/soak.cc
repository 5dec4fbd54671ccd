// `make soak`: the release program for minutes at 480 events a second, with a data directory, among
// faults at random.
//
//   soak SCRATCH [MINUTES [SEED]]
//
// Prints a row every ten seconds and a verdict: every event arrived, in order, once at the receiver
// with ids; the books balance; memory and files did not grow. Exit 1 if not.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eventer/clock.h"
#include "net/cpprest_http_client.h"
#include "support/event_replay.h"
#include "support/faulty_receiver.h"
#include "support/kube_api_server.h"
#include "support/program.h"
#include "support/program_health.h"

namespace eventer {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kPerSecond = 480, kSliceMs = 100, kEventBytes = 1024;
// What the API server keeps, as with an hour's life of events; what is older is deleted.
constexpr std::size_t kStored = 50'000;

std::string Uid(std::size_t number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012zu", number);
  return text.data();
}

class Soak {
 public:
  Soak(std::string scratch, unsigned seed) : scratch_(std::move(scratch)), random_(seed) {
    std::ofstream(scratch_ + "/body") << FaultyReceiver::kBodyTemplate;
    Start();
  }

  bool Run(Duration time);

 private:
  struct Sample {
    double rss_mb = 0, disk_mb = 0;
  };

  std::size_t Any(std::size_t below) { return random_() % below; }
  SteadyTime Now() const { return SystemClock().Steady(); }
  void Start();
  void Restart();
  void Put(std::size_t count);
  void Trouble();
  void Mend();
  void Row();
  bool AwaitAll();
  bool Judge();
  bool Check(const char* what, bool good);
  Sample Measure() const;

  const std::string scratch_;
  std::mt19937 random_;
  FakeKubeApi api_;
  KubeApiServer server_{api_};
  FaultyReceiver es_{FaultyReceiver::Kind::kElasticsearch}, hook_{FaultyReceiver::Kind::kWebhook};
  std::unique_ptr<Program> program_;
  std::unique_ptr<ProgramHealth> health_;
  std::vector<std::string> put_, warnings_;  // ids, in order
  std::vector<Sample> samples_;
  SteadyTime begin_ = SystemClock().Steady(), next_trouble_{}, next_mend_{}, next_row_{};
  std::size_t troubles_ = 0, kills_ = 0;
};

void Soak::Start() {
  program_ = std::make_unique<Program>(std::vector<std::string>{
      "--source=kubernetes:" + server_.url() + "?inClusterConfig=false",
      "--sink=elasticsearch:" + es_.Url() + "?name=es&timeout=5s",
      "--sink=webhook:" + hook_.Url() +
          "?method=POST&level=Warning&name=hook&timeout=5s&body_file=" + scratch_ + "/body",
      "--data-dir=" + scratch_ + "/data", "--frequency=5s", "--healthz-ip=127.0.0.1",
      "--healthz-port=0"});
  health_ = std::make_unique<ProgramHealth>(*program_);
}

void Soak::Restart() {
  ++kills_;
  program_->Signal(Any(2) == 0 ? SIGKILL : SIGTERM);
  program_->AwaitExit();
  Start();
}

// Every third is a Warning.
void Soak::Put(std::size_t count) {
  const WallTime now = SystemClock().Wall();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t number = put_.size();
    const std::string name = "soak." + std::to_string(number), uid = Uid(number);
    FakeKubeApi::Prepared event = EventReplay::Load(number % 3 == 0 ? 0 : 1, now, kEventBytes);
    event.name = name;
    event.head = R"({"metadata":{"name":")" + name + R"(","namespace":")" + event.ns +
                 R"(","uid":")" + uid + R"(","resourceVersion":")";
    put_.push_back(uid + "-" + std::to_string(api_.Put(event)));
    if (number % 3 == 0) warnings_.push_back(put_.back());
  }
  if (api_.stored() > kStored + 5'000) api_.DeleteOldest(5'000);
}

// One thing goes wrong, for some seconds at most.
void Soak::Trouble() {
  using Mood = FaultyReceiver::Mood;
  constexpr std::array kMoods = {Mood::kBusy, Mood::kHangs, Mood::kCloses, Mood::kHalf,
                                 Mood::kUnauthorized};
  ++troubles_;
  const std::size_t what = Any(10);
  if (what < 3) {
    es_.Become(Any(6) == 5 ? Mood::kGarbage : kMoods[Any(kMoods.size())]);
  } else if (what < 6) {
    hook_.Become(kMoods[Any(kMoods.size())]);
  } else if (what == 6) {
    api_.BreakWatches();
  } else if (what == 7) {
    api_.Down(true);
  } else {
    Restart();
  }
  next_mend_ = Now() + milliseconds(500 + Any(8'000));
}

void Soak::Mend() {
  es_.Become(FaultyReceiver::Mood::kWell);
  hook_.Become(FaultyReceiver::Mood::kWell);
  api_.Down(false);
  next_trouble_ = Now() + milliseconds(Any(6'000));
  next_mend_ = SteadyTime::max();
}

Soak::Sample Soak::Measure() const {
  Sample sample;
  sample.rss_mb = health_->Metric("process_resident_memory_bytes") / 1e6;
  for (const auto& file : std::filesystem::recursive_directory_iterator(scratch_ + "/data")) {
    std::error_code error;
    if (file.is_regular_file(error)) sample.disk_mb += static_cast<double>(file.file_size()) / 1e6;
  }
  return sample;
}

void Soak::Row() {
  samples_.push_back(Measure());
  const auto at = std::chrono::duration_cast<seconds>(Now() - begin_).count();
  if (samples_.size() == 1) {
    std::printf("%6s %9s %9s %9s %7s %6s %8s %8s\n", "s", "put", "es", "hook", "faults", "kills",
                "RSS MB", "disk MB");
  }
  std::printf("%6lld %9zu %9zu %9zu %7zu %6zu %8.1f %8.1f\n", static_cast<long long>(at),
              put_.size(), es_.count(), hook_.count(), troubles_, kills_, samples_.back().rss_mb,
              samples_.back().disk_mb);
  std::fflush(stdout);
}

bool Soak::Run(Duration time) {
  while (health_->Metric("eventer_source_connected") < 1) program_->Pump(milliseconds(20));
  Put(1);
  if (!AwaitAll()) return false;  // its position is stored
  const SteadyTime end = Now() + time;
  next_mend_ = SteadyTime::max();
  std::size_t slices = 0;
  for (begin_ = Now(); Now() < end; program_->Pump(milliseconds(10))) {
    const auto due = static_cast<std::size_t>((Now() - begin_) / milliseconds(kSliceMs));
    for (; slices < due; ++slices) Put(kPerSecond * kSliceMs / 1000);
    if (Now() >= next_mend_) Mend();
    if (next_mend_ == SteadyTime::max() && Now() >= next_trouble_) Trouble();
    if (Now() >= next_row_) {
      Row();
      next_row_ = Now() + seconds(10);
    }
  }
  Mend();
  const bool all = AwaitAll();
  Row();
  return Judge() && all;
}

bool Soak::AwaitAll() {
  const SteadyTime deadline = Now() + minutes(5);
  const auto arrived = [&] {
    return es_.count() >= put_.size() && hook_.count() >= warnings_.size();
  };
  while (!arrived() && Now() < deadline && !program_->ended()) program_->Pump(milliseconds(50));
  return arrived();
}

bool Soak::Check(const char* what, bool good) {
  std::printf("%-48s %s\n", what, good ? "ok" : "FAILED");
  return good;
}

bool Soak::Judge() {
  std::map<std::string, SinkBooks> books;
  const SteadyTime deadline = Now() + seconds(30);
  const auto settled = [&] {
    books = health_->Books();
    return std::all_of(books.begin(), books.end(), [](const auto& sink) {
      return sink.second.Balanced() && sink.second.pending == 0 && sink.second.dropped == 0;
    });
  };
  bool balanced = settled();
  for (; !balanced && Now() < deadline; balanced = settled()) program_->Pump(milliseconds(100));
  // What was reached in the first half may not be much exceeded in the second.
  const auto half = samples_.begin() + static_cast<std::ptrdiff_t>(samples_.size() / 2);
  const auto most = [](auto begin, auto end, double Sample::*what) {
    double value = 0;
    for (; begin != end; ++begin) value = std::max(value, (*begin).*what);
    return value;
  };
  const auto flat = [&](double Sample::*what) {
    return most(half, samples_.end(), what) <= 1.25 * most(samples_.begin(), half, what) + 8;
  };
  bool good = Check("elasticsearch has every event, in order", es_.arrived() == put_);
  good &= Check("the webhook has every Warning, in order", hook_.arrived() == warnings_);
  good &= Check("the books balance, nothing dropped or pending", balanced);
  good &= Check("memory is flat", flat(&Sample::rss_mb));
  // They grow with an outage, and are to be small again after it.
  good &= Check("files are flat",
                samples_.back().disk_mb <= most(samples_.begin(), half, &Sample::disk_mb) + 8);
  program_->Signal(SIGTERM);
  good &= Check("a clean end", program_->AwaitExit() == 0);
  for (const auto& [sink, own] : books) std::printf("%s: %s\n", sink.c_str(), own.Text().c_str());
  std::printf("repeats: elasticsearch %zu, webhook %zu\n", es_.repeats(), hook_.repeats());
  return good;
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("soak SCRATCH [MINUTES [SEED]]\n", stderr);
    return 2;
  }
  const double time = argc > 2 ? std::stod(argv[2]) : 10;
  const unsigned seed = argc > 3 ? std::stoul(argv[3]) : std::random_device()();
  std::printf("%.1f minutes, seed %u\n", time, seed);
  eventer::InitHttpThreads(2);
  eventer::Soak soak(argv[1], seed);
  const auto whole = std::chrono::duration_cast<eventer::Duration>(
      std::chrono::duration<double, std::ratio<60>>(time));
  return soak.Run(whole) ? 0 : 1;
}
