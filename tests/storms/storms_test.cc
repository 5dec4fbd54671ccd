// What a group would see of a bad night: the sink against a robot that behaves as DingTalk's.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "common/event_group.h"
#include "eventer/event_filter.h"
#include "sinks/http_sink_fixture.h"
#include "storms/storm.h"
#include "support/dingtalk_robot.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr Duration kFrequency = 30s;  // of Housekeeps

class StormTest : public HttpSinkTest {
 protected:
  StormTest() {
    client_->AlwaysRespondWith([this](const HttpRequest& request) {
      return FakeResponse(200, robot_.Answer(request.url, request.body.text()));
    });
  }

  // Through Housekeeps and the sink's own wishes until all is settled.
  void Run(const Storm& raw, const std::string& options = "") {
    const std::string value = "dingtalk:https://h/robot/send?access_token=t" + options;
    value_ = value;
    Make(value);
    Storm storm = raw;
    SinkUri uri = SinkUri::Parse("--sink", value);
    const EventFilter filter = EventFilter::Parse(uri, "Warning");
    std::erase_if(storm.events, [&](const StormEvent& e) { return !filter.Wants(*e.event); });
    wanted_ = storm.events.size();
    const SteadyTime begin = clock_.Steady();
    const Duration end = storm.events.back().at + 40min;
    std::size_t next = 0;
    for (Duration tick = kFrequency; tick <= end; tick += kFrequency) {
      Until(begin + tick);
      for (; next < storm.events.size() && storm.events[next].at <= tick; ++next) {
        waiting_.push_back(storm.events[next].event);
        offered_.try_emplace(GroupKeyOf(*waiting_.back()), begin + tick);
      }
      const bool told = next == storm.events.size() && waiting_.empty() && held_ == 0;
      if (told && options.find("closing") == std::string::npos) break;
      ready_ = true;
    }
  }

  // As the worker: attempts when events are there, or when the sink asked for it.
  void Until(SteadyTime time) {
    for (int i = 0; i < 100'000; ++i) {
      const SteadyTime now = clock_.Steady();
      const bool paused = paused_until_ > now;
      if (!paused && ((ready_ && !waiting_.empty()) || again_at_ <= now)) {
        Attempt();
        continue;
      }
      const SteadyTime wake = std::min(time, paused ? paused_until_ : again_at_);
      clock_.Advance(wake - now);
      if (wake == time) return;
    }
    FAIL() << "the sink asks to be called for ever";
  }

  void Attempt() {
    const std::size_t texts_before = robot_.texts.size();
    const ExportResult result = Export(waiting_);
    ++attempts_;
    if (disturbed_ && attempts_ % 7 == 0) clock_.JumpWall(attempts_ % 2 == 0 ? 1h : -1h);
    if (disturbed_ && attempts_ % 5 == 0) {  // killed before any of it was stored
      for (std::size_t i = texts_before; i < robot_.texts.size(); ++i) {
        repeated_ += CountOf(robot_.texts[i].second);
      }
      Restart();
      return;
    }
    if (result.state) state_ = *result.state;
    std::vector<EventPtr> left;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Outcome outcome = result.events[i].outcome;
      EXPECT_TRUE(outcome == Outcome::kDelivered || outcome == Outcome::kWaiting ||
                  outcome == Outcome::kHeld);
      if (outcome == Outcome::kWaiting) left.push_back(waiting_[i]);
    }
    waiting_ = std::move(left);
    held_ = result.held;
    again_at_ = result.again_at.value_or(SteadyTime::max());
    again_at_ = std::max(again_at_, clock_.Steady() + std::chrono::milliseconds(10));
    paused_until_ = waiting_.empty() ? SteadyTime{} : again_at_;
    if (waiting_.empty()) ready_ = false;
    if (disturbed_ && attempts_ % 11 == 0) Restart();
  }

  void Restart() {
    sink_.reset();
    Make(value_);
    sink_->RestoreState(state_);
  }

  static std::uint64_t CountOf(const std::string& text) {
    if (text.starts_with("Level:")) return 1;
    std::uint64_t told = 0;
    for (std::size_t at = 0; at < text.size();
         at = std::min(text.find('\n', at), text.size()) + 1) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (text.substr(at, end - at).find(" × ") != std::string::npos)
        told += std::stoull(text.substr(at));
    }
    return told;
  }

  static bool Tells(const std::string& text, const GroupKey& key) {
    const std::string line =
        " × " + key.reason + " · " + (key.ns.empty() ? "" : key.ns + "/") + key.workload + " (";
    if (text.find(line) != std::string::npos) return true;
    return text.starts_with("Level:") &&
           text.find("Reason:" + key.reason + " ") != std::string::npos &&
           text.find("Name:" + key.workload) != std::string::npos;
  }

  // From the Housekeep that first had it to its first word.
  Duration SlowestWord() const {
    Duration slowest{};
    for (const auto& group : offered_) {
      const GroupKey& key = group.first;
      const auto told = std::ranges::find_if(
          robot_.texts, [&](const auto& text) { return Tells(text.second, key); });
      EXPECT_NE(told, robot_.texts.end()) << key.reason << " of " << key.workload;
      if (told != robot_.texts.end()) slowest = std::max(slowest, told->first - group.second);
    }
    return slowest;
  }

  std::uint64_t Report(const Storm& storm) const {
    std::uint64_t told = 0;
    for (const auto& [time, text] : robot_.texts) told += CountOf(text);
    std::printf(
        "%-28s %6zu events, %6zu wanted: %4zu problems, %4zu messages, largest %5zu bytes, "
        "slowest word %3lld s\n",
        storm.name.c_str(), storm.events.size(), wanted_, offered_.size(), robot_.texts.size(),
        robot_.largest, static_cast<long long>(SlowestWord() / 1s));
    return told;
  }

  DingTalkRobot robot_{clock_, {.token = "t"}};
  std::vector<EventPtr> waiting_;
  std::map<GroupKey, SteadyTime> offered_;
  SteadyTime again_at_ = SteadyTime::max(), paused_until_{};
  std::uint64_t held_ = 0;
  std::size_t wanted_ = 0;
  bool ready_ = false;
  // Restarts, kills and jumps of the clock.
  bool disturbed_ = false;
  std::size_t attempts_ = 0;
  std::uint64_t repeated_ = 0;  // events told in attempts that nobody remembers
  std::string value_, state_;
};

