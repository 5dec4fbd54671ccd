#include "common/chat_sink.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/event_digest.h"
#include "common/message_budget.h"

namespace eventer {
namespace {

using nlohmann::json;

// What is offered at a time, and so the largest digest.
constexpr BatchLimits kLimits = {.events = 1000, .bytes = 4 << 20};

std::string IdOf(const Event& event) { return event.uid + "-" + event.resource_version; }

// A digest that was begun: what another process needs to go on with it.
struct DigestProgress {
  std::string end;                    // the id of its last event
  std::size_t events = 0;             // how many of those that wait belong to it
  std::size_t told = 0;               // pages
  std::vector<std::size_t> rejected;  // pages that the receiver refused for good
};

class ChatSink final : public EventSink {
 public:
  ChatSink(Clock& clock, const ChatLimits& limits, std::unique_ptr<ChatRobot> robot)
      : clock_(clock),
        limits_(limits),
        robot_(std::move(robot)),
        budget_(clock, limits.messages, limits.window) {}

  std::string_view name() const override { return robot_->name(); }
  BatchLimits limits() const override { return kLimits; }
  void RestoreState(std::string_view state) override;
  ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) override;

 private:
  // What the events of a told digest came to, by id; they are settled as they are offered.
  using Settled = std::map<std::string, EventOutcome>;

  ExportResult TellOne(const EventBatch& batch, const std::stop_token& stop);
  ExportResult TellPage(const EventBatch& batch, const std::stop_token& stop);
  ExportResult Settle(const EventBatch& batch);
  bool GoOnWithDigest(const EventBatch& batch);
  void BeginDigest(const EventBatch& batch);
  void EndDigest();
  void ForgetDigest();
  ChatAnswer Spend(ChatAnswer answer);
  ExportResult AllOf(const EventBatch& batch, const EventOutcome& outcome) const;
  std::string State();

  Clock& clock_;
  const ChatLimits limits_;
  const std::unique_ptr<ChatRobot> robot_;
  MessageBudget budget_;
  std::optional<DigestProgress> progress_;
  std::vector<EventPtr> digest_events_;  // of `progress_`; empty: it is another process's
  std::vector<DigestPage> pages_;
  std::map<std::size_t, EventOutcome> refused_pages_;
  Settled settled_;
};

void ChatSink::RestoreState(std::string_view state) {
  const json document = json::parse(state, nullptr, false);
  if (!document.is_object()) return;  // none yet
  std::vector<WallTime> sent;
  for (const json& time : document.value("sent", json::array())) {
    sent.emplace_back(std::chrono::milliseconds(time.get<std::int64_t>()));
  }
  budget_.Restore(sent);
  const json digest = document.value("digest", json());
  if (!digest.is_object()) return;
  progress_ = DigestProgress{digest.value("end", ""), digest.value("events", std::size_t{0}),
                             digest.value("told", std::size_t{0}),
                             digest.value("rejected", std::vector<std::size_t>{})};
}

std::string ChatSink::State() {
  json document = {{"sent", json::array()}};
  for (const WallTime time : budget_.Sent()) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    document["sent"].push_back(since.count());
  }
  if (progress_) {
    document["digest"] = {{"end", progress_->end},
                          {"events", progress_->events},
                          {"told", progress_->told},
                          {"rejected", progress_->rejected}};
  }
  return document.dump();
}

ExportResult ChatSink::AllOf(const EventBatch& batch, const EventOutcome& outcome) const {
  ExportResult result;
  result.events.assign(batch.events.size(), outcome);
  return result;
}

ExportResult ChatSink::ExportEvents(const EventBatch& batch, std::stop_token stop) {
  if (batch.events.empty()) return {};
  if (std::ranges::any_of(batch.events, [&](auto& e) { return settled_.contains(IdOf(*e)); })) {
    return Settle(batch);
  }
  if (progress_ && !GoOnWithDigest(batch)) ForgetDigest();
  if (budget_.Available() == 0) {
    ExportResult result = AllOf(batch, {Outcome::kWaiting, Cause::kNone, {}});
    result.again_at = budget_.Next();
    return result;
  }
  if (!progress_ && batch.events.size() <= budget_.Available()) return TellOne(batch, stop);
  if (!progress_) BeginDigest(batch);
  return TellPage(batch, stop);
}

