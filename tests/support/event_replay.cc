#include "support/event_replay.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "eventer/time_format.h"

namespace eventer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRecent = 8;
constexpr std::uint64_t kUpdateEvery = 5;

std::string Hex(std::uint64_t number, int digits) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%0*llx", digits,
                static_cast<unsigned long long>(number));
  return text.data();
}

std::string Uid(std::uint64_t number) {
  return "5eed0000-0000-4000-8000-" + Hex(number & 0xffffffffffff, 12);
}

std::string Seconds(WallTime time) {
  return FormatRfc3339Nano(std::chrono::floor<std::chrono::seconds>(time));
}

// Wherever the recorded event has a time, it has now's.
void SetTimes(Json* event, WallTime now, bool first_too) {
  const auto set = [&](Json& object, const char* key, const std::string& value) {
    if (object.contains(key) && object[key].is_string()) object[key] = value;
  };
  if (first_too) {
    set((*event)["metadata"], "creationTimestamp", Seconds(now));
    set(*event, "firstTimestamp", Seconds(now));
    set(*event, "eventTime", FormatRfc3339Nano(now));
  }
  set(*event, "lastTimestamp", Seconds(now));
  if (event->contains("series") && (*event)["series"].is_object())
    set((*event)["series"], "lastObservedTime", FormatRfc3339Nano(now));
}

}  // namespace

EventReplay::EventReplay(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    Json line = Json::parse(lines.substr(0, end), nullptr, false);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.contains("object")) line = line["object"];  // a watch frame
    if (!line.contains("metadata") || !line["metadata"].contains("name")) continue;
    line["metadata"].erase("managedFields");
    recorded_.push_back(line.dump());
  }
  if (recorded_.empty()) throw std::invalid_argument("there are no events to replay");
}

std::string EventReplay::Fresh(std::size_t index, WallTime now) {
  Json event = Json::parse(recorded_[index]);
  Json& metadata = event["metadata"];
  const std::string name = metadata["name"];
  // <object>.<hex unix ns>, as the recorders make it.
  const auto ns = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count());
  metadata["name"] = name.substr(0, name.rfind('.')) + "." + Hex(ns + told_, 16);
  metadata["uid"] = Uid(ns / 1000 + told_);
  SetTimes(&event, now, true);
  if (event.contains("count")) event["count"] = 1;
  return event.dump();
}

std::string EventReplay::Updated(WallTime now) {
  Json event = Json::parse(recent_[told_ % recent_.size()]);
  const bool old_style = event.contains("lastTimestamp") && event["lastTimestamp"].is_string();
  if (old_style) {
    event["count"] = event.value("count", 1) + 1;
  } else {  // the new recorder counts in a series
    const Json series = event.value("series", Json());
    const int count = series.is_object() ? series.value("count", 1) : 1;
    event["series"] = {{"count", count + 1}, {"lastObservedTime", ""}};
  }
  SetTimes(&event, now, false);
  return event.dump();
}

FakeKubeApi::Prepared EventReplay::Next(WallTime now) {
  ++told_;
  const bool update = told_ % kUpdateEvery == 0 && !recent_.empty();
  const std::size_t place = told_ % kRecent;
  const std::size_t fresh = (told_ - told_ / kUpdateEvery - 1) % recorded_.size();
  const std::string text = update ? Updated(now) : Fresh(fresh, now);
  if (update) {
    recent_[told_ % recent_.size()] = text;
  } else if (recent_.size() < kRecent) {
    recent_.push_back(text);
  } else {
    recent_[place] = text;
  }
  return FakeKubeApi::Prepare(text);
}

FakeKubeApi::Prepared EventReplay::Load(std::uint64_t number, WallTime now, std::size_t bytes) {
  const std::string ns = "load-" + std::to_string(number % 5);
  const std::string pod = "pod-" + std::to_string(number % 1000);
  Json event;
  event["metadata"] = {{"name", "load." + Hex(number, 16)}, {"namespace", ns}};
  event["metadata"]["uid"] = Uid(number);
  event["metadata"]["creationTimestamp"] = Seconds(now);
  event["involvedObject"] = {{"kind", "Pod"}, {"namespace", ns}, {"name", pod}};
  event["involvedObject"]["uid"] = Uid(number % 1000 + (std::uint64_t{1} << 40));
  event["involvedObject"]["apiVersion"] = "v1";
  event["reason"] = number % 3 == 0 ? "BackOff" : "Pulled";
  event["message"] = "event " + std::to_string(number) + " ";
  event["source"] = {{"component", "kubelet"}, {"host", "node-" + std::to_string(number % 50)}};
  event["firstTimestamp"] = event["lastTimestamp"] = Seconds(now);
  event["count"] = 1;
  event["type"] = number % 3 == 0 ? "Warning" : "Normal";
  event["eventTime"] = nullptr;
  event["reportingComponent"] = "kubelet";
  event["reportingInstance"] = "";
  const std::size_t size = event.dump().size();
  if (size < bytes) {
    event["message"] = event["message"].get<std::string>() + std::string(bytes - size, 'x');
  }
  return FakeKubeApi::Prepare(event.dump());
}

}  // namespace eventer
