// Receivers of every kind, with outages and with events that they never take: whatever happens,
// the others arrive.
#include <random>
#include <set>

#include "pipeline/attempt_judge_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

enum class Manner {
  kItemByItem,        // Elasticsearch
  kUntilTheFirstBad,  // a webhook
  kAllOrNothing,      // a digest
};

class JudgeModelTest : public AttemptJudgeTest, public testing::WithParamInterface<unsigned> {
 protected:
  std::size_t Any(std::size_t below) { return random_() % below; }

  bool Bad(const EventPtr& event) const { return bad_.contains(event->name); }

  ExportResult Answer(const EventBatch& batch) {
    if (down_) return Failing(batch, 0);
    if (batch.events.size() > most_) return AllOf(batch, Outcome::kTooLarge, Cause::kTooLarge);
    if (manner_ == Manner::kItemByItem) {
      ExportResult result = AllOf(batch, Outcome::kDelivered);
      for (std::size_t i = 0; i < batch.events.size(); ++i) {
        if (Bad(batch.events[i])) result.events[i] = {how_, Cause::kServer, "no"};
      }
      return result;
    }
    const auto bad = std::ranges::find_if(batch.events, [&](auto& event) { return Bad(event); });
    if (bad == batch.events.end()) return AllOf(batch, Outcome::kDelivered);
    const bool all = manner_ == Manner::kAllOrNothing;
    return Failing(batch, all ? 0 : static_cast<std::size_t>(bad - batch.events.begin()));
  }
  ExportResult Failing(const EventBatch& batch, std::size_t from) const {
    ExportResult result = AllOf(batch, Outcome::kDelivered);
    for (std::size_t i = from; i < batch.events.size(); ++i) {
      result.events[i] = {how_, Cause::kServer, "no"};
    }
    return result;
  }

  void AddSome() {
    const int count = static_cast<int>(Any(5)) * static_cast<int>(Any(5));
    for (int i = 0; i < count; ++i) {
      Add(++last_, 1);
      if (Any(bad_.size() < 12 ? 20 : 1000) == 0) bad_.insert(std::to_string(last_));
    }
  }
  void RunFor(Duration time) {
    const SteadyTime end = now_ + time;
    while (now_ < end) {
      for (int i = 0; Next().attempt; ++i) {
        ASSERT_LT(i, 1000) << "attempts without end";
        const Verdict verdict =
            Try([this](const EventBatch& batch) { return Remembering(Answer(batch)); });
        for (const Rejection& rejection : verdict.rejected) {
          EXPECT_TRUE(Bad(rejection.entry.event)) << rejection.entry.event->name << " was rejected";
        }
      }
      now_ = std::min(Next().wait_until, end);
    }
  }
  ExportResult Remembering(ExportResult result) const {
    if (remembers_) result.state = "";
    return result;
  }

  std::mt19937 random_{GetParam()};
  Manner manner_{};
  Outcome how_ = Outcome::kRetry;
  std::size_t most_ = 1000;
  bool down_ = false, remembers_ = false;
  std::set<std::string> bad_;
  int last_ = 0;
};

TEST_P(JudgeModelTest, AllGoodEventsArriveAndNoneIsRejected) {
  manner_ = static_cast<Manner>(Any(3));
  how_ = Any(2) == 0 ? Outcome::kRetry : Outcome::kMisconfigured;
  remembers_ = Any(2) == 0;
  most_ = Any(3) == 0 ? 1 + Any(20) : 1000;
  Make(1 + Any(2) * Any(100));
  for (int i = 0; i < 20; ++i) {
    AddSome();
    down_ = Any(3) == 0;
    RunFor(Any(8) == 0 ? 3h : Any(2) == 0 ? 40min : 1min);
  }
  down_ = false;
  RunFor(6h);
  for (int i = 0; i < 20; ++i) {  // what comes late finds those that nobody takes
    Add(++last_, 1);
    RunFor(30min);
  }
  for (const LogEntry& entry : waiting_) EXPECT_TRUE(Bad(entry.event)) << entry.event->name;
}

INSTANTIATE_TEST_SUITE_P(Seeds, JudgeModelTest, testing::Range(0U, 24U));

}  // namespace
}  // namespace eventer
