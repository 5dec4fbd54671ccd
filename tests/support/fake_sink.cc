#include "support/fake_sink.h"

#include <algorithm>
#include <utility>

namespace eventer {

ExportResult AllOf(const EventBatch& batch, Outcome outcome, Cause cause) {
  ExportResult result;
  result.events.assign(batch.events.size(), {outcome, cause, "said the receiver"});
  return result;
}

FakeReceiver::Answer Only(const std::vector<std::string>& names, Outcome outcome, Cause cause) {
  return [=](const EventBatch& batch) {
    ExportResult result = AllOf(batch, Outcome::kDelivered);
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
      if (std::ranges::find(names, batch.events[i]->name) == names.end()) continue;
      result.events[i] = {outcome, cause, "said the receiver"};
    }
    return result;
  };
}

FakeReceiver::Answer Everything(Outcome outcome, Cause cause) {
  return [=](const EventBatch& batch) { return AllOf(batch, outcome, cause); };
}

void FakeReceiver::Always(Answer answer) {
  std::lock_guard lock(mutex_);
  always_ = std::move(answer);
}

void FakeReceiver::Once(Answer answer) {
  std::lock_guard lock(mutex_);
  once_.push_back(std::move(answer));
}

void FakeReceiver::Hang(bool heeds_stop) {
  std::lock_guard lock(mutex_);
  hanging_ = true;
  heeds_stop_ = heeds_stop;
}

void FakeReceiver::Release() {
  std::lock_guard lock(mutex_);
  hanging_ = false;
  changed_.notify_all();
}

void FakeReceiver::AwaitAttempts(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return attempts_.size() >= count; });
}

std::vector<std::vector<std::string>> FakeReceiver::Attempts() const {
  std::lock_guard lock(mutex_);
  return attempts_;
}

std::vector<std::string> FakeReceiver::Delivered() const {
  std::lock_guard lock(mutex_);
  return delivered_;
}

std::string FakeReceiver::RestoredState() const {
  std::lock_guard lock(mutex_);
  return restored_;
}

ExportResult FakeReceiver::Export(const EventBatch& batch, std::stop_token stop) {
  const Answer answer = Begin(batch, stop);
  if (stop.stop_requested()) return AllOf(batch, Outcome::kRetry, Cause::kConnection);
  const ExportResult result = answer ? answer(batch) : AllOf(batch, Outcome::kDelivered);
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < std::min(batch.events.size(), result.events.size()); ++i) {
    if (result.events[i].outcome != Outcome::kDelivered) continue;
    delivered_.push_back(batch.events[i]->name);
  }
  return result;
}

FakeReceiver::Answer FakeReceiver::Begin(const EventBatch& batch, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  auto& names = attempts_.emplace_back();
  for (const EventPtr& event : batch.events) names.push_back(event->name);
  changed_.notify_all();
  changed_.wait(lock, heeds_stop_ ? stop : std::stop_token(), [&] { return !hanging_; });
  if (once_.empty()) return always_;
  Answer answer = std::move(once_.front());
  once_.pop_front();
  return answer;
}

void FakeSink::RestoreState(std::string_view state) {
  std::lock_guard lock(receiver_->mutex_);
  receiver_->restored_ = state;
}

ExportResult FakeSink::ExportEvents(const EventBatch& batch, std::stop_token stop) {
  return receiver_->Export(batch, std::move(stop));
}

}  // namespace eventer