// Each alone with its Normal events, the mix as a group wants it.
class EachStormTest : public StormTest, public testing::WithParamInterface<int> {
 protected:
  const std::string level_ = GetParam() == 5 ? "" : "&level=Normal";
};

TEST_P(EachStormTest, NothingIsRefusedAndEveryEventIsToldOnceInTime) {
  const Storm storm = AllStorms()[static_cast<std::size_t>(GetParam())];
  Run(storm, level_);
  EXPECT_THAT(robot_.refusals, testing::IsEmpty());
  EXPECT_EQ(Report(storm), wanted_);
  EXPECT_LE(SlowestWord(), Duration(60s));
}

TEST_P(EachStormTest, WithSummariesTooAndWithFewerMessages) {
  const Storm storm = AllStorms()[static_cast<std::size_t>(GetParam())];
  Run(storm, level_ + "&repeat=summary=10m&closing=15m");
  EXPECT_THAT(robot_.refusals, testing::IsEmpty());
  EXPECT_EQ(Report(storm), wanted_);
  EXPECT_LE(SlowestWord(), Duration(60s));
}

TEST_P(EachStormTest, OverRestartsKillsAndJumpsOfTheClockNothingIsRefusedOrLeftOut) {
  disturbed_ = true;
  const Storm storm = AllStorms()[static_cast<std::size_t>(GetParam())];
  Run(storm, level_ + (GetParam() % 2 == 0 ? "" : "&repeat=summary=10m"));
  EXPECT_THAT(robot_.refusals, testing::IsEmpty());
  const std::uint64_t told = Report(storm);
  EXPECT_GE(told, wanted_);
  EXPECT_LE(told, wanted_ + repeated_);
}

// EVENTER_UPDATE_GOLDEN=1 writes the files anew: read them then.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(EVENTER_TEST_DATA) + "/storms/golden/" + name;
  if (std::getenv("EVENTER_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string wanted(std::istreambuf_iterator<char>(file), {});
  EXPECT_TRUE(text == wanted) << name << " is no longer what was read by eye";
}

TEST_P(EachStormTest, ReadsAsItDidWhenSomebodyLookedAtIt) {
  setenv("TZ", "UTC", 1);
  const std::string name = std::to_string(GetParam()) + ".md";
  Run(AllStorms()[static_cast<std::size_t>(GetParam())],
      level_ + "&repeat=summary=10m&closing=15m&cluster=prod&msg_type=card");
  const SteadyTime begin = robot_.texts.front().first;
  std::string text;
  // The first of many say it all.
  for (std::size_t i = 0; i < std::min<std::size_t>(robot_.texts.size(), 14); ++i) {
    const auto& [time, message] = robot_.texts[i];
    text += "----- message " + std::to_string(i + 1) + ", after " +
            std::to_string((time - begin) / 1s) + " s -----\n" + message + "\n";
  }
  ExpectGolden(name, text);
}

INSTANTIATE_TEST_SUITE_P(All, EachStormTest, testing::Range(0, 6));

TEST_F(StormTest, AMixOfTenThousandIsFewerThanThirtyMessages) {
  const Storm storm = Mix();
  ASSERT_EQ(storm.events.size(), 10'000u);
  Run(storm, "&repeat=summary=10m");
  EXPECT_EQ(Report(storm), wanted_);
  EXPECT_LT(robot_.texts.size(), 30u);
}

TEST_F(StormTest, ACrashLoopIsOneMessageAWindowAtMost) {
  Run(CrashLoop(), "&repeat=summary=10m");
  for (std::size_t i = 1; i < robot_.texts.size(); ++i) {
    EXPECT_GE(robot_.texts[i].first - robot_.texts[i - 1].first, Duration(10min));
  }
  EXPECT_LE(robot_.texts.size(), 13u);
}

TEST_F(StormTest, FourHundredWarningsAtOnceAreToldWithinThreeMinutes) {
  Storm storm = Mix();
  std::erase_if(storm.events, [](const StormEvent& e) { return e.event->type != "Warning"; });
  storm.events.resize(400);
  for (StormEvent& e : storm.events) e.at = 1s;
  Run(storm);
  EXPECT_THAT(robot_.refusals, testing::IsEmpty());
  EXPECT_EQ(Report(storm), 400u);
  EXPECT_LE(robot_.texts.back().first - SteadyTime(std::chrono::hours(1)), Duration(30s + 3min));
}

}  // namespace
}  // namespace eventer
