#include "support/fake_kube_api.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/fake_kube_status.h"

namespace eventer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kHole = "@resourceVersion@";
constexpr std::size_t kChunkBytes = 64 << 10;

// `metadata` with a hole for the version where the API server writes it.
Json WithHole(const Json& metadata) {
  Json result;
  for (const char* first : {"name", "namespace", "uid"}) {
    if (metadata.contains(first)) result[first] = metadata[first];
  }
  if (!result.contains("namespace")) result["namespace"] = "default";
  if (!result.contains("uid")) {
    const std::size_t hash = std::hash<std::string>()(result.dump());
    result["uid"] = "00000000-0000-4000-8000-" + std::to_string(hash).substr(0, 12);
  }
  result["resourceVersion"] = kHole;
  for (const auto& [key, value] : metadata.items()) {
    if (!result.contains(key)) result[key] = value;
  }
  return result;
}

// Items of a list have no kind and apiVersion, objects of a watch do.
std::string WatchObject(const std::string& item) {
  return R"({"kind":"Event","apiVersion":"v1",)" + item.substr(1);
}

}  // namespace

FakeKubeApi::Prepared FakeKubeApi::Prepare(std::string_view event_json) {
  Json event = Json::parse(event_json);
  if (!event.contains("metadata") || !event["metadata"].contains("name")) {
    throw std::invalid_argument("an event needs metadata.name");
  }
  event.erase("kind");
  event.erase("apiVersion");
  event["metadata"] = WithHole(event["metadata"]);
  const std::string text = event.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::size_t hole = text.find(kHole);
  return {event["metadata"]["namespace"], event["metadata"]["name"], text.substr(0, hole),
          text.substr(hole + kHole.size())};
}

std::string FakeKubeApi::VersionText(std::uint64_t version) const {
  return numberless_ ? "v" + std::to_string(version) + "x" : std::to_string(version);
}

std::uint64_t FakeKubeApi::Record(const Key& key, const char* type,
                                  std::shared_ptr<const std::string> item) {
  const bool deleted = std::string_view(type) == "DELETED";
  objects_[key].push_back({version_, deleted ? nullptr : item});
  history_.push_back({version_, type, key.first, std::move(item)});
  changed_.notify_all();
  return version_;
}

std::uint64_t FakeKubeApi::Put(const Prepared& event) {
  std::lock_guard lock(mutex_);
  const Key key(event.ns, event.name);
  const auto found = objects_.find(key);
  const bool there = found != objects_.end() && found->second.back().item;
  ++version_;
  if (!there) ++stored_;
  std::string item;
  item.reserve(event.head.size() + event.tail.size() + 20);
  item.append(event.head).append(VersionText(version_)).append(event.tail);
  return Record(key, there ? "MODIFIED" : "ADDED",
                std::make_shared<const std::string>(std::move(item)));
}

std::uint64_t FakeKubeApi::Delete(const std::string& ns, const std::string& name) {
  std::lock_guard lock(mutex_);
  return DeleteLocked({ns, name});
}

std::uint64_t FakeKubeApi::DeleteLocked(const Key& key) {
  const auto found = objects_.find(key);
  if (found == objects_.end() || !found->second.back().item) return 0;
  // The last state, with the version of the deletion.
  const Revision last = found->second.back();
  std::string item = *last.item;
  const std::string old = "\"resourceVersion\":\"" + VersionText(last.version) + "\"";
  ++version_;
  --stored_;
  item.replace(item.find(old), old.size(), "\"resourceVersion\":\"" + VersionText(version_) + "\"");
  return Record(key, "DELETED", std::make_shared<const std::string>(std::move(item)));
}

void FakeKubeApi::DeleteOldest(std::size_t count) {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::uint64_t, Key>> live;
  for (const auto& [key, revisions] : objects_) {
    if (revisions.back().item) live.emplace_back(revisions.back().version, key);
  }
  std::sort(live.begin(), live.end());
  live.resize(std::min(count, live.size()));
  for (const auto& [version, key] : live) DeleteLocked(key);
}

void FakeKubeApi::PassVersions(std::uint64_t count) {
  std::lock_guard lock(mutex_);
  version_ += count;
}

void FakeKubeApi::PutConfigMap(const std::string& ns, const std::string& name, std::string json) {
  std::lock_guard lock(mutex_);
  config_maps_[{ns, name}] = std::move(json);
}

std::uint64_t FakeKubeApi::version() const {
  std::lock_guard lock(mutex_);
  return version_;
}

