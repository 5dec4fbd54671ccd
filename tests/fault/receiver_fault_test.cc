// What goes wrong between the program and its receivers. Elasticsearch has each event once,
// whatever was sent again; a webhook knows no ids, so what was taken and not answered comes twice.
#include "fault/fault_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

class ReceiverFaultTest : public FaultTest {
 protected:
  // Two sinks that have 100 events each and wait for more.
  void StartBoth(const std::string& options_of_hook = "", const std::string& options_of_es = "") {
    Start({Elasticsearch(es_, "es", options_of_es), Webhook(hook_, "hook", options_of_hook),
           "--frequency=5s"});
    AwaitWatch();
    Put(100);
    ASSERT_TRUE(AwaitAll(es_));
    ASSERT_TRUE(AwaitAll(hook_));
  }

  // `bad` is so until it has refused that many requests; `good` has all that happens meanwhile.
  void Outage(FaultyReceiver& bad, const FaultyReceiver& good, Mood mood, std::size_t requests) {
    const std::size_t before = bad.refused();
    bad.Become(mood);
    Put(200);
    EXPECT_TRUE(AwaitAll(good));
    EXPECT_TRUE(AwaitRefused(bad, before + requests / 2));
    Put(200);
    EXPECT_TRUE(AwaitAll(good));
    EXPECT_TRUE(AwaitRefused(bad, before + requests));
    EXPECT_EQ(good.refused(), 0u);
    bad.Become(Mood::kWell);
  }

  void ExpectAllInOrder() {
    ExpectAll(es_);
    ExpectAll(hook_);
    ExpectBooks();
    for (const char* sink : {"es", "hook"}) EXPECT_EQ(Books(sink).delivered, put_.size()) << sink;
    ExpectCleanStop();
  }
};

// Six refusals: with back-off from 1 s, doubling, that is some 30 s.
TEST_P(ReceiverFaultTest, AnElasticsearchThatIsBusyFor30SecondsGetsAllOnceAndTheWebhookGoesOn) {
  StartBoth();
  Outage(es_, hook_, Mood::kBusy, 6);
  ExpectAllInOrder();
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
}

TEST_P(ReceiverFaultTest, AWebhookThatIsBusyFor30SecondsGetsAllOnceAndElasticsearchGoesOn) {
  StartBoth();
  Outage(hook_, es_, Mood::kBusy, 6);
  ExpectAllInOrder();
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
}

// Attempts of 5 s, 10 s and 20 s and what lies between: the fourth begins after some 40 s.
TEST_P(ReceiverFaultTest, AnElasticsearchThatHangsFor40SecondsStoresEachEventOnce) {
  StartBoth("", "&timeout=5s");
  Outage(es_, hook_, Mood::kHangs, 4);
  ExpectAllInOrder();
  EXPECT_GT(es_.repeats(), 0u);
  EXPECT_EQ(hook_.repeats(), 0u);
}

TEST_P(ReceiverFaultTest, AWebhookThatHangsFor40SecondsGetsOnlyTheEventInFlightAgain) {
  StartBoth("&timeout=5s");
  Outage(hook_, es_, Mood::kHangs, 4);
  ExpectAllInOrder();
  EXPECT_GE(hook_.repeats(), 3u);
  EXPECT_EQ(hook_.repeats(), hook_.refused() - 1);  // each attempt with the same event
  EXPECT_EQ(es_.repeats(), 0u);
}

TEST_P(ReceiverFaultTest, AnElasticsearchThatClosesEachConnectionGetsAllOnce) {
  StartBoth();
  Outage(es_, hook_, Mood::kCloses, 5);
  ExpectAllInOrder();
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
}

TEST_P(ReceiverFaultTest, AWebhookThatClosesEachConnectionGetsAllOnce) {
  StartBoth();
  Outage(hook_, es_, Mood::kCloses, 5);
  ExpectAllInOrder();
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
}

TEST_P(ReceiverFaultTest, AnElasticsearchThatAnswersHalfAResponseStoresEachEventOnce) {
  StartBoth();
  Outage(es_, hook_, Mood::kHalf, 5);
  ExpectAllInOrder();
  EXPECT_GT(es_.repeats(), 0u);
  EXPECT_EQ(hook_.repeats(), 0u);
}

// The half ends within the headers: no answer.
TEST_P(ReceiverFaultTest, AWebhookThatAnswersHalfAResponseGetsOnlyTheEventInFlightAgain) {
  StartBoth();
  Outage(hook_, es_, Mood::kHalf, 5);
  ExpectAllInOrder();
  EXPECT_GE(hook_.repeats(), 4u);
  EXPECT_EQ(es_.repeats(), 0u);
}

// Of a webhook's answer the status decides: there a login page with 200 is a delivery.
TEST_P(ReceiverFaultTest, AnElasticsearchThatAnswers200WithGarbageGetsAllOnce) {
  StartBoth();
  Outage(es_, hook_, Mood::kGarbage, 5);
  ExpectAllInOrder();
  EXPECT_EQ(es_.repeats() + hook_.repeats(), 0u);
}

