#include "core/stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <thread>

#include "core/event_decoder.h"
#include "core/log_limiter.h"
#include "core/problem.h"
#include "support/fake_clock.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::Pair;

Event MakeEvent(std::string type, std::string reason, std::string message = "",
                std::string kind = "Pod") {
  Event event;
  event.type = std::move(type);
  event.reason = std::move(reason);
  event.message = std::move(message);
  event.ns = "own";
  event.involved_object.kind = std::move(kind);
  event.involved_object.ns = "objects";
  event.involved_object.name = "web";
  return event;
}

TEST(Problem, FollowsTheOriginalsTable) {
  struct Case {
    const char* reason;
    const char* message;
    const char* problem;
    const char* kind = "Pod";
  };
  for (const Case& c : {
           Case{"Evicted", "", "PodEvict"},
           {"OOMKilling", "", "PodOOM"},
           {"PodOOMKilling", "", "PodOOM"},
           {"FailedMount", "", "VolumeFailMount"},
           {"FailedAttachVolume", "", "VolumeFailMount"},
           {"SystemOOM", "", "NodeOOM"},
           {"Rebooted", "", "NodeRebooted"},
           {"NodeHasDiskPressure", "", "NodeDiskPressure"},
           {"DockerHung", "", "NodeDockerHung"},
           {"PSProcessIsHung", "", "NodePSHung"},
           {"NodeHasNvidiaXidError", "", "NodeGPUXIPError"},
           {"NodeHasFDPressure", "", "NodeFDPressure"},
           {"PIDPressure", "", "NodeFDPressure"},
           {"NodeHasPIDPressure", "", "NodeFDPressure"},
           {"NTPIsDown", "", "NodeNPTDown"},
           {"ConntrackFull", "", "ConnTrackFull"},
           {"SyncLoadBalancerFailed", "", "CcmSLBSyncFail"},
           {"DeleteLoadBalancerFailed", "", "CcmSLBDeleteFail"},
           {"CreateRouteFailed", "", "CcmCreateRouteFail"},
           {"SYncRouteFailed", "", "CcmSyncRouteFail"},
           {"AddNodeFailed", "", "CcmAddNodeFail"},
           {"DeteleNodeFailed", "", "CcmDeleteNodeFail"},
           {"UnAvailableLoadBalancer", "", "CcmSLBUnavailable"},
           {"AnnotationChanged", "", "CcmSLBAnnotationChanged"},
           {"ServiceSpecChanged", "", "CcmSLBSpecChanged"},
           {"SlowIO", "", "CSISlowIO"},
           {"DeviceBusy", "", "CSIDeviceBusy"},
           {"IOHang", "", "CSIIOHang"},
           {"AllocIPFailed", "", "CNIAllocIPFail"},
           {"ParseFailed", "", "CNIParseFail"},
           {"DisposeResourceFailed", "", "CNIDisposeResourceFail"},
           {"Failed", "Error: cannot start", "PodFailStart"},
           {"Failed", "Error: cannot start", "", "Job"},
           {"Failed", "Error: ImagePullBackOff", "PodImagePullBackOff"},
           {"Failed", "Error: ErrImagePull", "PodImagePullBackOff"},
           {"Failed", "Error: ErrImagePull", "PodImagePullBackOff", "Job"},
           {"Failed", "Failed to pull image \"x\"", ""},
           {"BackOff", "Back-off restarting failed container", "PodCrash"},
           {"BackOff", "Back-off pulling image \"x\"", "PodImagePullBackOff"},
           {"BackOff", "back-off restarting failed container", ""},
           {"FailedCreate", "is forbidden: exceeded quota: tight", "FailCreatePodExceedQuota"},
           {"FailedCreate", "is forbidden", ""},
           {"FailedScheduling", "0/1 nodes: Insufficient cpu", "ResourceInsufficient"},
           {"FailedScheduling", "0/1 nodes", "PodFailScheduling"},
           {"ProvisioningFailed", "disk size is not supported", "DiskProvisionFailSize"},
           {"ProvisioningFailed", "", "DiskProvisionFail"},
           {"FailedBinding", "no storage class is set", "FailedBindingNoStorageClass"},
           {"FailedBinding", "", ""},
           {"NodeNotReady", "PLEG is not healthy", "NodePLEGUnhealthy", "Node"},
           {"NodeNotReady", "", "NodeNotReady", "Node"},
           {"NodeNotReady", "PLEG is not healthy", "", "Pod"},
           {"AllocResourceFailed", "IpNotEnough", "ClusterIPNotEnough"},
           {"AllocResourceFailed", "", "CNIAllocResourceFail"},
           {"ResourceInvalid", "IpNotEnough", "ClusterIPNotEnough"},
           {"ResourceInvalid", "", "CNIResourceInvalid"},
           {"Started", "", ""},
           {"", "", ""},
           {"zzz", "", ""},
           {"evicted", "", ""},
       }) {
    EXPECT_EQ(ProblemOf(MakeEvent("Normal", c.reason, c.message, c.kind)), c.problem) << c.reason;
  }
}