std::size_t FakeKubeApi::stored() const {
  std::lock_guard lock(mutex_);
  return stored_;
}

void FakeKubeApi::Compact(std::uint64_t version) {
  std::lock_guard lock(mutex_);
  compacted_ = std::min(version, version_);
  while (!history_.empty() && history_.front().version < version) {
    history_.pop_front();
    ++history_begin_;
  }
  for (auto object = objects_.begin(); object != objects_.end();) {
    auto& revisions = object->second;
    while (revisions.size() > 1 && revisions[1].version <= version) {
      revisions.erase(revisions.begin());
    }
    const bool gone = !revisions.back().item && revisions.back().version < version;
    object = gone ? objects_.erase(object) : std::next(object);
  }
}

void FakeKubeApi::Restore(std::uint64_t version) {
  std::lock_guard lock(mutex_);
  version_ = version;
  while (!history_.empty() && history_.back().version > version) history_.pop_back();
  stored_ = 0;
  for (auto object = objects_.begin(); object != objects_.end();) {
    auto& revisions = object->second;
    while (!revisions.empty() && revisions.back().version > version) revisions.pop_back();
    if (!revisions.empty() && revisions.back().item) ++stored_;
    object = revisions.empty() ? objects_.erase(object) : std::next(object);
  }
  ++broken_;
  changed_.notify_all();
}

void FakeKubeApi::SendLine(const std::string& line) {
  std::lock_guard lock(mutex_);
  history_.push_back({version_, nullptr, {}, std::make_shared<const std::string>(line + "\n")});
  changed_.notify_all();
}

bool FakeKubeApi::Wanted(const Watch& watch, const Change& change) const {
  if (!change.type) return true;
  return change.version > watch.after && (watch.ns.empty() || watch.ns == change.ns);
}

bool FakeKubeApi::Readable(const Watch& watch) const {
  if (down_ || watch.broken != broken_) return true;
  if (silent_) return false;
  return !watch.pending.empty() || watch.ends_after_pending || watch.ended != ended_ ||
         watch.next < history_begin_ + history_.size();
}

FakeKubeApi::Chunk FakeKubeApi::Read(Watch& watch, Clock& clock, SteadyTime deadline,
                                     std::stop_token stop) {
  std::unique_lock lock(mutex_);
  clock.WaitUntil(lock, changed_, stop, deadline, [&] { return Readable(watch); });
  return Readable(watch) && !stop.stop_requested() ? TakeChunk(watch) : Chunk{};
}

// Until the chunk is full, all is told, or the watch ends before its time.
void FakeKubeApi::TakeFrames(Watch& watch, Chunk& chunk) {
  const std::string expired = FakeFrame(
      "ERROR",
      FakeStatusText({.code = 410, .message = kFakeWatchExpired, .reason = FakeReason(410)}));
  if (watch.next < history_begin_) {  // too slow: etcd has forgotten what would come now
    chunk.bytes += expired;
    chunk.end = End::kClean;
  }
  while (chunk.end == End::kOpen && chunk.bytes.size() < kChunkBytes &&
         watch.next < history_begin_ + history_.size()) {
    const Change& change = history_[watch.next++ - history_begin_];
    if (!Wanted(watch, change)) continue;
    const std::string frame =
        change.type ? FakeFrame(change.type, WatchObject(*change.item)) : *change.item;
    const bool last = watch.frames_left > 0 && --watch.frames_left == 0;
    chunk.bytes += last && watch.cut_then ? frame.substr(0, frame.size() / 2) : frame;
    if (last && !watch.cut_then) chunk.bytes += expired;
    if (last) chunk.end = watch.cut_then ? End::kBroken : End::kClean;
  }
}

FakeKubeApi::Chunk FakeKubeApi::TakeChunk(Watch& watch) {
  Chunk chunk;
  if (down_ || watch.broken != broken_) return {.end = End::kBroken};
  chunk.bytes = std::exchange(watch.pending, "");
  if (!watch.ends_after_pending) TakeFrames(watch, chunk);
  if (chunk.end != End::kOpen) return chunk;
  const bool all = watch.next == history_begin_ + history_.size();
  if (watch.ends_after_pending || (all && watch.ended != ended_)) chunk.end = End::kClean;
  if (watch.bytes_left && chunk.bytes.size() >= *watch.bytes_left) {
    chunk.bytes.resize(*watch.bytes_left);
    chunk.end = End::kBroken;
  } else if (watch.bytes_left) {
    *watch.bytes_left -= chunk.bytes.size();
  }
  return chunk;
}

}  // namespace eventer
