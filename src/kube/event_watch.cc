#include "kube/event_watch.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "eventer/position.h"

namespace eventer {
namespace {

// The API server ends a watch after this, so that a dead connection is noticed; different for each,
// so that many watches do not end together.
constexpr int kMinWatchSeconds = 55, kMaxWatchSeconds = 65;
// A stream that is silent for so much longer than the server keeps it is dead.
constexpr auto kIdleGrace = std::chrono::seconds(15);
// One call may wait for an exec plug-in first (60 s) and then for a list (60 s).
constexpr auto kLongestCall = std::chrono::seconds(120);
// client-go: a watch that ends sooner, without a frame, is a failure.
constexpr auto kShortWatch = std::chrono::seconds(1);
constexpr int kFailuresAreExpiry = 5;
// How much later than what was read before may have happened what was not: clocks differ.
constexpr auto kReplacedMargin = std::chrono::minutes(10);
// An API server that compacts as often as it can be told to still keeps so much.
constexpr auto kNeverCompacted = std::chrono::seconds(10);

}  // namespace

EventWatch::EventWatch(Clock& clock, Stats& stats, KubeApi& api, SourceHealth& health,
                       std::size_t index, Pulse& pulse, EventWatchOptions options)
    : clock_(clock),
      stats_(stats),
      api_(api),
      health_(health),
      index_(index),
      pulse_(pulse),
      options_(std::move(options)),
      handover_(clock, stats, pulse, options_.ns, options_.stored, options_.count_events),
      stream_(clock, stats.source, handover_, decoder_),
      backoff_(clock),
      failure_log_(clock),
      broken_log_(clock),
      held_log_(clock),
      gap_log_(clock),
      random_(std::random_device()()) {}

void EventWatch::Run(std::stop_token stop, const EventReceiver& receive) {
  stop_ = stop;
  handover_.Begin(receive, stop);
  if (!handover_.position().empty()) {
    phase_ = Phase::kCheck;
  } else if (options_.list_everything || options_.since) {
    BeginAnew();
  }
  while (!stop_.stop_requested()) Step();
  pulse_.Rest();
}

void EventWatch::Step() {
  pulse_.Expect(clock_.Steady() + kLongestCall);
  switch (phase_) {
    case Phase::kBegin:
    case Phase::kCheck:
      return LookAtCollection();
    case Phase::kRelist:
      return RelistPage();
    case Phase::kWatch:
      return Watch();
  }
}

std::string EventWatch::Where() const {
  return options_.ns.empty() ? "watch of all namespaces" : "watch of namespace " + options_.ns;
}

HttpResponse EventWatch::List(const KubeApi::ListQuery& query) {
  ++stats_.source.lists;
  return api_.ListEvents(query, stop_);
}

// The version alone: 100,000 stored events must cost nothing. Taken as a position only where
// there is none: what happened since the last frame has a lower version and was not read.
void EventWatch::LookAtCollection() {
  listed_at_ = clock_.Wall();
  const HttpResponse response = List({.ns = options_.ns, .limit = 1});
  if (stop_.stop_requested()) return;
  if (response.error != HttpError::kNone || response.status != 200) {
    return Fail(FailureOf(response, decoder_, options_.ns), false);
  }
  EventListPage page;
  std::string error;
  if (!decoder_.DecodeList(response.body, &page, &error) || page.resource_version.empty()) {
    return Fail({.text = "the answer to a list is none: " + ShortLine(error)}, false);
  }
  if (phase_ == Phase::kBegin) {
    if (!handover_.OfferFully(nullptr, std::move(page.resource_version), listed_at_)) return;
  } else if (Replaced(page.resource_version)) {
    return BeginReplaced(page.resource_version);
  }
  phase_ = Phase::kWatch;
}

bool EventWatch::Replaced(const std::string& list_version) const {
  if (handover_.position().empty() || list_version.empty()) return false;
  const auto position = VersionNumber(handover_.position()), list = VersionNumber(list_version);
  if (position && list) return *list < *position;
  return position.has_value() != list.has_value();
}

void EventWatch::BeginRelist(Cause cause, Relist::Range range) {
  ++stats_.source.relists;
  cause_ = cause;
  gap_counted_ = false;
  relist_.emplace(options_.ns, range, options_.relist_bytes);
  phase_ = Phase::kRelist;
}

void EventWatch::BeginAnew() {
  Relist::Range range;
  if (!options_.list_everything) {
    range.not_older_than =
        clock_.Wall() - std::chrono::duration_cast<WallTime::duration>(*options_.since);
  }
  BeginRelist(Cause::kBeginning, range);
}

void EventWatch::Expired(const std::string& why) {
  if (std::exchange(expired_, true)) Pause(backoff_.Next({}));
  if (!stop_.stop_requested()) BeginExpired(why);
}

void EventWatch::BeginExpired(const std::string& why) {
  failures_ = 0;
  spdlog::debug("{}: cannot go on from version {}: {}", Where(), handover_.position(), why);
  Relist::Range range{.newer_than = VersionNumber(handover_.position())};
  if (!range.newer_than) range.not_older_than = NotOlderThan();
  BeginRelist(Cause::kExpired, range);
}

void EventWatch::BeginReplaced(const std::string& list_version) {
  ++stats_.source.gaps;
  spdlog::warn(
      "{}: the API server is at version {} and this watch at {}: its history was replaced "
      "(restored or rebuilt). What is not older than 10 min before the last event, or all if that "
      "is not known, is sent again",
      Where(), list_version, handover_.position());
  BeginRelist(Cause::kReplaced, {.not_older_than = NotOlderThan()});
}

std::optional<WallTime> EventWatch::NotOlderThan() const {
  if (!handover_.as_of()) return std::nullopt;
  return *handover_.as_of() - kReplacedMargin;
}

void EventWatch::RelistPage() {
  if (relist_->version().empty()) listed_at_ = clock_.Wall();
  const HttpResponse response = List(relist_->Query());
  if (stop_.stop_requested()) return;
  std::string error;
  switch (relist_->Take(response, decoder_, &error)) {
    case Relist::Progress::kFailed: {
      WatchFailure failure = FailureOf(response, decoder_, options_.ns);
      if (!error.empty()) failure = {.text = "the answer to a list is none: " + ShortLine(error)};
      return Fail(failure, false);
    }
    case Relist::Progress::kExpired:
      return Fail({.text = "the list expired while it was read; it is read again"}, false);
    case Relist::Progress::kMore:
      if (cause_ == Cause::kExpired && Replaced(relist_->version())) break;
      return;
    case Relist::Progress::kPass:
      if (cause_ == Cause::kExpired && Replaced(relist_->version())) break;
      return FinishPass();
  }
  BeginReplaced(std::string(relist_->version()));
}

void EventWatch::CountGap() {
  if (cause_ != Cause::kExpired || std::exchange(gap_counted_, true)) return;
  if (complete_ && clock_.Steady() - *complete_ < kNeverCompacted) return;
  if (relist_->version() == handover_.position()) return;  // nothing has happened at all
  ++stats_.source.gaps;
  if (auto suppressed = gap_log_.Allow()) {
    spdlog::warn(
        "{}: from version {} to {} changes may have been missed; the last state of each "
        "event that is still there is sent ({} times more before)",
        Where(), handover_.position(), relist_->version(), *suppressed);
  }
}

void EventWatch::FinishPass() {
  CountGap();
  for (Relist::Kept& kept : relist_->TakeKept()) {
    if (!handover_.OfferFully(std::move(kept.event), std::move(kept.resume_version))) return;
  }
  if (relist_->NextPass()) return;
  if (!handover_.OfferFully(nullptr, relist_->version(), listed_at_)) return;
  relist_.reset();
  phase_ = Phase::kWatch;
}

void EventWatch::Watch() {
  const SteadyTime began = clock_.Steady();
  stream_.Begin();
  const HttpResponse response = Stream();
  if (stop_.stop_requested()) return;
  if (stream_.frames() > 0) failures_ = 0;
  expired_ = expired_ && stream_.frames() == 0;
  Judge(response, stream_.frames() == 0 && clock_.Steady() - began < kShortWatch);
}

HttpResponse EventWatch::Stream() {
  std::uniform_int_distribution<int> seconds(kMinWatchSeconds, kMaxWatchSeconds);
  KubeApi::WatchQuery query;
  query.ns = options_.ns;
  query.resource_version = handover_.position();
  query.timeout_seconds = seconds(random_);
  query.idle_timeout = std::chrono::seconds(query.timeout_seconds) + kIdleGrace;
  ends_ = clock_.Steady() + std::chrono::seconds(query.timeout_seconds);
  StreamHandler handler;
  handler.on_line = [this](std::string_view line) { return stream_.TakeLine(line); };
  handler.on_skipped = [this](std::uint64_t bytes) { stream_.Skipped(bytes); };
  handler.on_open = [this] {
    if (std::exchange(lost_, false)) {
      spdlog::info("{}: open, from version {}", Where(), handover_.position());
    }
    health_.Open(index_);
  };
  ++stats_.source.watches;
  pulse_.Expect(clock_.Steady() + kLongestCall);
  return api_.WatchEvents(query, stop_, handler);
}

void EventWatch::Judge(const HttpResponse& response, bool at_once) {
  if (stream_.frames() > 0) complete_ = std::min(stream_.last_frame(), ends_);
  if (handover_.held()) return Held();
  if (stream_.error()) {
    const WatchFailure failure = FailureOf(*stream_.error(), options_.ns);
    return failure.status == 410 ? Expired(failure.text) : Fail(failure, true);
  }
  if (response.status == 410) return Expired("410");
  if (response.status / 100 != 2) return Fail(FailureOf(response, decoder_, options_.ns), true);
  if (response.error != HttpError::kNone) return Broken(response, at_once);
  if (at_once) {
    return Fail({.status = response.status, .text = "the watch ended as soon as it began"}, true);
  }
  failures_ = 0;
  // An end that comes late, or that we were late to read, tells nothing of what happened since.
  complete_ = std::min(clock_.Steady() - stream_.waited(), ends_);
  phase_ = stream_.frames() > 0 ? Phase::kWatch : Phase::kCheck;
}

void EventWatch::Held() {
  ++stats_.source.held;
  if (auto suppressed = held_log_.Allow()) {
    spdlog::warn("{}: no room for 30 s: the watch waits at version {} ({} times more before)",
                 Where(), handover_.position(), *suppressed);
  }
  phase_ = Phase::kCheck;
  handover_.OfferKept();
}

void EventWatch::Broken(const HttpResponse& response, bool at_once) {
  std::string why = response.error == HttpError::kTimeout
                        ? "the watch was silent for too long"
                        : "the watch broke: " + ShortLine(response.error_text);
  if (at_once) return Fail({.status = response.status, .text = std::move(why)}, true);
  failures_ = 0;
  lost_ = true;
  health_.Lost(index_, why);
  if (auto suppressed = broken_log_.Allow()) {
    spdlog::info("{}: {}; it goes on from version {} ({} times more before)", Where(), why,
                 handover_.position(), *suppressed);
  }
  phase_ = Phase::kCheck;
}

void EventWatch::Pause(Duration wait) {
  pulse_.Expect(clock_.Steady() + wait);
  SleepUntil(clock_, stop_, clock_.Steady() + wait);
}

void EventWatch::Fail(const WatchFailure& failure, bool of_watch) {
  lost_ = true;
  health_.Lost(index_, failure.text);
  const Duration wait = backoff_.Next(failure.retry_after);
  if (auto suppressed = failure_log_.Allow()) {
    spdlog::warn("{}: {} ({} times more before); next attempt in {} s", Where(), failure.text,
                 *suppressed, std::chrono::ceil<std::chrono::seconds>(wait).count());
  }
  Pause(wait);
  if (!of_watch) return;
  phase_ = Phase::kCheck;
  if (failure.MayBeTheVersion() && ++failures_ >= kFailuresAreExpiry) {
    BeginExpired("five failures in a row: " + failure.text);
  }
}

}  // namespace eventer
