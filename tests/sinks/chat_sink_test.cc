#include "common/chat_sink.h"

#include <gmock/gmock.h>

#include <deque>

#include "sinks/http_sink_fixture.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

constexpr ChatLimits kLimits = {.messages = 3, .window = 60s, .digest_bytes = 150};

struct Told {
  std::string text, id;
};

// Notes what it is told; answers as the test says, and "delivered" when it says nothing.
class FakeRobot final : public ChatRobot {
 public:
  FakeRobot(std::vector<Told>& told, std::deque<EventOutcome>& answers)
      : told_(told), answers_(answers) {}
  std::string_view name() const override { return "FakeRobot"; }
  ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token) override {
    return Note(event.name, id);
  }
  ChatAnswer TellLines(const std::vector<std::string>& lines, const std::string& id,
                       std::stop_token) override {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return Note(text, id);
  }

 private:
  ChatAnswer Note(const std::string& text, const std::string& id) {
    told_.push_back({text, id});
    if (answers_.empty()) return {};
    const EventOutcome answer = answers_.front();
    answers_.pop_front();
    return {answer, std::nullopt, 1};
  }

  std::vector<Told>& told_;
  std::deque<EventOutcome>& answers_;
};

class ChatSinkTest : public testing::Test {
 protected:
  ChatSinkTest() { Restart(); }

  // Another process: it knows the state and nothing else.
  void Restart() {
    sink_ = NewChatSink(clock_, kLimits, std::make_unique<FakeRobot>(told_, answers_));
    sink_->RestoreState(state_);
  }
  void Add(int first, int count, const std::string& reason = "BackOff") {
    for (int i = first; i < first + count; ++i) {
      auto event = std::make_shared<Event>();
      event->name = std::to_string(i);
      event->uid = "u" + std::to_string(i);
      event->resource_version = "1";
      event->reason = reason + std::to_string(i);
      event->type = "Normal";
      waiting_.push_back(std::move(event));
    }
  }
  // One attempt on all that waits; what is settled waits no more.
  ExportResult Attempt() {
    ExportResult result = sink_->ExportEvents({clock_.Wall(), waiting_}, {});
    EXPECT_EQ(result.events.size(), waiting_.size());
    std::vector<EventPtr> left;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Outcome outcome = result.events[i].outcome;
      if (outcome == Outcome::kDelivered) delivered_.push_back(waiting_[i]->name);
      if (outcome == Outcome::kRejected) rejected_.push_back(waiting_[i]->name);
      if (outcome != Outcome::kDelivered && outcome != Outcome::kRejected) {
        left.push_back(waiting_[i]);
      }
    }
    waiting_ = std::move(left);
    if (result.state) state_ = *result.state;
    return result;
  }
  // Until nothing waits, time passing as the sink asks for it.
  void Finish() {
    for (int i = 0; i < 100 && !waiting_.empty(); ++i) {
      const ExportResult result = Attempt();
      if (result.again_at && *result.again_at > clock_.Steady()) {
        clock_.Advance(*result.again_at - clock_.Steady());
      }
    }
  }

  FakeClock clock_;
  std::vector<Told> told_;
  std::deque<EventOutcome> answers_;
  std::unique_ptr<EventSink> sink_;
  std::vector<EventPtr> waiting_;
  std::vector<std::string> delivered_, rejected_;
  std::string state_;
};

TEST_F(ChatSinkTest, WhatFitsIntoTheBudgetIsOneMessageEachInOrder) {
  Add(1, 3);
  Finish();
  ASSERT_THAT(told_, SizeIs(3));
  EXPECT_EQ(told_[0].text, "1");
  EXPECT_EQ(told_[2].text, "3");
  EXPECT_EQ(told_[0].id, "u1-1");
  EXPECT_THAT(delivered_, ElementsAre("1", "2", "3"));
}

TEST_F(ChatSinkTest, EachMessageIsCommittedBeforeTheNext) {
  Add(1, 2);
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kDelivered);
  EXPECT_EQ(result.events[1].outcome, Outcome::kWaiting);
  EXPECT_LE(*result.again_at, clock_.Steady());
}

TEST_F(ChatSinkTest, WithAnEmptyBudgetEventsWaitUntilThereIsRoom) {
  Add(1, 3);
  Finish();
  Add(4, 1);
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kWaiting);
  EXPECT_EQ(*result.again_at - clock_.Steady(), Duration(60s));
  clock_.Advance(60s);
  Attempt();
  EXPECT_THAT(delivered_, ElementsAre("1", "2", "3", "4"));
}

