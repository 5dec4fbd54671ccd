#include "common/repeat_book.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "common/markdown.h"
#include "eventer/text.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;

// Objects and counts that a problem remembers.
constexpr std::size_t kMostRemembered = 16;
// Windows end together, so that many problems are one message.
constexpr int kWindowParts = 10;

// "over: BackOff of shop/web, 41 times in 12 min"
std::string ClosingLine(const LineStyle& style, const Problem& problem) {
  const GroupKey& key = problem.key;
  const std::string subject = OneLine(key.reason, 100) + " of " +
                              (key.ns.empty() ? "" : key.ns + "/") + OneLine(key.workload, 253);
  return "over: " + style.markup.escape(subject) + ", " +
         (problem.times == 1 ? std::string("once")
                             : std::to_string(problem.times) + " times in " +
                                   SpanInWords(problem.last - problem.first));
}

std::string IdOf(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return "repeats-" + std::to_string(StableHash(text));
}

}  // namespace

Duration RepeatBook::Quiet() const {
  if (options_.closing > Duration::zero()) return options_.closing;
  return options_.policy == RepeatPolicy::kSummary ? options_.window : kForgottenAfter;
}

SteadyTime RepeatBook::WindowEnd() const {
  const SteadyTime earliest = clock_.Steady() + options_.window;
  const Duration part = options_.window / kWindowParts;
  if (part == Duration::zero()) return earliest;
  const Duration over = earliest.time_since_epoch() % part;
  return over == Duration::zero() ? earliest : earliest + (part - over);
}

Problem* RepeatBook::Find(const GroupKey& key) {
  const auto place = places_.find(key);
  if (place == places_.end()) return nullptr;
  problems_.splice(problems_.begin(), problems_, place->second);
  return &problems_.front();
}

Problem* RepeatBook::Make(const GroupKey& key) {
  if (problems_.size() >= kMostProblems && !MakeRoom()) return nullptr;
  problems_.push_front({.key = key, .since = EventGroup(kMostRemembered)});
  places_[key] = problems_.begin();
  return &problems_.front();
}

bool RepeatBook::MakeRoom() {
  for (auto place = problems_.end(); place != problems_.begin();) {
    --place;
    if (place->since.events > 0) continue;
    Forget(place);
    return true;
  }
  return false;
}

void RepeatBook::Forget(Place place) {
  held_ -= place->since.events;
  places_.erase(place->key);
  problems_.erase(place);
}

void RepeatBook::Note(Problem& problem, const Event& event) {
  const std::int64_t before = problem.since.times;
  problem.since.Add(event);
  problem.since.SetText(event);
  problem.times += problem.since.times - before;
  const bool fresh = problem.events++ == 0;
  const WallTime begun = BegunAt(event).value_or(event.last_seen);
  problem.first = fresh ? begun : std::min(problem.first, begun);
  problem.last = fresh ? event.last_seen : std::max(problem.last, event.last_seen);
  problem.heard = clock_.Steady();
}

bool RepeatBook::Repeat(const Event& event) {
  if (options_.policy == RepeatPolicy::kAll) return false;
  Problem* problem = Find(GroupKeyOf(event));
  if (problem == nullptr) return false;
  const bool over = problem->since.events == 0 && clock_.Steady() >= problem->heard + Quiet();
  if (over && !ClosingDue(*problem)) {
    Forget(problems_.begin());
    return false;
  }
  Note(*problem, event);
  if (options_.policy == RepeatPolicy::kFirst) {
    problem->since.Told();
  } else {
    ++held_;
  }
  return true;
}

void RepeatBook::Tell(const Event& event) {
  if (!options_.Active()) return;
  const GroupKey key = GroupKeyOf(event);
  Problem* problem = Find(key);
  if (problem == nullptr) problem = Make(key);
  if (problem == nullptr) return;
  if (problem->since.events > 0) {  // what is held is told with its window
    ++problem->events;
    ++problem->times;
    problem->heard = clock_.Steady();
    return;
  }
  Note(*problem, event);
  problem->since.Told();
  problem->window_end = WindowEnd();
}

std::size_t RepeatBook::Messages(const std::vector<EventPtr>& events) const {
  if (options_.policy == RepeatPolicy::kAll) return events.size();
  std::set<GroupKey> keys;
  for (const EventPtr& event : events) keys.insert(GroupKeyOf(*event));
  return keys.size();
}

bool RepeatBook::SummaryDue(const Problem& problem, bool all) const {
  return problem.since.events > 0 && (all || clock_.Steady() >= problem.window_end);
}

bool RepeatBook::ClosingDue(const Problem& problem) const {
  return options_.closing > Duration::zero() && problem.since.events == 0 &&
         problem.since.warning && clock_.Steady() >= problem.heard + options_.closing;
}

// Without a word.
void RepeatBook::ForgetTheQuiet() {
  for (auto place = problems_.begin(); place != problems_.end();) {
    const auto next = std::next(place);
    const bool quiet = place->since.events == 0 && clock_.Steady() >= place->heard + Quiet();
    if (quiet && !ClosingDue(*place)) Forget(place);
    place = next;
  }
}

std::optional<RepeatPage> RepeatBook::Due(const LineStyle& style, bool all) {
  ForgetTheQuiet();
  std::vector<const Problem*> due;
  for (const Problem& problem : problems_) {
    if (SummaryDue(problem, all) || ClosingDue(problem)) due.push_back(&problem);
  }
  if (due.empty()) return std::nullopt;
  std::ranges::stable_sort(due, [](const Problem* a, const Problem* b) {
    return std::tie(b->since.warning, b->since.events) <
           std::tie(a->since.warning, a->since.events);
  });
  RepeatPage page;
  PageMaker maker(style);
  for (const Problem* problem : due) {
    const bool summary = problem->since.events > 0;
    maker.Add(summary ? GroupLine(style, problem->key, problem->since, kGroupTextBytes)
                      : ClosingLine(style, *problem));
    if (maker.pages.size() > 1) break;
    (summary ? page.summaries : page.closings).push_back(problem->key);
    page.warning |= summary && problem->since.warning;
  }
  page.lines = std::move(maker.pages.front().lines);
  page.id = IdOf(page.lines);
  return page;
}

void RepeatBook::ToldPage(const RepeatPage& page, bool refused) {
  for (const GroupKey& key : page.closings) Forget(places_.at(key));
  for (const GroupKey& key : page.summaries) {
    Problem& problem = *places_.at(key);
    problem.window_end = WindowEnd();
    if (refused) continue;
    held_ -= problem.since.events;
    problem.since.Told();
  }
}

SteadyTime RepeatBook::Next() const {
  SteadyTime next = SteadyTime::max();
  for (const Problem& problem : problems_) {
    if (problem.since.events > 0) {
      next = std::min(next, problem.window_end);
    } else if (options_.closing > Duration::zero() && problem.since.warning) {
      next = std::min(next, problem.heard + options_.closing);
    }
  }
  return next;
}

void RepeatBook::Restore(std::vector<Problem> problems) {
  const SteadyTime now = clock_.Steady();
  for (Problem& problem : problems) {
    if (places_.contains(problem.key) || problems_.size() >= kMostProblems) continue;
    problem.heard = std::min(problem.heard, now);
    problem.window_end = std::min(problem.window_end, WindowEnd());
    problem.since.most = kMostRemembered;
    held_ += problem.since.events;
    problems_.push_back(std::move(problem));
    places_[problems_.back().key] = std::prev(problems_.end());
  }
}

}  // namespace eventer