TEST_P(ReceiverFaultTest, OfTwoElasticsearchesEachGetsAllOnceWhileTheOtherIsBusy) {
  FaultyReceiver second(Kind::kElasticsearch);
  Start({Elasticsearch(es_, "first"), Elasticsearch(second, "second"), "--frequency=5s"});
  AwaitWatch();
  Put(100);
  ASSERT_TRUE(AwaitAll(es_));
  ASSERT_TRUE(AwaitAll(second));
  Outage(es_, second, Mood::kBusy, 3);
  ExpectAll(es_);
  const std::size_t refused = es_.refused();
  second.Become(Mood::kBusy);
  Put(200);
  EXPECT_TRUE(AwaitAll(es_));
  EXPECT_TRUE(AwaitRefused(second, 3));
  EXPECT_EQ(es_.refused(), refused);
  second.Become(Mood::kWell);
  ExpectAll(second);
  ExpectBooks();
  for (const char* sink : {"first", "second"})
    EXPECT_EQ(Books(sink).delivered, put_.size()) << sink;
  EXPECT_EQ(es_.repeats() + second.repeats(), 0u);
  ExpectCleanStop();
}

TEST_P(ReceiverFaultTest, ReceiversThatAreDownAtTheStartGetAllWhenTheyComeUp) {
  FaultyReceiver es(Kind::kElasticsearch, true), hook(Kind::kWebhook, true);
  Start({Elasticsearch(es), Webhook(hook), "--frequency=5s"});
  AwaitWatch();
  Put(300);
  for (const char* sink : {"es", "hook"}) {
    const std::string failures =
        std::string(R"(eventer_sink_failures_total{cause="connection",sink=")") + sink + "\"}";
    EXPECT_TRUE(AwaitMetric(failures, 3)) << sink;
  }
  EXPECT_EQ(health_->Get("/livez").status, 200);
  EXPECT_EQ(health_->Get("/readyz").status, 200);
  es.ComeUp();
  hook.ComeUp();
  Put(100);
  ExpectAll(es);
  ExpectAll(hook);
  ExpectBooks();
  ExpectCleanStop();
}

// That it is given up after ten minutes as a suspect is left to the tests of AttemptJudge.
TEST_P(ReceiverFaultTest, OneEventThatElasticsearchAlwaysFailsOnHoldsUpNoOther) {
  Start({Elasticsearch(es_), Webhook(hook_), "--frequency=5s", "--stop-timeout=3s"});
  AwaitWatch();
  const std::string bad = NextId(20);
  es_.AlwaysFail(bad);
  Put(50);
  ASSERT_TRUE(AwaitAll(hook_));
  Put(300);
  ASSERT_TRUE(AwaitRefused(es_, 4));
  EXPECT_TRUE(Await([&] { return es_.count() + 1 >= put_.size(); }));
  std::vector<std::string> others = put_;
  std::erase(others, bad);
  ExpectSame(es_.arrived(), others);
  ExpectAll(hook_);
  EXPECT_TRUE(Await([&] { return Books("es").pending == 1 && Books("hook").pending == 0; }));
  EXPECT_TRUE(Books("es").Balanced()) << Books("es").Text();
  EXPECT_TRUE(Books("hook").Balanced()) << Books("hook").Text();
  ExpectStopWithLeft(3s, "es", 1);
}

// A 500 to a webhook may be anything: the order is kept until it is known (ten minutes; see
// above) that only this event fails.
TEST_P(ReceiverFaultTest, EventsWaitInOrderBehindOneThatTheWebhookFailsOn) {
  StartBoth();
  const std::size_t bad = put_.size() + 20;
  hook_.AlwaysFail(NextId(20));
  Put(100);
  EXPECT_TRUE(AwaitRefused(hook_, 4));
  EXPECT_EQ(hook_.count(), bad);
  EXPECT_TRUE(AwaitAll(es_));
  hook_.AlwaysFail("");
  ExpectAllInOrder();
}

TEST_P(ReceiverFaultTest, ReceiversThatRefuseThePasswordForAWhileGetAllAfterwards) {
  StartBoth();
  es_.Become(Mood::kUnauthorized);
  hook_.Become(Mood::kUnauthorized);
  Put(200);
  EXPECT_TRUE(AwaitRefused(hook_, 5));
  EXPECT_TRUE(AwaitRefused(es_, 5));
  es_.Become(Mood::kWell);
  hook_.Become(Mood::kWell);
  ExpectAllInOrder();
}

// Each 400 says that the event is at fault; the twentieth in a row, that it cannot be.
TEST_P(ReceiverFaultTest, ReceiversThatRefuseEverythingWith400CostTwentyEventsAndNoMore) {
  Start({Elasticsearch(es_), Webhook(hook_), "--frequency=5s"});
  AwaitWatch();
  es_.Become(Mood::kBadRequest);
  hook_.Become(Mood::kBadRequest);
  Put(200);
  EXPECT_TRUE(Await([&] { return Books("es").rejected >= 20 && Books("hook").rejected >= 20; }));
  const std::size_t of_es = es_.refused(), of_hook = hook_.refused();
  EXPECT_TRUE(AwaitRefused(es_, of_es + 2));
  EXPECT_TRUE(AwaitRefused(hook_, of_hook + 2));
  es_.Become(Mood::kWell);
  hook_.Become(Mood::kWell);
  const std::vector<std::string> kept(put_.begin() + 20, put_.end());
  for (const FaultyReceiver* receiver : {&es_, &hook_}) {
    EXPECT_TRUE(Await([&] { return receiver->count() >= kept.size(); }));
    ExpectSame(receiver->arrived(), kept);
  }
  ExpectBooks();
  for (const char* sink : {"es", "hook"}) EXPECT_EQ(Books(sink).rejected, 20u) << sink;
  ExpectCleanStop();
}

INSTANTIATE_TEST_SUITE_P(Log, ReceiverFaultTest,
                         testing::Values(LogKind::kMemory, LogKind::kDataDir), LogKindName);

}  // namespace
}  // namespace eventer
