#include "common/chat_sink.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>

#include "common/chat_state.h"
#include "common/digest_run.h"
#include "common/message_budget.h"
#include "common/repeat_book.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

// What is offered at a time, and so the largest digest.
constexpr BatchLimits kLimits = {.events = 10'000, .bytes = 16 << 20};

// What a working robot was not offered again for so long was dropped from the log.
constexpr Duration kSettledWithin = std::chrono::hours(1);

const EventOutcome kWaits = {Outcome::kWaiting, Cause::kNone, {}};
// Also of what is never told: it is no sign that the receiver takes messages, as kDelivered is.
const EventOutcome kHeld = {Outcome::kHeld, Cause::kNone, {}};

bool Settles(const EventOutcome& outcome) {
  return outcome.outcome == Outcome::kDelivered || outcome.outcome == Outcome::kRejected;
}

class ChatSink final : public EventSink {
 public:
  ChatSink(const SinkContext& context, const ChatOptions& options, std::unique_ptr<ChatRobot> robot)
      : sink_(context.name),
        clock_(context.clock),
        robot_(std::move(robot)),
        budget_(RobotPace::Of(clock_, robot_->address(), options.rates)),
        options_(options),
        digest_(options.style),
        book_(clock_, options.repeat) {}

  std::string_view name() const override { return robot_->name(); }
  BatchLimits limits() const override { return kLimits; }
  void RestoreState(std::string_view state) override;
  ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) override;

 private:
  ExportResult TellOne(const EventBatch& batch, const std::stop_token& stop);
  ExportResult TellPage(const EventBatch& batch, const std::stop_token& stop);
  void EndDigest();
  ExportResult Settle(const EventBatch& batch, const EventOutcome& told);
  ExportResult WaitUntil(SteadyTime time, const EventBatch& batch);
  bool Fits(const EventBatch& batch);
  std::size_t LateEvents(const EventBatch& batch) const;
  bool Gathers();
  ChatAnswer Spend(ChatAnswer answer);
  bool AnySettled(const EventBatch& batch) const;
  ExportResult AllOf(const EventBatch& batch, const EventOutcome& outcome);
  std::string State();
  ExportResult Export(const EventBatch& batch, const std::stop_token& stop);
  ExportResult SetAside(const EventBatch& batch);
  bool TellRepeats(const EventBatch& batch, const std::stop_token& stop);
  bool TellDue(bool all, const std::stop_token& stop);
  void BackOff(const ChatAnswer& answer);

  const std::string sink_;  // its name
  Clock& clock_;
  const std::unique_ptr<ChatRobot> robot_;
  MessageBudget budget_;
  const ChatOptions options_;
  DigestRun digest_;
  RepeatBook book_;
  std::optional<SteadyTime> gathers_until_;
  // When the sink wants to be called with what waits, or with nothing. A call that comes before is
  // the last one, at the end of the process.
  std::optional<SteadyTime> expected_;
  bool waited_ = false;  // something did
  bool last_ = false;
  bool repeats_turn_ = true;     // before what waits
  unsigned repeats_failed_ = 0;  // in a row
  SteadyTime repeats_at_{};      // the next try
  DigestRun::Outcomes settled_;  // of ended digests: settled as they are offered
  SteadyTime settled_until_{};
};

void ChatSink::RestoreState(std::string_view text) {
  if (text.empty()) return;
  ChatState state = ReadChatState(text);
  budget_.Restore(state.sent, state.rests_until);
  if (state.digest) digest_.Restore(*std::move(state.digest));
  settled_ = std::move(state.settled);
  settled_until_ = clock_.Steady() + kSettledWithin;
  book_.Restore(ReadProblems(clock_, text));
}

std::string ChatSink::State() {
  return WriteChatState(clock_,
                        {budget_.Sent(), budget_.RestsUntil(), digest_.progress(), settled_},
                        book_.problems());
}

ExportResult ChatSink::AllOf(const EventBatch& batch, const EventOutcome& outcome) {
  ExportResult result;
  result.events.assign(batch.events.size(), outcome);
  return result;
}

ExportResult ChatSink::ExportEvents(const EventBatch& batch, std::stop_token stop) {
  last_ = expected_ && clock_.Steady() < *expected_ && (batch.events.empty() || waited_);
  if (clock_.Steady() >= settled_until_) settled_.clear();
  ExportResult result = Export(batch, stop);
  result.state = State();
  result.held = book_.held();
  waited_ = std::ranges::count(result.events, Outcome::kWaiting, &EventOutcome::outcome) > 0;
  if (!waited_ && !batch.events.empty()) result.again_at.reset();  // there is nothing to go on with
  SteadyTime next = std::max({book_.Next(), repeats_at_, budget_.Next()});
  if (waited_ && !repeats_turn_) next = SteadyTime::max();  // what waits is told first
  if (next != SteadyTime::max()) result.again_at = std::min(result.again_at.value_or(next), next);
  expected_ = result.again_at.value_or(SteadyTime::max());
  return result;
}