TEST_F(ChatSinkTest, WhatDoesNotFitIsOneDigestAndNothingJoinsIt) {
  Add(1, 6);  // pages of two groups: more than fits into one
  Attempt();
  Add(7, 1);
  const std::size_t told = told_.size();
  Finish();
  EXPECT_EQ(told, 1u);
  EXPECT_THAT(told_[0].text, StartsWith("1 × BackOff1"));
  EXPECT_EQ(told_[0].id, "u6-1-1");
  EXPECT_EQ(told_[1].id, "u6-1-2");
  for (std::size_t i = 0; i + 1 < told_.size(); ++i) {
    EXPECT_EQ(told_[i].text.find("BackOff7"), std::string::npos);
  }
  EXPECT_EQ(told_.back().text, "7");  // alone it fits again
  EXPECT_THAT(delivered_, SizeIs(7));
}

TEST_F(ChatSinkTest, ADigestNeverExceedsTheBudgetEither) {
  Add(1, 30);
  std::vector<SteadyTime> sent;
  for (int i = 0; i < 200 && !waiting_.empty(); ++i) {
    const std::size_t before = told_.size();
    const ExportResult result = Attempt();
    if (told_.size() > before) sent.push_back(clock_.Steady());
    if (result.again_at && *result.again_at > clock_.Steady()) {
      clock_.Advance(*result.again_at - clock_.Steady());
    }
  }
  EXPECT_THAT(delivered_, SizeIs(30));
  for (std::size_t i = 3; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 3], Duration(60s));
}

TEST_F(ChatSinkTest, AnotherProcessGoesOnWithTheNextPageOfADigest) {
  Add(1, 6);
  Attempt();
  Add(7, 2);
  Restart();
  Attempt();
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_EQ(told_[0].id, "u6-1-1");
  EXPECT_EQ(told_[1].id, "u6-1-2");
  Finish();
  EXPECT_THAT(delivered_, SizeIs(8));
}

TEST_F(ChatSinkTest, AnotherProcessKnowsTheBudget) {
  Add(1, 3);
  Finish();
  Restart();
  Add(4, 1);
  Attempt();
  EXPECT_THAT(told_, SizeIs(3));
}

TEST_F(ChatSinkTest, ADigestWhoseEventsAreGoneIsToldAnew) {
  Add(1, 6);
  Attempt();
  waiting_.erase(waiting_.begin());
  Restart();
  Finish();
  EXPECT_EQ(told_[1].id, "u6-1-1");
  EXPECT_THAT(delivered_, SizeIs(5));
}

TEST_F(ChatSinkTest, AStateThatIsGarbageIsNone) {
  for (const char* garbage : {"{", "[]", "{\"sent\":[],\"digest\":7}"}) {
    state_ = garbage;
    Restart();
  }
  Add(1, 1);
  Attempt();
  EXPECT_THAT(delivered_, SizeIs(1));
}

TEST_F(ChatSinkTest, AMessageThatFailsHoldsUpTheRest) {
  answers_ = {{Outcome::kRetry, Cause::kServer, "busy"}};
  Add(1, 2);
  const ExportResult result = Attempt();
  EXPECT_EQ(result.events[0].outcome, Outcome::kRetry);
  EXPECT_EQ(result.events[1].outcome, Outcome::kRetry);
  Finish();
  EXPECT_EQ(told_[1].id, "u1-1");
  EXPECT_THAT(delivered_, ElementsAre("1", "2"));
}

TEST_F(ChatSinkTest, APageThatFailsIsSentAgainAndNoOther) {
  answers_ = {{}, {Outcome::kRetry, Cause::kServer, "busy"}};
  Add(1, 6);
  Attempt();
  const ExportResult failed = Attempt();
  for (const EventOutcome& event : failed.events) EXPECT_EQ(event.outcome, Outcome::kRetry);
  Finish();
  EXPECT_EQ(told_[1].id, "u6-1-2");
  EXPECT_EQ(told_[2].id, "u6-1-2");
  EXPECT_THAT(delivered_, SizeIs(6));
}

TEST_F(ChatSinkTest, ARejectedPageRejectsItsEventsOnly) {
  answers_ = {{Outcome::kRejected, Cause::kContent, "unsafe"}};
  Add(1, 6);
  Finish();
  EXPECT_THAT(rejected_, SizeIs(testing::Gt(0u)));
  EXPECT_EQ(rejected_.front(), "1");
  EXPECT_THAT(delivered_, SizeIs(6 - rejected_.size()));
}

TEST_F(ChatSinkTest, AnEmptyBatchDoesNothing) {
  EXPECT_THAT(sink_->ExportEvents({}, {}).events, SizeIs(0));
}

}  // namespace
}  // namespace eventer
