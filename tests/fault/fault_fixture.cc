#include "fault/fault_fixture.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <mutex>

#include "net/cpprest_http_client.h"
#include "support/event_replay.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

std::string Uid(std::size_t number) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012zu", number);
  return text.data();
}

}  // namespace

void PrintTo(LogKind kind, std::ostream* out) {
  *out << (kind == LogKind::kMemory ? "InMemory" : "OnDisk");
}

std::string LogKindName(const testing::TestParamInfo<LogKind>& info) {
  return testing::PrintToString(info.param);
}

// Once for the process: each suite that is run in it asks for it.
void FaultTest::SetUpTestSuite() {
  static std::once_flag once;
  std::call_once(once, [] { InitHttpThreads(2); });
}

FaultTest::FaultTest() { dir_.Write("body", std::string(FaultyReceiver::kBodyTemplate)); }

void FaultTest::TearDown() {
  if (program_) told_ += program_->err();
  EXPECT_THAT(told_, testing::Not(testing::HasSubstr("Sanitizer")));
  EXPECT_THAT(told_, testing::Not(testing::HasSubstr("runtime error")));
  if (HasFailure()) std::fprintf(stderr, "--- the program said:\n%s", told_.c_str());
}

std::string FaultTest::Elasticsearch(const FaultyReceiver& to, const std::string& name,
                                     const std::string& more) const {
  return "--sink=elasticsearch:" + to.Url() + "?name=" + name + more;
}

std::string FaultTest::Webhook(const FaultyReceiver& to, const std::string& name,
                               const std::string& more) const {
  return "--sink=webhook:" + to.Url() + "?method=POST&body_file=" + dir_.Path("body") +
         "&name=" + name + more;
}

void FaultTest::Start(const std::vector<std::string>& flags) {
  flags_ = flags;
  std::vector<std::string> args = {
      "--source=kubernetes:" + server_.url() + "?inClusterConfig=false", "--healthz-ip=127.0.0.1",
      "--healthz-port=0"};
  if (OnDisk()) args.push_back("--data-dir=" + dir_.Path("data"));
  args.insert(args.end(), flags.begin(), flags.end());
  if (program_) told_ += program_->err();
  program_.emplace(args);
  health_.emplace(*program_);
}

void FaultTest::AwaitWatch() { ASSERT_TRUE(AwaitMetric("eventer_source_connected", 1)); }

void FaultTest::Restart() { Start(std::vector<std::string>(flags_)); }

void FaultTest::Kill() {
  program_->Signal(SIGKILL);
  ASSERT_EQ(program_->AwaitExit(), 128 + SIGKILL);
}

int FaultTest::Stop(int signal) {
  program_->Signal(signal);
  return program_->AwaitExit();
}

int FaultTest::StopWithin(Duration stop_timeout) {
  const SteadyTime begin = SystemClock().Steady();
  program_->Signal(SIGTERM);
  EXPECT_TRUE(program_->AwaitErr("] stopped"));
  EXPECT_LT(SystemClock().Steady() - begin, stop_timeout + 2s);
  return program_->AwaitExit();
}

void FaultTest::Put(std::size_t count, std::size_t bytes) {
  const WallTime now = SystemClock().Wall();
  const FakeKubeApi::Prepared warning = EventReplay::Load(0, now, bytes);
  const FakeKubeApi::Prepared normal = EventReplay::Load(1, now, bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t number = put_.size();
    const std::string name = "fault." + std::to_string(number), uid = Uid(number);
    FakeKubeApi::Prepared event = number % 3 == 0 ? warning : normal;
    event.name = name;
    event.head = R"({"metadata":{"name":")" + name + R"(","namespace":")" + event.ns +
                 R"(","uid":")" + uid + R"(","resourceVersion":")";
    put_.push_back(uid + "-" + std::to_string(api_.Put(event)));
  }
}

std::string FaultTest::NextId(std::size_t ahead) const {
  return Uid(put_.size() + ahead) + "-" + std::to_string(api_.version() + ahead + 1);
}

bool FaultTest::Await(const std::function<bool()>& condition, Duration patience) {
  const SteadyTime deadline = SystemClock().Steady() + patience;
  while (!condition()) {
    if (program_->ended() || SystemClock().Steady() > deadline) return false;
    program_->Pump(20ms);
  }
  return true;
}

bool FaultTest::AwaitMetric(const std::string& series, double least) {
  return Await([&] { return health_->Metric(series) >= least; });
}

bool FaultTest::AwaitRefused(const FaultyReceiver& receiver, std::size_t least) {
  return Await([&] { return receiver.refused() >= least; });
}

bool FaultTest::AwaitAll(const FaultyReceiver& receiver) {
  return Await([&] { return receiver.count() >= put_.size(); });
}

void FaultTest::ExpectAll(const FaultyReceiver& receiver) {
  EXPECT_TRUE(AwaitAll(receiver)) << receiver.count() << " of " << put_.size() << " arrived";
  ExpectSame(receiver.arrived(), put_);
}

void FaultTest::ExpectSame(const std::vector<std::string>& arrived,
                           const std::vector<std::string>& wanted) {
  const auto [got, want] =
      std::mismatch(arrived.begin(), arrived.end(), wanted.begin(), wanted.end());
  const bool same = got == arrived.end() && want == wanted.end();
  EXPECT_TRUE(same) << arrived.size() << " arrived, " << wanted.size() << " wanted; after "
                    << got - arrived.begin() << " comes "
                    << (got == arrived.end() ? "nothing" : *got) << " in place of "
                    << (want == wanted.end() ? "nothing" : *want);
}

void FaultTest::ExpectPrefix(const FaultyReceiver& receiver) {
  const std::vector<std::string> arrived = receiver.arrived();
  ASSERT_LE(arrived.size(), put_.size());
  ExpectSame(arrived, {put_.begin(), put_.begin() + static_cast<std::ptrdiff_t>(arrived.size())});
}

void FaultTest::ExpectBooks(std::uint64_t pending) {
  std::map<std::string, SinkBooks> books;
  // The receiver may have an event some time before the program has committed that.
  const bool settled = Await([&] {
    books = health_->Books();
    return std::all_of(books.begin(), books.end(), [&](const auto& sink) {
      return sink.second.Balanced() && sink.second.pending == pending;
    });
  });
  EXPECT_TRUE(settled);
  EXPECT_FALSE(books.empty());
  for (const auto& [sink, own] : books) {
    EXPECT_TRUE(own.Balanced()) << sink << ": " << own.Text();
    EXPECT_EQ(own.pending, pending) << sink << ": " << own.Text();
  }
}

void FaultTest::ExpectCleanStop() {
  EXPECT_EQ(Stop(), 0);
  EXPECT_THAT(program_->err(), testing::HasSubstr("every event was delivered"));
}

void FaultTest::ExpectStopWithLeft(Duration stop_timeout, const std::string& sink, int left) {
  EXPECT_EQ(StopWithin(stop_timeout), OnDisk() ? 0 : 1);
  const std::string count = sink + " " + std::to_string(left);
  EXPECT_THAT(program_->err(),
              testing::HasSubstr(OnDisk() ? "kept on the disk for the next start: " + count
                                          : "not delivered: " + count + ", not received: 0"));
}

SinkBooks FaultTest::Books(const std::string& sink) { return health_->Books()[sink]; }

}  // namespace eventer
