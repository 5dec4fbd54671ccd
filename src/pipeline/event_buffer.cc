#include "pipeline/event_buffer.h"

#include <utility>

namespace eventer {
namespace {

std::size_t Bytes(const SourceEntry& entry) {
  return sizeof(entry) + entry.watch.capacity() + entry.resource_version.capacity() +
         (entry.event ? entry.event->Footprint() : 0);
}

}  // namespace

EventBuffer::EventBuffer(Clock& clock, Stats& stats) : clock_(clock), stats_(stats) {}

bool EventBuffer::Push(SourceEntry& entry, Duration patience, std::stop_token stop) {
  const std::size_t bytes = Bytes(entry);
  std::unique_lock lock(mutex_);
  if (!clock_.WaitUntil(lock, drained_, std::move(stop), clock_.Steady() + patience,
                        [&] { return HasRoom(bytes); })) {
    return false;
  }
  entries_.push_back(std::move(entry));
  bytes_ += bytes;
  Publish();
  if (HalfFull()) half_full_.notify_all();
  return true;
}

std::vector<SourceEntry> EventBuffer::Drain() {
  std::lock_guard lock(mutex_);
  bytes_ = 0;
  std::vector<SourceEntry> drained = std::exchange(entries_, {});
  Publish();
  drained_.notify_all();
  return drained;
}

bool EventBuffer::WaitHalfFull(SteadyTime deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  return clock_.WaitUntil(lock, half_full_, std::move(stop), deadline, [&] { return HalfFull(); });
}

bool EventBuffer::HasRoom(std::size_t bytes) const {
  return entries_.empty() || (entries_.size() < kMaxEntries && bytes_ + bytes <= kMaxBytes);
}

bool EventBuffer::HalfFull() const {
  return entries_.size() >= kMaxEntries / 2 || bytes_ >= kMaxBytes / 2;
}

void EventBuffer::Publish() {
  stats_.buffer_entries = entries_.size();
  stats_.buffer_bytes = bytes_;
}

}  // namespace eventer
