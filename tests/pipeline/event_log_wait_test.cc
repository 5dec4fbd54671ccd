// Threads that wait for events and for room.
#include <thread>

#include "pipeline/event_log_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using testing::IsEmpty;

TEST_P(EventLogTest, WaitEndsWhenSomethingIsAppended) {
  Make(kMiB);
  const ReaderId a = Open("a");
  bool more = false;
  std::jthread waiter(
      [&](std::stop_token stop) { more = log_->Wait(a, clock_.Steady() + 60s, stop); });
  clock_.AwaitWaiters(1);
  Append(MakeEntries(1, 1));
  waiter.join();
  EXPECT_TRUE(more);
}

TEST_P(EventLogTest, WaitIsForWhatTheReaderWasNeverGiven) {
  Make(kMiB);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 2));
  EXPECT_TRUE(log_->Wait(a, clock_.Steady(), {}));
  Read(a, 1);
  EXPECT_TRUE(log_->Wait(a, clock_.Steady(), {}));
  Read(a);
  EXPECT_FALSE(log_->Wait(a, clock_.Steady(), {}));
}

TEST_P(EventLogTest, AStopEndsAWait) {
  Make(kMiB);
  const ReaderId a = Open("a");
  bool more = true;
  std::jthread waiter(
      [&](std::stop_token stop) { more = log_->Wait(a, clock_.Steady() + 60s, stop); });
  clock_.AwaitWaiters(1);
  waiter.request_stop();
  waiter.join();
  EXPECT_FALSE(more);
}

TEST_P(EventLogTest, WaitForRoomIsForWhatWasRefused) {
  MakeForEvents(4);
  const ReaderId a = Open("a");
  Append(MakeEntries(1, 4));
  EXPECT_TRUE(log_->WaitForRoom(clock_.Steady(), {}));  // nothing was refused
  const auto large = MakeEntries(5, 1, "Normal", kSmallEvent + log_->Bytes(*MakeEvent("1")) / 2);
  EXPECT_EQ(Append(large), 0u);
  Deliver(a, 1);
  EXPECT_FALSE(log_->WaitForRoom(clock_.Steady(), {}));
  bool room = false;
  std::jthread waiter(
      [&](std::stop_token stop) { room = log_->WaitForRoom(clock_.Steady() + 60s, stop); });
  clock_.AwaitWaiters(1);
  Deliver(a, 1);
  waiter.join();
  EXPECT_TRUE(room);
  EXPECT_EQ(Append(large), 1u);
}

TEST_P(EventLogTest, ReadersAndTheWriterMayRunAtOnce) {
  constexpr int kEvents = 20'000;
  Make(kMiB);
  const ReaderId a = Open("a"), b = Open("b", MakeFilter("level=Warning"));
  const auto read = [&](ReaderId reader, std::stop_token stop) {
    std::vector<std::string> got;
    while (log_->Wait(reader, clock_.Steady() + 1h, stop)) {
      for (std::string& name : Deliver(reader, 100)) got.push_back(std::move(name));
    }
    return got;
  };
  std::vector<std::string> got_a, got_b;
  {
    std::jthread reader_a([&](std::stop_token stop) { got_a = read(a, stop); });
    std::jthread reader_b([&](std::stop_token stop) { got_b = read(b, stop); });
    const auto entries = MakeEntries(1, kEvents);
    std::span<const SourceEntry> rest = entries;
    while (!rest.empty()) {
      rest = rest.subspan(log_->Append(rest));
      if (!rest.empty()) log_->WaitForRoom(clock_.Steady() + 1h, {});
    }
    Eventually([&] { return Books(a).pending == 0 && Books(b).pending == 0; });
  }
  EXPECT_EQ(got_a, Numbers(1, kEvents));
  EXPECT_THAT(got_b, IsEmpty());
  EXPECT_EQ(Books(b).filtered, kEvents);
  ExpectBalance();
}

}  // namespace
}  // namespace eventer
