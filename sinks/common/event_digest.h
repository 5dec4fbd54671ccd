// One text that tells many events.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_group.h"
#include "common/markdown.h"
#include "eventer/event.h"

namespace eventer {

// How a chat's lines look, and how many fit into a message.
struct LineStyle {
  std::size_t page_bytes;  // the lines with their ends
  Markup markup = kPlainText;
  std::string cluster;  // stands at the head of each page, if there is one
  std::string note;     // the same, behind the cluster
  TimeZone zone;        // of times
};

// One message of a digest.
struct DigestPage {
  std::vector<std::string> lines;
  std::vector<std::size_t> events;  // which of the events it tells
  bool warning = false;             // one of them is a Warning
};

// Of a text, in most lines.
inline constexpr std::size_t kGroupTextBytes = 300;

// "41 × BackOff · shop/web (Pod, Warning), 341 times from … to …, web-7cd9 and 12 more: text": the
// number of events that the line tells, how often they happened if that is more, when, to whom, and
// the newest text, cut to `text_bytes`. Times are in the style's zone.
std::string GroupLine(const LineStyle& style, const GroupKey& key, const EventGroup& group,
                      std::size_t text_bytes);

// Lays lines out on pages: a line that alone is too long is cut.
class PageMaker {
 public:
  explicit PageMaker(const LineStyle& style) : style_(style) {}

  // The page that it came on is the last of `pages`.
  void Add(std::string_view text);
  std::vector<DigestPage> pages;

 private:
  static constexpr std::size_t kClusterBytes = 100;

  void Turn();
  void AddHead();
  std::string ClusterLine() const;

  const LineStyle& style_;
  std::size_t used_ = 0, head_ = 0;  // bytes of the page, of its cluster's line
};

// Tells each of `events` exactly once, grouped by namespace, kind, workload and reason: Warnings
// first, then the largest groups, at the end the totals. The same events give the same pages.
std::vector<DigestPage> ComposeDigest(std::span<const EventPtr> events, const LineStyle& style);
// The events of `page`, two at least, on smaller pages: the first half of them, then the others.
// Totals are left out.
std::vector<DigestPage> SplitPage(std::span<const EventPtr> events, const DigestPage& page,
                                  const LineStyle& style);

}  // namespace eventer