// One line of the text format, as the original writes it.
std::string MetricLine(const std::string& family, const EventSeries& s, std::uint64_t count) {
  std::ostringstream line;
  line << "eventer_events_" << family << "_total{kind=\"" << s.kind << "\",";
  if (family != "normal") line << "name=\"" << s.name << "\",";
  line << "namespace=\"" << s.ns << "\",reason=\"" << s.reason << "\"} " << count;
  return line.str();
}

TEST(EventCounters, GoldenEventsGiveTheOriginalsCounts) {
  EventDecoder decoder;
  EventCounters counters(/*with_name=*/true);
  const auto events = ReadTestLines("golden/events.jsonl");
  ASSERT_EQ(events.size(), 30);
  for (const std::string& text : events) counters.Count(*decoder.DecodeEvent(text));

  std::multiset<std::string> ours, originals;
  for (const auto& [family, name] : {std::pair(EventCounters::kNormal, "normal"),
                                     {EventCounters::kWarning, "warning"},
                                     {EventCounters::kError, "error"}}) {
    for (const auto& [series, count] : counters.Snapshot(family)) {
      ours.insert(MetricLine(name, series, count));
    }
  }
  for (const std::string& line : ReadTestLines("golden/metrics.txt")) {
    if (line.starts_with("eventer_events_")) originals.insert(line);
  }
  EXPECT_EQ(ours, originals);
  EXPECT_GT(originals.size(), 20);
}

TEST(EventCounters, AProblemIsAnErrorWhateverTheType) {
  EventCounters counters;
  counters.Count(MakeEvent("Normal", "Rebooted"));
  EXPECT_THAT(counters.Snapshot(EventCounters::kError),
              ElementsAre(Pair(EventSeries{"NodeRebooted", "Pod", "", "objects"}, 1)));
}

TEST(EventCounters, TheNameIsALabelOnlyIfAskedForAndNeverOfNormalEvents) {
  EventCounters without, with(true);
  for (EventCounters* counters : {&without, &with}) {
    counters->Count(MakeEvent("Warning", "Unhealthy"));
    counters->Count(MakeEvent("Normal", "Started"));
    EXPECT_THAT(counters->Snapshot(EventCounters::kNormal),
                ElementsAre(Pair(EventSeries{"Started", "Pod", "", "own"}, 1)));
  }
  EXPECT_THAT(without.Snapshot(EventCounters::kWarning),
              ElementsAre(Pair(EventSeries{"Unhealthy", "Pod", "", "objects"}, 1)));
  EXPECT_THAT(with.Snapshot(EventCounters::kWarning),
              ElementsAre(Pair(EventSeries{"Unhealthy", "Pod", "web", "objects"}, 1)));
}

TEST(EventCounters, AnOddTypeIsNormal) {
  EventCounters counters;
  counters.Count(MakeEvent("Odd", "x"));
  EXPECT_EQ(counters.Snapshot(EventCounters::kNormal).size(), 1);
}