// One message at most, so that each is stored before the next.
ExportResult ChatSink::Export(const EventBatch& batch, const std::stop_token& stop) {
  if (digest_.active() && !batch.events.empty()) {
    const bool goes_on = digest_.GoOn(batch.events);
    if (!goes_on || digest_.ShouldGiveWay(batch.events)) EndDigest();
    // What is offered is told at once: else the worker would see no event fail alone.
    if (!goes_on) gathers_until_ = clock_.Steady();
  }
  if (AnySettled(batch)) return Settle(batch, kHeld);
  ExportResult aside = SetAside(batch);
  if (!aside.events.empty()) return aside;
  if (TellRepeats(batch, stop)) return WaitUntil(budget_.Next(), batch);
  if (batch.events.empty()) return {};
  const std::size_t late = digest_.active() ? 0 : LateEvents(batch);
  if (late == 0 && Gathers()) return WaitUntil(*gathers_until_, batch);
  const bool fits = late == 0 && Fits(batch);
  if (!budget_.Take()) return WaitUntil(budget_.Next(), batch);
  if (fits) return TellOne(batch, stop);
  if (!digest_.active()) {
    digest_.Begin(std::span(batch.events).first(late > 0 ? late : batch.events.size()), late > 0);
    gathers_until_.reset();
  }
  return TellPage(batch, stop);
}

bool ChatSink::Fits(const EventBatch& batch) {
  if (digest_.active()) return false;
  if (options_.group_wait > Duration::zero() && batch.events.size() > 1) return false;
  return book_.Messages(batch.events) <= budget_.Available();
}

// How many of the first events are older than people want to hear of one by one.
std::size_t ChatSink::LateEvents(const EventBatch& batch) const {
  if (options_.max_age == Duration::zero()) return 0;
  const WallTime now = clock_.Wall();
  const auto first = std::ranges::find_if(batch.events, [&](const EventPtr& event) {
    return now - event->last_seen <= options_.max_age;
  });
  return static_cast<std::size_t>(first - batch.events.begin());
}

// More may come to be told together with what waits.
bool ChatSink::Gathers() {
  if (options_.group_wait == Duration::zero() || digest_.active() || last_) return false;
  if (!gathers_until_) gathers_until_ = clock_.Steady() + options_.group_wait;
  return clock_.Steady() < *gathers_until_;
}

// What is silenced, and repetitions, behind what a digest tells already. Empty: there are none.
ExportResult ChatSink::SetAside(const EventBatch& batch) {
  if (!book_.Holds() && options_.silences.empty()) return {};
  ExportResult result = AllOf(batch, kWaits);
  bool any = false;
  const std::size_t begin = digest_.active() ? digest_.progress()->events : 0;
  for (std::size_t i = begin; i < batch.events.size(); ++i) {
    const bool silenced = options_.silences.Cover(*batch.events[i], batch.timestamp);
    if (!silenced && !book_.Repeat(*batch.events[i])) continue;
    result.events[i] = kHeld;
    any = true;
  }
  result.again_at = clock_.Steady();
  return any ? result : ExportResult{};
}

// By turns with the events that wait. In the last call all that is held is told.
bool ChatSink::TellRepeats(const EventBatch& batch, const std::stop_token& stop) {
  if (!batch.events.empty()) return repeats_turn_ && TellDue(false, stop);
  while (TellDue(last_, stop)) {
    if (!last_) return true;
  }
  return false;
}

// False: nothing is due, or it could not be told.
bool ChatSink::TellDue(bool all, const std::stop_token& stop) {
  if (!all && clock_.Steady() < repeats_at_) return false;
  const std::optional<RepeatPage> page = book_.Due(options_.style, all);
  if (!page || !budget_.Take()) return false;
  const ChatAnswer answer =
      Spend(robot_->TellPage({page->lines, page->warning, false}, page->id, stop));
  repeats_turn_ = false;
  if (answer.outcome.outcome == Outcome::kWaiting) return false;
  if (!Settles(answer.outcome)) {
    BackOff(answer);
    return false;
  }
  repeats_failed_ = 0;
  const bool refused = answer.outcome.outcome == Outcome::kRejected;
  if (refused) spdlog::error("{}: a summary was refused: {}", sink_, answer.outcome.detail);
  book_.ToldPage(*page, refused);
  return !refused;
}

