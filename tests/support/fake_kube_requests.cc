// FakeKubeApi: requests, and the faults that tests ask for.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "support/fake_kube_api.h"
#include "support/fake_kube_status.h"

namespace eventer {
namespace {

constexpr std::size_t kMaxTargets = 1000;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 0;
}

std::string PercentDecode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

// Also of "v1000x".
std::uint64_t Number(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::string> Split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end > 0) parts.push_back(PercentDecode(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// Where a list goes on. The real one is base64 of {"v":…,"rv":…,"start":…}.
std::string ContinueToken(std::uint64_t version, const std::string& ns, const std::string& name) {
  return "rv=" + std::to_string(version) + "&start=" + ns + "/" + name;
}

FakeKubeApi::Answer StatusAnswer(const FakeStatus& status, HttpHeaders headers = {}) {
  headers.emplace_back("Content-Type", "application/json");
  return {
      .status = status.code, .headers = std::move(headers), .body = FakeStatusText(status) + "\n"};
}

FakeKubeApi::Answer JsonAnswer(std::string body) {
  return {
      .status = 200, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

}  // namespace

FakeKubeApi::Query FakeKubeApi::ParseQuery(std::string_view parameters, std::string ns) {
  Query query;
  query.ns = std::move(ns);
  for (std::string_view rest = parameters; !rest.empty();) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::string_view name = pair.substr(0, pair.find('='));
    const std::string value = PercentDecode(pair.substr(std::min(name.size() + 1, pair.size())));
    if (name == "watch") query.watch = value == "true" || value == "1";
    if (name == "resourceVersion") query.resource_version = value;
    if (name == "continue") query.continue_token = value;
    if (name == "limit") query.limit = Number(value);
    if (name == "timeoutSeconds") query.timeout_seconds = static_cast<int>(Number(value));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return query;
}

std::optional<FakeKubeApi::Answer> FakeKubeApi::Handle(std::string_view method,
                                                       std::string_view target,
                                                       std::string_view authorization) {
  std::lock_guard lock(mutex_);
  if (down_) return std::nullopt;
  targets_.emplace_back(target);
  if (targets_.size() > kMaxTargets) targets_.pop_front();
  changed_.notify_all();
  if (!token_.empty() && authorization != "Bearer " + token_) {
    return StatusAnswer({.code = 401, .message = "Unauthorized", .reason = FakeReason(401)});
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::vector<std::string> path = Split(target.substr(0, mark), '/');
  const bool core = path.size() >= 3 && path[0] == "api" && path[1] == "v1" && method == "GET";
  const bool one_namespace = core && path[2] == "namespaces" && path.size() >= 5;
  if (one_namespace && path[4] == "configmaps" && path.size() == 6) {
    return GetConfigMap({path[3], path[5]});
  }
  const bool events = core && (path[2] == "events" || (one_namespace && path[4] == "events"));
  if (!events) {
    return StatusAnswer({.code = 404,
                         .message = "the server could not find the requested resource",
                         .reason = FakeReason(404)});
  }
  const Query query = ParseQuery(target.substr(std::min(mark + 1, target.size())),
                                 one_namespace ? path[3] : std::string());
  ++(query.watch ? counts_.watches : counts_.lists);
  if (auto fault = TakeFault(query)) return fault;
  return query.watch ? OpenWatch(query) : List(query);
}

FakeKubeApi::Answer FakeKubeApi::GetConfigMap(const Key& key) const {
  const auto found = config_maps_.find(key);
  if (found != config_maps_.end()) return JsonAnswer(found->second + "\n");
  const std::string message = "configmaps \"" + key.second + "\" not found";
  return StatusAnswer({.code = 404,
                       .message = message,
                       .reason = FakeReason(404),
                       .details_name = key.second,
                       .details_kind = "configmaps"});
}

std::optional<FakeKubeApi::Answer> FakeKubeApi::TakeFault(const Query& query) {
  if (forbidden_) {
    return StatusAnswer({.code = 403,
                         .message = R"(events is forbidden: User "system:anonymous" cannot list )"
                                    R"(resource "events" in API group "" at the cluster scope)",
                         .reason = FakeReason(403),
                         .details_kind = "events"});
  }
  const auto fault = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& candidate) {
    return candidate.call == Call::kAny || (candidate.call == Call::kWatch) == query.watch;
  });
  if (fault == faults_.end()) return std::nullopt;
  const Fault taken = *fault;
  faults_.erase(fault);
  const FakeStatus status{.code = taken.status,
                          .message = taken.message,
                          .reason = FakeReason(taken.status),
                          .retry_after_seconds = taken.retry_after_seconds};
  if (!taken.in_stream && !taken.mute) return StatusAnswer(status, taken.headers);
  Answer answer = JsonAnswer("");
  answer.watch = std::make_shared<Watch>();
  answer.watch->broken = broken_;
  answer.watch->ended = ended_;
  if (taken.mute) {
    answer.watch->next = SIZE_MAX;
    return answer;
  }
  answer.watch->pending = FakeFrame("ERROR", FakeStatusText(status));
  answer.watch->ends_after_pending = true;
  return answer;
}

FakeKubeApi::Answer FakeKubeApi::List(const Query& query) {
  std::uint64_t version = version_;
  Key start;
  if (!query.continue_token.empty()) {
    const std::string& token = query.continue_token;
    version = Number(std::string_view(token).substr(3));
    const std::string from = token.substr(token.find("&start=") + 7);
    start = {from.substr(0, from.find('/')), from.substr(from.find('/') + 1)};
  }
  if (version < compacted_) {
    const std::string token = ContinueToken(version_, start.first, start.second);
    return StatusAnswer({.code = 410,
                         .message = kFakeListExpired,
                         .reason = FakeReason(410),
                         .continue_token = token});
  }
  std::string items, token;
  std::size_t taken = 0, remaining = 0;
  for (auto object = objects_.lower_bound(start); object != objects_.end(); ++object) {
    if (!query.ns.empty() && object->first.first != query.ns) continue;
    const Revision* shown = nullptr;
    for (const Revision& revision : object->second) {
      if (revision.version <= version) shown = &revision;
    }
    if (!shown || !shown->item) continue;
    if (query.limit == 0 || taken < query.limit) {
      items.append(taken++ == 0 ? "" : ",").append(*shown->item);
    } else if (remaining++ == 0) {
      token = ContinueToken(version, object->first.first, object->first.second);
    }
  }
  std::string more;
  if (remaining > 0) {
    more = ",\"continue\":" + nlohmann::json(token).dump() +
           ",\"remainingItemCount\":" + std::to_string(remaining);
  }
  return JsonAnswer(R"({"kind":"EventList","apiVersion":"v1","metadata":{"resourceVersion":")" +
                    VersionText(version) + "\"" + more + "},\"items\":[" + items + "]}\n");
}

FakeKubeApi::Answer FakeKubeApi::OpenWatch(const Query& query) {
  Answer answer = JsonAnswer("");
  auto watch = std::make_shared<Watch>();
  watch->ns = query.ns;
  watch->timeout_seconds = query.timeout_seconds;
  watch->broken = broken_;
  watch->ended = ended_;
  watch->bytes_left = std::exchange(cut_next_, std::nullopt);
  watch->frames_left = frames_of_each_;
  watch->cut_then = cut_each_;
  watch->after = Number(query.resource_version);
  if (watch->after == 0) {
    AddInitialFrames(watch.get());
  } else if (watch->after + 1 < compacted_) {
    const FakeStatus expired{.code = 410, .message = kFakeWatchExpired, .reason = FakeReason(410)};
    if (by_status_) return StatusAnswer(expired);
    watch->pending = FakeFrame("ERROR", FakeStatusText(expired));
    watch->ends_after_pending = true;
  }
  const auto first = std::upper_bound(
      history_.begin(), history_.end(), watch->after,
      [](std::uint64_t after, const Change& change) { return after < change.version; });
  watch->next = history_begin_ + static_cast<std::size_t>(first - history_.begin());
  std::erase_if(open_, [](const auto& open) { return open.expired(); });
  open_.push_back(watch);
  answer.watch = std::move(watch);
  return answer;
}

void FakeKubeApi::AddInitialFrames(Watch* watch) const {
  watch->after = version_;
  for (const auto& [key, revisions] : objects_) {
    if (!revisions.back().item || (!watch->ns.empty() && watch->ns != key.first)) continue;
    const std::string& item = *revisions.back().item;
    watch->pending += FakeFrame("ADDED", R"({"kind":"Event","apiVersion":"v1",)" + item.substr(1));
  }
}

void FakeKubeApi::Refuse(const Fault& fault, int count) {
  std::lock_guard lock(mutex_);
  faults_.insert(faults_.end(), static_cast<std::size_t>(count), fault);
}

void FakeKubeApi::Expire410ByStatus(bool by_status) {
  std::lock_guard lock(mutex_);
  by_status_ = by_status;
}

void FakeKubeApi::RequireToken(std::string token) {
  std::lock_guard lock(mutex_);
  token_ = std::move(token);
}

void FakeKubeApi::Forbid(bool forbidden) {
  std::lock_guard lock(mutex_);
  forbidden_ = forbidden;
}

void FakeKubeApi::Down(bool down) {
  std::lock_guard lock(mutex_);
  down_ = down;
  if (down) ++broken_;
  changed_.notify_all();
}

void FakeKubeApi::Silence(bool silent) {
  std::lock_guard lock(mutex_);
  silent_ = silent;
  changed_.notify_all();
}

bool FakeKubeApi::silent() const {
  std::lock_guard lock(mutex_);
  return silent_;
}

void FakeKubeApi::BreakWatches() {
  std::lock_guard lock(mutex_);
  ++broken_;
  changed_.notify_all();
}

void FakeKubeApi::EndWatches() {
  std::lock_guard lock(mutex_);
  ++ended_;
  changed_.notify_all();
}

void FakeKubeApi::CutNextWatchAfter(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  cut_next_ = bytes;
}

void FakeKubeApi::CutEachWatch(std::size_t frames) {
  std::lock_guard lock(mutex_);
  frames_of_each_ = frames;
  cut_each_ = true;
}

void FakeKubeApi::ExpireEachWatch(std::size_t frames) {
  std::lock_guard lock(mutex_);
  frames_of_each_ = frames;
  cut_each_ = false;
}

void FakeKubeApi::NumberlessVersions(bool numberless) {
  std::lock_guard lock(mutex_);
  numberless_ = numberless;
}

FakeKubeApi::Counts FakeKubeApi::counts() const {
  std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.open_watches = static_cast<int>(
      std::count_if(open_.begin(), open_.end(), [](const auto& open) { return !open.expired(); }));
  return counts;
}

std::vector<std::string> FakeKubeApi::targets() const {
  std::lock_guard lock(mutex_);
  return {targets_.begin(), targets_.end()};
}

bool FakeKubeApi::AwaitWatches(int count, std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  return changed_.wait(lock, stop, [&] { return counts_.watches >= count; });
}

}  // namespace eventer
