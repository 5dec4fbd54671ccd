// A sink whose receiver a test plays.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "eventer/event_sink.h"

namespace eventer {

// What the sink's worker thread and the test share. Thread-safe.
class FakeReceiver {
 public:
  using Answer = std::function<ExportResult(const EventBatch& batch)>;

  // How every attempt is answered for which Once has left nothing; at first all is delivered.
  void Always(Answer answer);
  // How the next attempt that has no answer yet is answered.
  void Once(Answer answer);
  // From now on attempts hang until Release; `heeds_stop`: or until their stop is requested.
  void Hang(bool heeds_stop = true);
  void Release();

  void AwaitAttempts(std::size_t count);                   // until so many have begun
  std::vector<std::vector<std::string>> Attempts() const;  // the events' names, attempt by attempt
  std::vector<std::string> Delivered() const;              // names, in the order of delivery
  std::string RestoredState() const;

 private:
  friend class FakeSink;
  ExportResult Export(const EventBatch& batch, std::stop_token stop);
  Answer Begin(const EventBatch& batch, std::stop_token stop);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Answer always_;
  std::deque<Answer> once_;
  bool hanging_ = false, heeds_stop_ = true;
  std::vector<std::vector<std::string>> attempts_;
  std::vector<std::string> delivered_;
  std::string restored_;
};

class FakeSink final : public EventSink {
 public:
  FakeSink(std::shared_ptr<FakeReceiver> receiver, BatchLimits limits)
      : receiver_(std::move(receiver)), limits_(limits) {}

  std::string_view name() const override { return "FakeSink"; }
  BatchLimits limits() const override { return limits_; }
  void RestoreState(std::string_view state) override;
  ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) override;

 private:
  std::shared_ptr<FakeReceiver> receiver_;
  BatchLimits limits_;
};

// Answers.
ExportResult AllOf(const EventBatch& batch, Outcome outcome, Cause cause = Cause::kNone);
// `outcome` for events with one of `names`, delivered for the others.
FakeReceiver::Answer Only(const std::vector<std::string>& names, Outcome outcome, Cause cause);
FakeReceiver::Answer Everything(Outcome outcome, Cause cause = Cause::kNone);
inline const auto kDelivers = Everything(Outcome::kDelivered);
inline const auto kFails = Everything(Outcome::kRetry, Cause::kServer);
inline const auto kCannotConnect = Everything(Outcome::kRetry, Cause::kConnection);

}  // namespace eventer