// The worker backs off for events only; these are in nobody's hands but ours. The budget has
// nothing to do with it: events that wait for it are no standing still.
void ChatSink::BackOff(const ChatAnswer& answer) {
  const unsigned doublings = std::min(repeats_failed_++, 5U);
  const Duration pause = std::min<Duration>(1s * (1U << doublings), 30s);
  repeats_at_ = clock_.Steady() + std::min<Duration>(answer.retry_after.value_or(pause), 15min);
  if (repeats_failed_ == 1) {
    spdlog::warn("{}: a summary is not told yet: {}", sink_, answer.outcome.detail);
  }
}

ExportResult ChatSink::WaitUntil(SteadyTime time, const EventBatch& batch) {
  ExportResult result = AllOf(batch, kWaits);
  result.again_at = time;
  return result;
}

ExportResult ChatSink::TellOne(const EventBatch& batch, const std::stop_token& stop) {
  const Event& event = *batch.events.front();
  const ChatAnswer answer = Spend(robot_->TellEvent(event, event.VersionId(), stop));
  if (answer.outcome.outcome == Outcome::kDelivered) book_.Tell(event);
  if (Settles(answer.outcome)) gathers_until_.reset();
  ExportResult result = AllOf(batch, Settles(answer.outcome) ? kWaits : answer.outcome);
  result.events.front() = answer.outcome;
  result.retry_after = answer.retry_after;
  result.again_at = clock_.Steady();
  return result;
}

// Another sink of this robot is to leave it alone, too.
ChatAnswer ChatSink::Spend(ChatAnswer answer) {
  budget_.Spend(answer.requests);
  repeats_turn_ = true;
  if (!Settles(answer.outcome)) settled_until_ = clock_.Steady() + kSettledWithin;
  if (answer.outcome.cause == Cause::kThrottled && answer.retry_after) {
    budget_.Rest(*answer.retry_after);
  }
  return answer;
}

ExportResult ChatSink::TellPage(const EventBatch& batch, const std::stop_token& stop) {
  // Warnings come first: once per digest is enough.
  const DigestPage& page = digest_.page();
  const DigestProgress& progress = *digest_.progress();
  const bool whole = progress.split.empty();
  const bool mention = page.warning && progress.told == progress.rejected.size();
  const ChatAnswer answer =
      Spend(robot_->TellPage({page.lines, page.warning, mention}, digest_.id(), stop));
  if (digest_.Told(answer.outcome) || digest_.RefusesAll()) {
    EndDigest();
    return Settle(batch, {});
  }
  if (whole && !progress.split.empty()) {
    spdlog::warn("{}: a digest was refused, its events are told in smaller ones: {}", sink_,
                 answer.outcome.detail);
  }
  if (!Settles(answer.outcome) && answer.outcome.outcome != Outcome::kWaiting) {
    ExportResult result = AllOf(batch, answer.outcome);
    result.retry_after = answer.retry_after;
    return result;
  }
  return WaitUntil(budget_.Next(), batch);
}

void ChatSink::EndDigest() {
  if (settled_.size() > kLimits.events) settled_.clear();
  settled_.merge(digest_.End());
  settled_until_ = clock_.Steady() + kSettledWithin;
}

bool ChatSink::AnySettled(const EventBatch& batch) const {
  if (settled_.empty()) return false;
  return std::ranges::any_of(
      batch.events, [&](const auto& event) { return settled_.contains(event->VersionId()); });
}

// `told`: what is said of those that a page told. kDelivered only if the receiver took one now:
// else the worker would think that it is back.
ExportResult ChatSink::Settle(const EventBatch& batch, const EventOutcome& told) {
  ExportResult result = AllOf(batch, kWaits);
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const auto settled = settled_.find(batch.events[i]->VersionId());
    if (settled == settled_.end()) continue;
    const bool delivered = settled->second.outcome == Outcome::kDelivered;
    result.events[i] = delivered ? told : settled->second;
    if (delivered) book_.Tell(*batch.events[i]);
    settled_.erase(settled);
  }
  result.again_at = clock_.Steady();
  return result;
}

}  // namespace

std::unique_ptr<EventSink> NewChatSink(const SinkContext& context, const ChatOptions& options,
                                       std::unique_ptr<ChatRobot> robot) {
  return std::make_unique<ChatSink>(context, options, std::move(robot));
}

}  // namespace eventer
