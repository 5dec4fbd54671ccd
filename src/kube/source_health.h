// Whether every watch is open, for SourceStats.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "core/stats.h"

namespace eventer {

// Thread-safe: each watch reports for itself. `connected` is true while every watch is open. A
// watch stays open in between where nothing is wrong with the API server: from a clean end to the
// next watch, while expired versions are listed, while it is held because there is no room.
class SourceHealth {
 public:
  // `namespaces` as of SourceEntry::watch.
  SourceHealth(SourceStats& stats, const std::vector<std::string>& namespaces);

  void Open(std::size_t watch);
  // `why`: one line, without secrets.
  void Lost(std::size_t watch, const std::string& why);

 private:
  struct Watch {
    std::string ns = {};
    bool open = false;
    std::string trouble = "not connected yet";
  };

  void Change(std::size_t watch, bool open, const std::string& trouble);
  // All open, and the first trouble there is.
  std::pair<bool, std::string> Summary() const;

  SourceStats& stats_;
  std::mutex mutex_;
  std::vector<Watch> watches_;
  std::uint64_t changes_ = 0;
};

}  // namespace eventer
