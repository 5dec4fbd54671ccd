// Reads a whole collection in passes of bounded memory, oldest version first.
//
// A pass reads all pages without handing anything on (the server keeps a list's snapshot for
// minutes only) and keeps the oldest events that fit. The caller hands those on, and another pass
// follows until nothing was left out. So order and memory hold however large the collection is,
// and whoever dies between two events goes on from the last version handed on.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/event_decoder.h"
#include "eventer/event.h"
#include "eventer/http_client.h"
#include "kube/kube_api.h"

namespace eventer {

// Pure logic; used by one thread.
class Relist {
 public:
  static constexpr int kPageLimit = 500;              // client-go tools/pager
  static constexpr std::size_t kPageBytes = 8 << 20;  // a larger page is asked for again, halved

  struct Range {
    std::optional<std::uint64_t> newer_than = {};  // versions; nullopt: all
    std::optional<WallTime> not_older_than = {};   // last_seen; nullopt: all
  };
  struct Kept {
    EventPtr event;
    // Where a watch may go on after it; empty if versions are no numbers and so have no order.
    std::string resume_version;
  };
  enum class Progress : char {
    kMore,     // ask for Query()
    kPass,     // the pass is complete: take TakeKept()
    kFailed,   // no list; ask for Query() again, later
    kExpired,  // the list's snapshot is gone: the same, and the pass begins again
  };

  // A pass keeps at most `max_bytes` of footprint, but at least one event.
  Relist(std::string ns, Range range, std::size_t max_bytes);

  KubeApi::ListQuery Query() const;
  // The answer to Query(). kFailed of a 2xx: `*error` says what is wrong with it.
  Progress Take(const HttpResponse& response, EventDecoder& decoder, std::string* error);

  // The version of the list that is being read; empty before its first page.
  const std::string& version() const { return version_; }
  // What the pass kept, in the order in which it is to be handed on.
  std::vector<Kept> TakeKept();
  // True: something was left out, and Query() begins the next pass.
  bool NextPass();

 private:
  // By version; or by time, and by the version's text among equals, if one is not a number.
  struct Key {
    std::int64_t time = 0;
    std::uint64_t version = 0;
    std::string text = {};
    auto operator<=>(const Key&) const = default;
  };

  void BeginPass();
  // False: asked for too much at once, and half of it would do.
  bool Fits(const HttpResponse& response);
  // False: not every version is a number; the pass must begin again.
  bool Add(EventPtr event);
  std::optional<Key> KeyOf(const Event& event) const;
  bool Wanted(const Event& event, const Key& key) const;
  void CutToSize();

  const std::string ns_;
  const Range range_;
  const std::size_t max_bytes_;
  int limit_ = kPageLimit;
  bool by_version_ = true;
  std::optional<Key> handed_on_;  // nothing up to here is wanted
  // Of this pass:
  std::string continue_token_, version_;
  std::map<Key, EventPtr> kept_;
  std::size_t bytes_ = 0;
  std::optional<Key> left_out_;  // the oldest one that did not fit: nothing newer is kept
};

}  // namespace eventer
