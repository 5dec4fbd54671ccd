#include "pipeline/disk_readers.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace eventer {
namespace {

CauseCounts Snapshot(const CauseCounters& counters) {
  CauseCounts counts{};
  std::copy(counters.begin(), counters.end(), counts.begin());
  return counts;
}

void CopyTotals(const SinkStats& from, SinkStats* to) {
  to->filtered = from.filtered.load();
  to->delivered = from.delivered.load();
  for (std::size_t i = 0; i < from.rejected.size(); ++i) {
    to->rejected[i] = from.rejected[i].load();
    to->dropped[i] = from.dropped[i].load();
  }
}

void SetTotals(const ReaderRow& row, SinkStats* stats) {
  stats->name = row.name;
  stats->filtered = row.filtered;
  stats->delivered = row.delivered;
  std::copy(row.rejected.begin(), row.rejected.end(), stats->rejected.begin());
  std::copy(row.dropped.begin(), row.dropped.end(), stats->dropped.begin());
}

}  // namespace

ReaderRow DiskReader::Row() const {
  const SinkStats& stats = books.stats();
  return {.id = id,
          .name = stats.name,
          .seen = seen,
          .open = open,
          .held = books.held(),
          .filtered = stats.filtered,
          .delivered = stats.delivered,
          .rejected = Snapshot(stats.rejected),
          .dropped = Snapshot(stats.dropped),
          .state = {},
          .gone_wall_us = gone_wall_us};
}

void DiskReaders::Load(std::vector<ReaderRow> rows) {
  const std::int64_t now = clock_.Wall().time_since_epoch().count();
  for (ReaderRow& row : rows) {
    SinkStats& stats = stats_.gone_sinks.emplace_back();
    SetTotals(row, &stats);
    DiskReader& reader = gone_.emplace_back(row.id, stats, EventFilter(), clock_.Steady());
    reader.seen = row.seen;
    reader.open = std::move(row.open);
    reader.state = std::move(row.state);
    reader.books.Restore(0, 0, row.held);
    const bool known = row.gone_wall_us > 0 && row.gone_wall_us <= now;
    reader.gone_wall_us = known ? row.gone_wall_us : now;
    reader.changed = !known;
    next_id_ = std::max(next_id_, row.id + 1);
  }
}

void DiskReaders::Restore(
    const std::function<void(const DiskReader&, std::uint64_t*, std::size_t*)>& count) {
  for (DiskReader& reader : gone_) {
    std::uint64_t waiting = 0;
    std::size_t backlog = 0;
    count(reader, &waiting, &backlog);
    reader.books.Restore(waiting, backlog, reader.books.held());
  }
}

ReaderId DiskReaders::Open(SinkStats& stats, EventFilter filter, std::uint64_t last) {
  RefuseMoreReaders(opened_.size());
  const auto known = std::find_if(gone_.begin(), gone_.end(), [&](const DiskReader& reader) {
    return reader.books.stats().name == stats.name;
  });
  const std::int64_t id = known == gone_.end() ? next_id_++ : known->id;
  DiskReader& reader = opened_.emplace_back(id, stats, std::move(filter), clock_.Steady());
  reader.seen = last;
  if (known != gone_.end()) {
    reader.seen = known->seen;
    reader.open = std::move(known->open);
    reader.state = std::move(known->state);
    CopyTotals(known->books.stats(), &stats);
    reader.books.Restore(known->books.waiting(), known->books.backlog(), known->books.held());
    stats_.gone_sinks.remove_if([&](const SinkStats& gone) { return gone.name == stats.name; });
    gone_.erase(known);
  }
  return static_cast<ReaderId>(opened_.size() - 1);
}

std::optional<ReaderId> DiskReaders::Find(const std::string& name) const {
  const auto known = std::find_if(opened_.begin(), opened_.end(), [&](const DiskReader& reader) {
    return reader.books.stats().name == name;
  });
  if (known == opened_.end()) return std::nullopt;
  return static_cast<ReaderId>(known - opened_.begin());
}

std::uint64_t DiskReaders::LastSeen() const {
  std::uint64_t last = 0;
  for (const DiskReader& reader : opened_) last = std::max(last, reader.seen);
  for (const DiskReader& reader : gone_) last = std::max(last, reader.seen);
  return last;
}

std::vector<std::list<DiskReader>::iterator> DiskReaders::Expired(bool all) {
  std::vector<std::list<DiskReader>::iterator> expired;
  if (gone_.empty()) return expired;
  const std::int64_t now = clock_.Wall().time_since_epoch().count();
  const std::int64_t kept = std::chrono::microseconds(kKept).count();
  for (auto reader = gone_.begin(); reader != gone_.end(); ++reader) {
    if (all || now - reader->gone_wall_us >= kept) expired.push_back(reader);
  }
  return expired;
}

void DiskReaders::Forget(std::list<DiskReader>::iterator reader) {
  const SinkStats& stats = reader->books.stats();
  const std::uint64_t left = stats.pending;
  reader->books.Abandoned();
  spdlog::warn("{}: is configured no more, {} events pending for it are dropped", stats.name, left);
  forgotten_.push_back(reader->id);
  gone_.erase(reader);
}

bool DiskReaders::changed() const {
  const auto is_changed = [](const DiskReader& reader) { return reader.changed; };
  return !forgotten_.empty() || std::any_of(opened_.begin(), opened_.end(), is_changed) ||
         std::any_of(gone_.begin(), gone_.end(), is_changed);
}

void DiskReaders::ChangeAll() {
  for (DiskReader& reader : opened_) reader.changed = reader.state_changed = true;
  for (DiskReader& reader : gone_) reader.changed = true;
}

void DiskReaders::Store(LogStore& store) const {
  for (std::int64_t id : forgotten_) store.DeleteReader(id);
  for (const DiskReader& reader : gone_) {
    if (reader.changed) store.PutReader(reader.Row());
  }
  for (const DiskReader& reader : opened_) {
    if (reader.changed) store.PutReader(reader.Row());
    if (reader.state_changed) store.PutState(reader.id, reader.state);
  }
}

void DiskReaders::Stored() {
  forgotten_.clear();
  for (DiskReader& reader : gone_) reader.changed = false;
  for (DiskReader& reader : opened_) reader.changed = reader.state_changed = false;
}

}  // namespace eventer
