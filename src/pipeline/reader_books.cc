#include "pipeline/reader_books.h"

#include <algorithm>
#include <numeric>

namespace eventer {

void ReaderBooks::Received(std::uint64_t events, std::size_t bytes, SteadyTime now) {
  if (events == 0) return;
  if (waiting_ == 0) still_since_ = now;
  waiting_ += events;
  backlog_ += bytes;
  stats_.received += events;
  Publish();
}

void ReaderBooks::Filtered(std::size_t bytes, SteadyTime now) {
  still_since_ = now;
  ++stats_.filtered;
  Leave(bytes);
}

void ReaderBooks::Settled(const SettledEvent& event, std::size_t bytes, SteadyTime now) {
  still_since_ = now;
  if (event.outcome == Outcome::kHeld) {
    ++held_;
  } else if (event.outcome == Outcome::kRejected) {
    ++stats_.rejected[static_cast<std::size_t>(event.cause)];
  } else {
    ++stats_.delivered;
  }
  Leave(bytes);
}

void ReaderBooks::Dropped(bool wanted, std::size_t bytes, Cause cause) {
  if (wanted) {
    ++stats_.dropped[static_cast<std::size_t>(cause)];
  } else {
    ++stats_.filtered;
  }
  Leave(bytes);
}

void ReaderBooks::Remembers(std::uint64_t held) {
  // A sink cannot hold more than it was given; whatever it says, the books balance.
  held = std::min(held, held_);
  stats_.delivered += held_ - held;
  held_ = held;
  Publish();
}

void ReaderBooks::Forgets() {
  stats_.dropped[static_cast<std::size_t>(Cause::kRemoved)] += held_;
  held_ = 0;
  Publish();
}

void ReaderBooks::Abandoned() {
  stats_.dropped[static_cast<std::size_t>(Cause::kRemoved)] += waiting_ + held_;
  waiting_ = held_ = backlog_ = 0;
  Publish();
}

void ReaderBooks::Restore(std::uint64_t waiting, std::size_t backlog, std::uint64_t held) {
  waiting_ = waiting;
  backlog_ = backlog;
  held_ = held;
  Publish();
  const auto sum = [](const CauseCounters& counters) {
    return std::accumulate(counters.begin(), counters.end(), std::uint64_t{0});
  };
  // Not stored, so that it can never disagree with the others.
  stats_.received = stats_.filtered + stats_.delivered + sum(stats_.rejected) +
                    sum(stats_.dropped) + stats_.pending;
}

void ReaderBooks::Leave(std::size_t bytes) {
  --waiting_;
  backlog_ -= bytes;
  Publish();
}

}  // namespace eventer