ExportResult ChatSink::TellOne(const EventBatch& batch, const std::stop_token& stop) {
  const Event& event = *batch.events.front();
  const ChatAnswer answer = Spend(robot_->TellEvent(event, IdOf(event), stop));
  const bool settled =
      answer.outcome.outcome == Outcome::kDelivered || answer.outcome.outcome == Outcome::kRejected;
  ExportResult result =
      AllOf(batch, settled ? EventOutcome{Outcome::kWaiting, Cause::kNone, {}} : answer.outcome);
  result.events.front() = answer.outcome;
  result.retry_after = answer.retry_after;
  result.again_at = clock_.Steady();
  result.state = State();
  return result;
}

ChatAnswer ChatSink::Spend(ChatAnswer answer) {
  for (std::size_t i = 0; i < answer.requests; ++i) budget_.Spend();
  return answer;
}

void ChatSink::BeginDigest(const EventBatch& batch) {
  progress_ = DigestProgress{IdOf(*batch.events.back()), batch.events.size(), 0, {}};
  digest_events_ = batch.events;
  pages_ = ComposeDigest(digest_events_, limits_.digest_bytes);
  settled_.clear();  // what was not offered again is gone from the log
}

// False: the events that it tells are not those that wait any more.
bool ChatSink::GoOnWithDigest(const EventBatch& batch) {
  if (!digest_events_.empty()) return true;
  const std::size_t events = progress_->events;
  if (events == 0 || events > batch.events.size()) return false;
  if (IdOf(*batch.events[events - 1]) != progress_->end) return false;
  digest_events_.assign(batch.events.begin(), batch.events.begin() + static_cast<long>(events));
  pages_ = ComposeDigest(digest_events_, limits_.digest_bytes);
  for (const std::size_t page : progress_->rejected) {
    refused_pages_[page] = {Outcome::kRejected, Cause::kContent, "the receiver refused the digest"};
  }
  return progress_->told < pages_.size();
}

ExportResult ChatSink::TellPage(const EventBatch& batch, const std::stop_token& stop) {
  const std::size_t page = progress_->told;
  const std::string id = progress_->end + "-" + std::to_string(page + 1);
  const ChatAnswer answer = Spend(robot_->TellLines(pages_[page].lines, id, stop));
  const Outcome outcome = answer.outcome.outcome;
  if (outcome != Outcome::kDelivered && outcome != Outcome::kRejected) {
    ExportResult result = AllOf(batch, answer.outcome);
    result.retry_after = answer.retry_after;
    result.state = State();
    return result;
  }
  if (outcome == Outcome::kRejected) {
    refused_pages_[page] = answer.outcome;
    progress_->rejected.push_back(page);
  }
  if (++progress_->told == pages_.size()) {
    EndDigest();
    return Settle(batch);
  }
  ExportResult result = AllOf(batch, {Outcome::kWaiting, Cause::kNone, {}});
  result.again_at = std::max(budget_.Next(), clock_.Steady());
  result.state = State();
  return result;
}

void ChatSink::EndDigest() {
  for (std::size_t page = 0; page < pages_.size(); ++page) {
    const auto refused = refused_pages_.find(page);
    const EventOutcome outcome = refused == refused_pages_.end() ? EventOutcome{} : refused->second;
    for (const std::size_t event : pages_[page].events) {
      settled_[IdOf(*digest_events_[event])] = outcome;
    }
  }
  ForgetDigest();
}

void ChatSink::ForgetDigest() {
  progress_.reset();
  digest_events_.clear();
  pages_.clear();
  refused_pages_.clear();
}

ExportResult ChatSink::Settle(const EventBatch& batch) {
  ExportResult result;
  for (const EventPtr& event : batch.events) {
    const auto settled = settled_.find(IdOf(*event));
    if (settled == settled_.end()) {
      result.events.push_back({Outcome::kWaiting, Cause::kNone, {}});
      continue;
    }
    result.events.push_back(settled->second);
    settled_.erase(settled);
  }
  result.again_at = clock_.Steady();
  result.state = State();
  return result;
}

}  // namespace

std::unique_ptr<EventSink> NewChatSink(Clock& clock, const ChatLimits& limits,
                                       std::unique_ptr<ChatRobot> robot) {
  return std::make_unique<ChatSink>(clock, limits, std::move(robot));
}

}  // namespace eventer
