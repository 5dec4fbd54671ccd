// How far the watches have been read.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "eventer/clock.h"

namespace eventer {

// Of each watch ("" = all namespaces, else one namespace): the resourceVersion of the last entry
// that was appended. Absent: nothing was.
using Position = std::map<std::string, std::string, std::less<>>;

// Of each watch: SourceEntry::as_of of the last appended entry that had one, to be stored with the
// position, in the same transaction. Absent: unknown.
using PositionTimes = std::map<std::string, WallTime, std::less<>>;

// What a start goes on from: all that was stored before.
struct StoredPosition {
  Position versions = {};
  PositionTimes times = {};
  // There was a store that cannot be read: of watches that have no version here nobody knows what
  // was appended.
  bool lost = false;
};

// resourceVersions of one resource type compare as integers (Kubernetes' own
// pkg/util/resourceversion); nullopt where one is not a number, then only equality is known.
inline std::optional<std::uint64_t> VersionNumber(std::string_view resource_version) {
  std::uint64_t number = 0;
  const char* end = resource_version.data() + resource_version.size();
  auto [rest, error] = std::from_chars(resource_version.data(), end, number);
  if (error != std::errc() || rest != end || resource_version.empty()) return std::nullopt;
  return number;
}

}  // namespace eventer
