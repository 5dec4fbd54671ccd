// More events than receivers can take.
#include <algorithm>
#include <unordered_set>

#include "fault/fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

using std::chrono_literals::operator""min;

class LoadFaultTest : public FaultTest {
 protected:
  // What is missing at `receiver` is Normal and counted as dropped; the rest is in order.
  void ExpectOnlyNormalLost(const FaultyReceiver& receiver, const std::string& sink) {
    const std::vector<std::string> arrived = receiver.arrived();
    const std::unordered_set<std::string> there(arrived.begin(), arrived.end());
    std::vector<std::string> wanted;
    std::size_t lost_warnings = 0;
    for (std::size_t i = 0; i < put_.size(); ++i) {
      const bool lost = !there.contains(put_[i]);
      if (!lost) wanted.push_back(put_[i]);
      if (lost && i % 3 == 0) ++lost_warnings;
    }
    ExpectSame(arrived, wanted);
    EXPECT_EQ(lost_warnings, 0u) << sink;
    const SinkBooks books = Books(sink);
    EXPECT_EQ(books.received, put_.size()) << sink << ": " << books.Text();
    EXPECT_EQ(books.delivered, arrived.size()) << sink << ": " << books.Text();
    EXPECT_GT(books.dropped, 0u) << sink;
  }
};

TEST_P(LoadFaultTest, FiftyThousandAtOnceThroughASmallLogArriveInOrderAtASlowReceiver) {
  es_.TakeTime(200ms);  // for each bulk request, of 1,000 events at most
  Start({Elasticsearch(es_), "--frequency=5s", SmallLog()});
  AwaitWatch();
  Put(50'000, OnDisk() ? 2 << 10 : 1 << 10);
  EXPECT_TRUE(AwaitMetric("eventer_log_full", 1));
  ASSERT_TRUE(Await([&] { return es_.count() >= put_.size(); }, 15min)) << es_.count();
  ExpectAll(es_);
  EXPECT_EQ(es_.repeats(), 0u);
  ExpectBooks();
  EXPECT_EQ(Books("es").dropped, 0u);
  ExpectCleanStop();
}

// Stalled is who stood still for 60 s: until then the log only waits. It holds some 260 of these
// events, so some 120 have to go, and the healthy sink has long passed more Normal ones than that.
TEST_P(LoadFaultTest, TwoStalledSinksCostTheHealthyOneNothingAndLoseNormalBeforeWarning) {
  FaultyReceiver healthy(Kind::kElasticsearch);
  es_.Become(Mood::kBusy);
  hook_.Become(Mood::kBusy);
  Start({Elasticsearch(es_), Elasticsearch(healthy, "healthy"), Webhook(hook_), "--frequency=5s",
         SmallLog()});
  AwaitWatch();
  Put(380, LargeBytes());
  ExpectAll(healthy);
  EXPECT_EQ(healthy.repeats(), 0u);
  es_.Become(Mood::kWell);
  hook_.Become(Mood::kWell);
  ExpectBooks();
  EXPECT_EQ(Books("healthy").delivered, put_.size());
  ExpectOnlyNormalLost(es_, "es");
  ExpectOnlyNormalLost(hook_, "hook");
  ExpectCleanStop();
}

// Once the log has been full for 2 min it would drop for the slow one, although that moves (left to
// the tests of StallDetector). Here: before that it drops nothing, and waits.
TEST_P(LoadFaultTest, ASinkThatDeliversOneEventAMinuteBesideAnIdleOneLosesNothingAtFirst) {
  hook_.TakeTime(50s);
  Start({Elasticsearch(es_), Webhook(hook_, "hook", "&timeout=2m"), "--frequency=5s", SmallLog()});
  AwaitWatch();
  Put(300, LargeBytes());  // some 40 too many: a busy machine, too, delivers these in time
  ASSERT_TRUE(AwaitMetric("eventer_log_full", 1));
  ASSERT_TRUE(Await([&] { return hook_.count() >= 1; }));
  EXPECT_EQ(health_->Metric("eventer_log_full"), 1);
  // It has all that the log has taken; a moment later, as each that hook passes lets one more in.
  EXPECT_TRUE(Await([&] { return Books("es").pending == 0; }));
  EXPECT_LT(es_.count(), put_.size());
  for (const char* sink : {"es", "hook"}) EXPECT_EQ(Books(sink).dropped, 0u) << sink;
  EXPECT_EQ(health_->Get("/livez").status, 200);
  hook_.TakeTime(0s);
  ExpectAll(es_);
  ExpectAll(hook_);
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
  ExpectBooks();
  for (const char* sink : {"es", "hook"}) EXPECT_EQ(Books(sink).dropped, 0u) << sink;
  ExpectCleanStop();
}

INSTANTIATE_TEST_SUITE_P(Log, LoadFaultTest, testing::Values(LogKind::kMemory, LogKind::kDataDir),
                         LogKindName);

}  // namespace
}  // namespace eventer
