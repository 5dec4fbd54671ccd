#include "common/digest_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "eventer/text.h"

namespace eventer {
namespace {

constexpr const char* kLate = "Late: these events could not be told when they happened.";

std::uint64_t LooksOf(const std::vector<DigestPage>& pages) {
  std::string text;
  for (const DigestPage& page : pages) {
    for (const std::string& line : page.lines) text += line + "\n";
    text += '\f';
  }
  return StableHash(text);
}

}  // namespace

EventOutcome RefusedBefore() {
  return {Outcome::kRejected, Cause::kContent, "the receiver refused the digest"};
}

void DigestRun::Begin(std::span<const EventPtr> events, bool late) {
  progress_ = DigestProgress{.end = events.back()->VersionId(),
                             .events = events.size(),
                             .patient = !gave_way_,
                             .late = late};
  Compose(events);
  progress_->looks = LooksOf(pages_);
}

void DigestRun::Compose(std::span<const EventPtr> events) {
  events_.assign(events.begin(), events.end());
  pages_ = ComposeDigest(events_, Style());
}

LineStyle DigestRun::Style() const {
  LineStyle style = style_;
  if (progress_->late) style.note = kLate;
  return style;
}

// False: it tells one event at most, or there is no such page.
bool DigestRun::Split(std::size_t page) {
  if (page >= pages_.size() || pages_[page].events.size() < 2) return false;
  std::vector<DigestPage> smaller = SplitPage(events_, pages_[page], Style());
  const auto place = pages_.erase(pages_.begin() + static_cast<long>(page));
  pages_.insert(place, std::make_move_iterator(smaller.begin()),
                std::make_move_iterator(smaller.end()));
  return true;
}

bool DigestRun::GoOn(std::span<const EventPtr> waiting) {
  const std::size_t events = progress_->events;
  if (events == 0 || events > waiting.size()) return false;
  if (waiting[events - 1]->VersionId() != progress_->end) return false;
  if (!events_.empty() || ComposeAgain(waiting.first(events))) return true;
  pages_.clear();  // nobody knows which events were told
  return false;
}

// What another process told. False: the pages are not the same.
bool DigestRun::ComposeAgain(std::span<const EventPtr> events) {
  Compose(events);
  if (progress_->looks != LooksOf(pages_)) return false;
  const auto split = [this](std::size_t page) { return Split(page); };
  if (!std::ranges::all_of(progress_->split, split)) return false;
  if (progress_->told >= pages_.size()) return false;
  for (const std::size_t page : progress_->rejected) {
    refused_[page] = RefusedBefore();
  }
  return true;
}

std::string DigestRun::id() const {
  const std::size_t split = progress_->split.size();
  return progress_->end + "-" + std::to_string(progress_->told + 1) + "-" +
         std::to_string(progress_->looks) + (split > 0 ? "-" + std::to_string(split) : "");
}

bool DigestRun::Told(const EventOutcome& outcome) {
  in_doubt_ = outcome.outcome != Outcome::kDelivered && outcome.outcome != Outcome::kRejected;
  if (in_doubt_) return false;
  const bool refused = outcome.outcome == Outcome::kRejected;
  if (refused && Split(progress_->told)) {
    progress_->split.push_back(progress_->told);
    return false;
  }
  refused_in_a_row_ = refused ? refused_in_a_row_ + 1 : 0;
  if (refused) {
    refused_[progress_->told] = outcome;
    progress_->rejected.push_back(progress_->told);
  }
  return ++progress_->told == pages_.size();
}

bool DigestRun::ShouldGiveWay(std::span<const EventPtr> waiting) const {
  if (!progress_->patient || in_doubt_) return false;
  const auto warning = [](const auto& page) { return page.warning; };
  const auto left = pages_.begin() + static_cast<long>(progress_->told);
  if (std::any_of(left, pages_.end(), warning)) return false;
  return std::ranges::any_of(waiting.subspan(std::min(events_.size(), waiting.size())),
                             [](const EventPtr& event) { return event->type == "Warning"; });
}

DigestRun::Outcomes DigestRun::End() {
  Outcomes outcomes;
  for (std::size_t page = 0; page < std::min(progress_->told, pages_.size()); ++page) {
    const auto refused = refused_.find(page);
    const EventOutcome outcome = refused == refused_.end() ? EventOutcome{} : refused->second;
    for (const std::size_t event : pages_[page].events) {
      outcomes[events_[event]->VersionId()] = outcome;
    }
  }
  gave_way_ = progress_->told < pages_.size();
  progress_.reset();
  events_.clear();
  pages_.clear();
  refused_.clear();
  in_doubt_ = false;
  refused_in_a_row_ = 0;
  return outcomes;
}

}  // namespace eventer
