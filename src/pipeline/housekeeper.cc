#include "pipeline/housekeeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using std::chrono::microseconds;

// How long the Housekeeper waits for room before it asks again who is stalled.
constexpr Duration kSlice = 1s;
// A full log makes room by that part of it at a time.
constexpr std::size_t kStepsOfLog = 16;
// A log that took all that waited and then stood for so long is no longer under pressure.
constexpr Duration kStandsWithRoom = 5s;
// From 0001-01-01 to 1970-01-01, both UTC.
constexpr microseconds kEpochSinceYearOne = std::chrono::seconds(62'135'596'800);

std::size_t CountEvents(std::span<const SourceEntry> entries) {
  return std::count_if(entries.begin(), entries.end(),
                       [](const SourceEntry& entry) { return entry.event != nullptr; });
}

std::size_t BytesInLog(std::span<const SourceEntry> entries) {
  std::size_t bytes = 0;
  for (const SourceEntry& entry : entries) bytes += entry.event ? EventLog::Bytes(*entry.event) : 0;
  return bytes;
}

std::uint64_t DroppedSoFar(const Stats& stats) {
  std::uint64_t dropped = 0;
  for (const SinkStats& sink : stats.sinks) {
    dropped += sink.dropped[static_cast<std::size_t>(Cause::kStalled)];
  }
  return dropped;
}

std::string StalledNames(const Stats& stats) {
  std::string names;
  for (const SinkStats& sink : stats.sinks) {
    if (sink.stalled) names += (names.empty() ? "" : ", ") + sink.name;
  }
  return names;
}

}  // namespace

Duration UntilNextTick(WallTime now, Duration frequency) {
  const microseconds period = std::chrono::duration_cast<microseconds>(frequency);
  const microseconds since_year_one = now.time_since_epoch() + kEpochSinceYearOne;
  const microseconds past = since_year_one % period;
  return period - (past < microseconds::zero() ? past + period : past);
}

Housekeeper::Housekeeper(Clock& clock, Stats& stats, EventBuffer& buffer, EventLog& log,
                         StalledReaders stalled, Duration frequency, DeadLetterReplay* replay)
    : clock_(clock),
      stats_(stats),
      buffer_(buffer),
      log_(log),
      stalled_(std::move(stalled)),
      frequency_(frequency),
      replay_(replay),
      full_lines_(clock),
      drop_lines_(clock) {}

void Housekeeper::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const SteadyTime tick = clock_.Steady() + UntilNextTick(clock_.Wall(), frequency_);
    stats_.housekeeper_pulse.Expect(tick);
    buffer_.WaitHalfFull(tick, stop);
    if (!stop.stop_requested()) Housekeep(stop);
  }
  stats_.housekeeper_pulse.Rest();
}

void Housekeeper::Housekeep(std::stop_token stop) {
  Drain();
  AppendWaiting(stop);
  if (replay_ && !stop.stop_requested()) replay_->Run();
  stats_.housekeep_wall_us = clock_.Wall().time_since_epoch().count();
}

void Housekeeper::Drain() {
  const SteadyTime begin = clock_.Steady();
  std::vector<SourceEntry> drained = buffer_.Drain();
  const std::size_t events = CountEvents(drained);
  waiting_.insert(waiting_.end(), std::make_move_iterator(drained.begin()),
                  std::make_move_iterator(drained.end()));
  spdlog::log(events > 0 ? spdlog::level::info : spdlog::level::debug, "Exporting {} events",
              events);
  stats_.scraped_events += events;
  ++stats_.scrapes;
  stats_.scrape_ns += (clock_.Steady() - begin).count();
  stats_.scrape_wall_us = clock_.Wall().time_since_epoch().count();
}

void Housekeeper::AppendWaiting(std::stop_token stop) {
  std::span<const SourceEntry> rest = waiting_;
  rest = rest.subspan(log_.Append(rest));
  if (rest.empty()) {
    NoteRoom();
    stalled_(clock_.Steady());
  } else if (clock_.Steady() - taken_at_ >= kStandsWithRoom) {
    full_since_.reset();
  }
  while (!rest.empty() && !stop.stop_requested()) {
    NoteFull();
    MakeRoom(rest, stop);
    rest = rest.subspan(log_.Append(rest));
  }
  if (rest.empty()) NoteTaken();
  waiting_.erase(waiting_.begin(), waiting_.end() - rest.size());
}

void Housekeeper::MakeRoom(std::span<const SourceEntry> rest, std::stop_token stop) {
  const SteadyTime deadline = clock_.Steady() + kSlice;
  stats_.housekeeper_pulse.Expect(deadline);
  const std::set<ReaderId> stalled = stalled_(*full_since_);
  if (!stalled.empty()) DropForStalled(stalled, rest);
  log_.WaitForRoom(deadline, stop);
}

void Housekeeper::DropForStalled(const std::set<ReaderId>& stalled,
                                 std::span<const SourceEntry> rest) {
  // In steps: what has just come in can be lost as well, before anything of more worth that has
  // waited for longer.
  const std::size_t step = std::max(BytesInLog(rest.first(1)), log_.max_bytes() / kStepsOfLog);
  log_.Drop(stalled, std::min(BytesInLog(rest), step));
  if (DroppedSoFar(stats_) > dropped_told_ && drop_lines_.Allow()) TellDropped();
}

void Housekeeper::TellDropped() {
  const std::uint64_t dropped = DroppedSoFar(stats_) - dropped_told_;
  if (dropped == 0) return;
  dropped_told_ += dropped;
  spdlog::error("{} events dropped: the log is full and stalled sinks ({}) do not take them",
                dropped, StalledNames(stats_));
}

void Housekeeper::NoteFull() {
  if (!full_since_) full_since_ = clock_.Steady();
  stats_.log_full = true;
  if (stats_.disk_failing || !full_lines_.Allow()) return;
  spdlog::warn("the event log is full ({} events, {} bytes): the watch waits for the sinks",
               stats_.log_events.load(), stats_.log_bytes.load());
}

void Housekeeper::NoteTaken() {
  taken_at_ = clock_.Steady();
  stats_.log_full = false;
}

void Housekeeper::NoteRoom() {
  if (!full_since_) return;
  TellDropped();
  spdlog::info("the event log has room again");
  full_since_.reset();
}

std::size_t Housekeeper::DrainAtShutdown() {
  Drain();
  const std::size_t taken = log_.Append(waiting_);
  waiting_.erase(waiting_.begin(), waiting_.begin() + taken);
  return CountEvents(waiting_);
}

}  // namespace eventer
