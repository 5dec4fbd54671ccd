#include "kube/relist.h"

#include <algorithm>
#include <utility>

#include "eventer/position.h"

namespace eventer {

Relist::Relist(std::string ns, Range range, std::size_t max_bytes)
    : ns_(std::move(ns)), range_(range), max_bytes_(max_bytes) {
  if (range_.newer_than) handed_on_ = Key{.version = *range_.newer_than};
}

KubeApi::ListQuery Relist::Query() const {
  return {.ns = ns_, .limit = limit_, .continue_token = continue_token_};
}

void Relist::BeginPass() {
  continue_token_.clear();
  version_.clear();
  kept_.clear();
  bytes_ = 0;
  left_out_.reset();
}

Relist::Progress Relist::Take(const HttpResponse& response, EventDecoder& decoder,
                              std::string* error) {
  error->clear();
  if (response.status == 410 && !continue_token_.empty()) {
    BeginPass();
    return Progress::kExpired;
  }
  if (!Fits(response)) return Progress::kMore;
  if (response.error != HttpError::kNone || response.status != 200) return Progress::kFailed;
  EventListPage page;
  if (!decoder.DecodeList(response.body, &page, error)) return Progress::kFailed;
  if (page.resource_version.empty()) {
    *error = "the list has no resourceVersion";
    return Progress::kFailed;
  }
  for (EventPtr& event : page.events) {
    if (Add(std::move(event))) continue;
    by_version_ = false;
    handed_on_.reset();
    BeginPass();
    return Progress::kMore;
  }
  version_ = std::move(page.resource_version);
  continue_token_ = std::move(page.continue_token);
  return continue_token_.empty() ? Progress::kPass : Progress::kMore;
}

bool Relist::Fits(const HttpResponse& response) {
  const bool large = response.error == HttpError::kTooLarge || response.body.size() > kPageBytes;
  if (!large || limit_ == 1) return true;
  limit_ = std::max(1, limit_ / 2);
  return false;
}

bool Relist::Add(EventPtr event) {
  const std::optional<Key> key = KeyOf(*event);
  if (!key) return false;
  if (!Wanted(*event, *key)) return true;
  if (left_out_ && *key > *left_out_) return true;
  const std::size_t bytes = event->Footprint();
  if (kept_.emplace(*key, std::move(event)).second) bytes_ += bytes;
  CutToSize();
  return true;
}

std::optional<Relist::Key> Relist::KeyOf(const Event& event) const {
  if (!by_version_) {
    return Key{event.last_seen.time_since_epoch().count(), 0, event.resource_version + event.uid};
  }
  const std::optional<std::uint64_t> number = VersionNumber(event.resource_version);
  // Two events never have one version; if they do, none may push the other out.
  return number ? std::optional(Key{0, *number, event.uid}) : std::nullopt;
}

bool Relist::Wanted(const Event& event, const Key& key) const {
  if (range_.not_older_than && event.last_seen < *range_.not_older_than) return false;
  if (!handed_on_) return true;
  return by_version_ ? key.version > handed_on_->version : key > *handed_on_;
}

void Relist::CutToSize() {
  while (bytes_ > max_bytes_ && kept_.size() > 1) {
    const auto newest = std::prev(kept_.end());
    bytes_ -= newest->second->Footprint();
    left_out_ = newest->first;
    kept_.erase(newest);
  }
}

std::vector<Relist::Kept> Relist::TakeKept() {
  std::vector<Kept> kept;
  kept.reserve(kept_.size());
  if (!kept_.empty()) handed_on_ = kept_.rbegin()->first;
  for (auto& [key, event] : kept_) {
    std::string version = by_version_ ? event->resource_version : std::string();
    kept.push_back({std::move(event), std::move(version)});
  }
  kept_.clear();
  bytes_ = 0;
  return kept;
}

bool Relist::NextPass() {
  const bool again = left_out_.has_value();
  if (again) BeginPass();
  return again;
}

}  // namespace eventer
