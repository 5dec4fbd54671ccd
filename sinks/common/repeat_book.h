// Which problems were told, what came of them since, and when to say so.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/event_digest.h"
#include "common/event_group.h"
#include "eventer/event_sink.h"

namespace eventer {

enum class RepeatPolicy : char {
  kAll,      // every event is told
  kSummary,  // the first, then at most one line per window
  kFirst,    // the first
};

struct RepeatOptions {
  RepeatPolicy policy = RepeatPolicy::kAll;
  Duration window{};   // of kSummary
  Duration closing{};  // a problem that was quiet for so long is over; zero: nobody is told
  bool Active() const { return policy != RepeatPolicy::kAll || closing > Duration::zero(); }
};

// A problem: the events of one group key, from the first that is told until it is quiet.
struct Problem {
  GroupKey key;
  EventGroup since;          // what is not told yet
  std::uint64_t events = 0;  // all there were
  std::int64_t times = 0;    // how often it happened
  WallTime first{}, last{};  // the earliest and latest of them
  SteadyTime window_end{};   // what came since may be told then
  SteadyTime heard{};        // when the last of them came
};

// Lines for one message, and what they are about.
struct RepeatPage {
  std::vector<std::string> lines;
  std::vector<GroupKey> summaries, closings;
  bool warning = false;
  std::string id;  // the same for the same lines
};

// Bounded: 10,000 problems, the one heard of longest ago is forgotten first, but none of which
// something is still to be told: then a new one is told as if there were no book. Used by one
// thread.
class RepeatBook {
 public:
  static constexpr std::size_t kMostProblems = 10'000;
  // Without `closing` a first that nothing followed for so long is over, so that the next is told.
  static constexpr Duration kForgottenAfter = std::chrono::hours(1);

  RepeatBook(Clock& clock, const RepeatOptions& options) : clock_(clock), options_(options) {}

  // Counts `event` if it repeats a problem that was told, and holds it if that is to be told later.
  // False: it is to be told now, and the book knows nothing of it.
  bool Repeat(const Event& event);
  // `event` was told.
  void Tell(const Event& event);

  // How many messages `events` take if each is told on its own.
  std::size_t Messages(const std::vector<EventPtr>& events) const;

  // The most urgent of what is due, or, if `all`, of all that is held. nullopt: nothing.
  std::optional<RepeatPage> Due(const LineStyle& style, bool all);
  // It was told; or refused for good: what it summed up is told again in the next window.
  void ToldPage(const RepeatPage& page, bool refused);

  // When something is due next; SteadyTime::max() if nothing ever is.
  SteadyTime Next() const;
  std::uint64_t held() const { return held_; }
  bool Holds() const { return options_.policy != RepeatPolicy::kAll; }

  const std::list<Problem>& problems() const { return problems_; }
  void Restore(std::vector<Problem> problems);  // the one heard of last comes first

 private:
  using Place = std::list<Problem>::iterator;

  Problem* Find(const GroupKey& key);
  Problem* Make(const GroupKey& key);
  bool MakeRoom();
  void Note(Problem& problem, const Event& event);
  void Forget(Place place);
  void ForgetTheQuiet();
  bool SummaryDue(const Problem& problem, bool all) const;
  bool ClosingDue(const Problem& problem) const;
  SteadyTime WindowEnd() const;
  Duration Quiet() const;

  Clock& clock_;
  const RepeatOptions options_;
  std::list<Problem> problems_;  // the one heard of last comes first
  std::map<GroupKey, Place> places_;
  std::uint64_t held_ = 0;
};

}  // namespace eventer
