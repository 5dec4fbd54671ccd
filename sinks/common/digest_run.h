// A digest on its way: which events it tells, and how far it was told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/event_digest.h"
#include "eventer/event_sink.h"

namespace eventer {

// What another process needs to go on with a digest that was begun.
struct DigestProgress {
  std::string end;                    // the id of its last event
  std::size_t events = 0;             // how many of those that wait belong to it
  std::size_t told = 0;               // pages
  std::vector<std::size_t> rejected;  // pages that the receiver refused for good
  // Refused, too: in this order each was replaced by smaller ones, which moved those behind it.
  std::vector<std::size_t> split;
  bool patient = true;      // may give way to Warnings
  bool late = false;        // says that its events are old
  std::uint64_t looks = 0;  // of its pages: the options may change between processes
};

// What the events of a page came to that another process was refused.
EventOutcome RefusedBefore();

// Nothing joins a digest once it is begun. Used by one thread.
class DigestRun {
 public:
  // What the events of told pages came to, by id.
  using Outcomes = std::map<std::string, EventOutcome, std::less<>>;

  explicit DigestRun(LineStyle style) : style_(std::move(style)) {}

  bool active() const { return progress_.has_value(); }
  const std::optional<DigestProgress>& progress() const { return progress_; }

  void Begin(std::span<const EventPtr> events, bool late);
  // Another process began it.
  void Restore(DigestProgress progress) { progress_ = std::move(progress); }
  // False: `waiting` does not begin with its events (the log dropped some, or the worker offers
  // less, to find the one that fails), or another process's pages would not be the same. End it.
  bool GoOn(std::span<const EventPtr> waiting);

  // The page to be told now, and the message's id: the same whenever it is sent again.
  const DigestPage& page() const { return pages_[progress_->told]; }
  std::string id() const;
  // The receiver answered for it. True: that was the last page. If it was refused and tells several
  // events, smaller pages take its place: one event may be to blame.
  bool Told(const EventOutcome& outcome);
  // So many events, each alone, were refused one behind the other that it is no fault of theirs:
  // what they came to is to be said now, before more of them are lost.
  bool RefusesAll() const { return refused_in_a_row_ >= kRefusesAll; }

  // Only Normal events are left to be told while a Warning waits behind them: the digest may end
  // here, and the next one, which does not give way, begins with the Warning.
  bool ShouldGiveWay(std::span<const EventPtr> waiting) const;
  // Forgets the digest, gives what the events of the told pages came to.
  Outcomes End();

 private:
  // As many as the worker lets pass before it keeps the others (src/pipeline/rejection_streak.h).
  static constexpr unsigned kRefusesAll = 20;

  void Compose(std::span<const EventPtr> events);
  bool ComposeAgain(std::span<const EventPtr> events);
  LineStyle Style() const;
  bool Split(std::size_t page);

  const LineStyle style_;
  std::optional<DigestProgress> progress_;
  std::vector<EventPtr> events_;  // empty: it is another process's
  std::vector<DigestPage> pages_;
  std::map<std::size_t, EventOutcome> refused_;
  bool in_doubt_ = false;          // the page may have been taken: its answer was not heard
  unsigned refused_in_a_row_ = 0;  // pages that were not split; not known to another process
  bool gave_way_ = false;          // the one before did
};

}  // namespace eventer
