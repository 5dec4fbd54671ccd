// What goes wrong between the API server and the program. Each event is sent once: no fault of the
// stream is a reason to send anything again. Where there are thousands, a bulk receiver alone gets
// them: one request for each takes the program under ASan minutes.
#include "fault/fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

class StreamFaultTest : public FaultTest {
 protected:
  void StartBoth() { Start({Elasticsearch(es_), Webhook(hook_), "--frequency=5s"}); }
  void StartBulkAlone() { Start({Elasticsearch(es_), "--frequency=5s"}); }

  // Nothing is missing or was sent twice, and the program ends well.
  void ExpectAllOnce(const std::vector<FaultyReceiver*>& receivers) {
    for (const FaultyReceiver* receiver : receivers) {
      ExpectAll(*receiver);
      EXPECT_EQ(receiver->repeats(), 0u);
    }
    ExpectBooks();
    ExpectCleanStop();
  }
  void ExpectAllOnce() { ExpectAllOnce({&es_, &hook_}); }
};

TEST_P(StreamFaultTest, AResetInTheMiddleOfAFrameEvery500EventsLosesNothing) {
  api_.CutEachWatch(500);
  StartBulkAlone();
  AwaitWatch();
  Put(5000);
  ExpectAllOnce({&es_});
  EXPECT_GE(api_.counts().watches, 10);
}

TEST_P(StreamFaultTest, A410InTheStreamEvery1000EventsLosesNothing) {
  api_.ExpireEachWatch(1000);
  StartBulkAlone();
  AwaitWatch();
  for (int round = 0; round < 4; ++round) {
    const int watches = api_.counts().watches;
    Put(1000);
    // It has listed, and watches again.
    ASSERT_TRUE(Await([&] { return api_.counts().watches > watches; }));
  }
  ExpectAllOnce({&es_});
}

// The watch is away for longer than the server remembers.
TEST_P(StreamFaultTest, AServerThatRemembersOnlyTheLast3000LosesNothing) {
  StartBulkAlone();
  AwaitWatch();
  for (int round = 1; round <= 2; ++round) {
    Put(200);
    ASSERT_TRUE(AwaitAll(es_));
    api_.Down(true);
    Put(3100);
    api_.Compact(api_.version() - 3000);
    api_.Down(false);
    ASSERT_TRUE(AwaitMetric("eventer_source_relists_total", round));
  }
  ExpectAllOnce({&es_});
}

TEST_P(StreamFaultTest, AnError500InTheStreamIsTriedAgain) {
  StartBoth();
  AwaitWatch();
  Put(300);
  const FakeKubeApi::Fault fault{.status = 500,
                                 .message = "etcdserver: request timed out",
                                 .in_stream = true,
                                 .call = FakeKubeApi::Call::kWatch};
  api_.Refuse(fault, 2);
  api_.SendLine(R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure",)"
                R"("message":"etcdserver: no leader","reason":"InternalError","code":500}})");
  Put(300);
  ExpectAllOnce();
}

// The API server ends a watch after a minute; one that does not, nor says anything, is dead. The
// program finds out after 70 to 80 s.
TEST_P(StreamFaultTest, AStreamThatGoesSilentWithoutClosingIsReplaced) {
  StartBoth();
  AwaitWatch();
  Put(100);
  ASSERT_TRUE(AwaitAll(es_));
  api_.Silence(true);
  const int watches = api_.counts().watches;
  Put(100);
  ASSERT_TRUE(Await([&] { return api_.counts().watches > watches; }));
  api_.Silence(false);
  ExpectAllOnce();
}

TEST_P(StreamFaultTest, AnApiServerThatIsDownAtTheStartIsWaitedFor) {
  api_.Down(true);
  StartBoth();
  EXPECT_EQ(health_->Get("/livez").status, 200);
  EXPECT_EQ(health_->Get("/readyz").status, 500);
  api_.Down(false);
  AwaitWatch();
  Put(100);
  ExpectAllOnce();
}

// The versions 61 to 100 were delivered; the restored etcd gives them to other events. What is not
// older than 10 min is sent again, since nobody can know what was missed: the webhook has it twice.
TEST_P(StreamFaultTest, AnEtcdRestoredToAnOlderRevisionLosesNothingNew) {
  StartBoth();
  AwaitWatch();
  const std::uint64_t before = api_.version();
  Put(100);
  ASSERT_TRUE(AwaitAll(es_));
  ASSERT_TRUE(AwaitAll(hook_));
  api_.Restore(before + 60);
  Put(20);
  ASSERT_TRUE(AwaitMetric("eventer_source_gaps_total", 1));
  Put(50);
  ExpectAll(es_);
  ExpectAll(hook_);
  EXPECT_EQ(es_.repeats(), 60u);
  EXPECT_EQ(hook_.repeats(), 60u);
  ExpectBooks();
  ExpectCleanStop();
}

INSTANTIATE_TEST_SUITE_P(Log, StreamFaultTest, testing::Values(LogKind::kMemory, LogKind::kDataDir),
                         LogKindName);

}  // namespace
}  // namespace eventer