TEST(EventCounters, BeyondTheBoundAllIsOther) {
  EventCounters counters;
  for (std::size_t i = 0; i < 3 * EventCounters::kMaxSeries; ++i) {
    counters.Count(MakeEvent("Normal", "r" + std::to_string(i)));
  }
  counters.Count(MakeEvent("Normal", "r0"));
  const auto series = counters.Snapshot(EventCounters::kNormal);
  EXPECT_EQ(series.size(), EventCounters::kMaxSeries);
  EXPECT_EQ(series.at({"other", "", "", ""}), 2 * EventCounters::kMaxSeries + 1);
  EXPECT_EQ(series.at({"r0", "Pod", "", "own"}), 2);
  counters.Count(MakeEvent("Warning", "r9999"));  // each name has a bound of its own
  EXPECT_EQ(counters.Snapshot(EventCounters::kWarning).begin()->first.reason, "r9999");
}

TEST(EventCounters, AnyThreadMayCount) {
  EventCounters counters;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) counters.Count(MakeEvent("Normal", "x"));
      });
    }
  }
  EXPECT_EQ(counters.Snapshot(EventCounters::kNormal).begin()->second, 400);
}

TEST(CauseName, IsALabelOfItsOwnForEachCause) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Cause::kCount); ++i) {
    const std::string_view name = CauseName(static_cast<Cause>(i));
    EXPECT_THAT(std::string(name), testing::MatchesRegex("[a-z_]+"));
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Cause::kCount));
  EXPECT_EQ(CauseName(Cause::kConnection), "connection");
  EXPECT_EQ(CauseName(Cause::kOutput), "output");
  EXPECT_EQ(CauseName(Cause::kUnauthorized), "unauthorized");
  EXPECT_EQ(CauseName(Cause::kSuspect), "suspect");
  EXPECT_EQ(CauseName(Cause::kRemoved), "removed");
  EXPECT_EQ(CauseName(Cause::kCount), "unknown");
}

TEST(Pulse, IsStuckAfterTwoMinutesWithoutAStep) {
  Pulse pulse;
  const SteadyTime start{3600s};
  EXPECT_FALSE(pulse.Stuck(start));  // it has not begun
  pulse.Step(start);
  EXPECT_FALSE(pulse.Stuck(start + 120s));
  EXPECT_TRUE(pulse.Stuck(start + 121s));
  pulse.Step(start + 121s);
  EXPECT_FALSE(pulse.Stuck(start + 122s));
}

TEST(Pulse, AnAnnouncedWaitIsNotStuck) {
  Pulse pulse;
  const SteadyTime start{3600s};
  pulse.Expect(start + 900s);
  EXPECT_FALSE(pulse.Stuck(start + 1020s));
  EXPECT_TRUE(pulse.Stuck(start + 1021s));
  pulse.Rest();
  EXPECT_FALSE(pulse.Stuck(SteadyTime::max()));
  pulse.Expect(SteadyTime::max());
  EXPECT_FALSE(pulse.Stuck(start));
}

TEST(Notice, HoldsTheLastText) {
  Notice notice;
  EXPECT_EQ(notice.Get(), "");
  notice.Set("no connection");
  EXPECT_EQ(notice.Get(), "no connection");
  notice.Set("");
  EXPECT_EQ(notice.Get(), "");
}

TEST(LogLimiter, AllowsALineAMinuteAndCountsTheRest) {
  FakeClock clock;
  LogLimiter limiter(clock);
  EXPECT_EQ(limiter.Allow(), 0);
  EXPECT_EQ(limiter.Allow(), std::nullopt);
  clock.Advance(59s);
  EXPECT_EQ(limiter.Allow(), std::nullopt);
  clock.Advance(1s);
  EXPECT_EQ(limiter.Allow(), 2);
  EXPECT_EQ(limiter.Allow(), std::nullopt);
  clock.JumpWall(-3600s);
  clock.Advance(60s);
  EXPECT_EQ(limiter.Allow(), 1);
  clock.Advance(3600s);
  EXPECT_EQ(limiter.Allow(), 0);
}

}  // namespace
}  // namespace eventer
