#include "common/event_digest.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "eventer/text.h"

namespace eventer {
namespace {

// Where there are many groups each is told in fewer words.
constexpr std::size_t kShortTextBytes = 120, kManyGroups = 20;

struct Listed {
  GroupKey key;
  EventGroup group;
  std::vector<std::size_t> events;  // in order
};

std::vector<Listed> GroupsOf(std::span<const EventPtr> events) {
  std::map<GroupKey, std::size_t> places;
  std::vector<Listed> groups;
  for (std::size_t i = 0; i < events.size(); ++i) {
    GroupKey key = GroupKeyOf(*events[i]);
    const auto [place, fresh] = places.try_emplace(key, groups.size());
    if (fresh) groups.push_back({std::move(key), EventGroup(), {}});
    groups[place->second].group.Add(*events[i]);
    groups[place->second].events.push_back(i);
  }
  for (Listed& listed : groups) listed.group.SetText(*events[listed.events.back()]);
  std::ranges::stable_sort(groups, [](const Listed& a, const Listed& b) {
    return std::tie(b.group.warning, b.group.events, b.group.times) <
           std::tie(a.group.warning, a.group.events, a.group.times);
  });
  return groups;
}

std::string Totals(std::span<const EventPtr> events, std::size_t groups) {
  const auto warnings =
      std::ranges::count_if(events, [](const auto& event) { return event->type == "Warning"; });
  return "In all " + std::to_string(events.size()) + " events" +
         (warnings > 0 ? ", " + std::to_string(warnings) + " of them Warnings," : "") + " in " +
         std::to_string(groups) + (groups == 1 ? " group." : " groups.");
}

void AddGroups(PageMaker& maker, const std::vector<Listed>& groups, const LineStyle& style) {
  const std::size_t text = groups.size() > kManyGroups ? kShortTextBytes : kGroupTextBytes;
  for (const Listed& listed : groups) {
    maker.Add(GroupLine(style, listed.key, listed.group, text));
    DigestPage& page = maker.pages.back();
    page.events.insert(page.events.end(), listed.events.begin(), listed.events.end());
    page.warning |= listed.group.warning;
  }
}

}  // namespace

std::string GroupLine(const LineStyle& style, const GroupKey& key, const EventGroup& group,
                      std::size_t text_bytes) {
  const Markup& markup = style.markup;
  const auto shown = [&](std::string_view text) { return markup.escape(text); };
  std::string line =
      std::to_string(group.events) + " × " +
      Marked(group.warning ? markup.warning : markup.strong, shown(OneLine(key.reason, 100))) +
      " · " + shown(SubjectOf(key, group.warning));
  if (group.times > static_cast<std::int64_t>(group.events)) {
    line += ", " + std::to_string(group.times) + " times";
  }
  line += " " + group.SpanText(style.zone);
  const bool alone = group.names.size() == 1 && group.objects.front() == key.workload;
  if (!alone) line += ", " + shown(group.ObjectsText());
  return line + ": " + shown(OneLine(group.text, text_bytes));
}

void PageMaker::Add(std::string_view text) {
  constexpr std::size_t kMark = 3;  // "…"
  const std::size_t end = style_.markup.line_end.size();
  if (pages.empty()) Turn();
  std::string line = OneLine(text, style_.page_bytes - head_ - kMark - end);
  if (used_ > head_ && used_ + line.size() + end > style_.page_bytes) Turn();
  used_ += line.size() + end;
  pages.back().lines.push_back(std::move(line));
}

void PageMaker::Turn() {
  pages.emplace_back();
  used_ = head_ = 0;
  AddHead();
}

// What every page says.
void PageMaker::AddHead() {
  const std::size_t end = style_.markup.line_end.size();
  std::vector<std::string>& lines = pages.back().lines;
  if (!style_.note.empty()) lines.push_back(style_.note);
  if (!style_.cluster.empty()) lines.insert(lines.begin(), ClusterLine());
  for (const std::string& line : lines) used_ += line.size() + end;
  head_ = used_;
}

std::string PageMaker::ClusterLine() const {
  const std::string cluster = OneLine(style_.cluster, kClusterBytes);
  return "Cluster: " + Marked(style_.markup.strong, style_.markup.escape(cluster));
}

std::vector<DigestPage> ComposeDigest(std::span<const EventPtr> events, const LineStyle& style) {
  const std::vector<Listed> groups = GroupsOf(events);
  PageMaker maker(style);
  AddGroups(maker, groups, style);
  maker.Add(Totals(events, groups.size()));
  return std::move(maker.pages);
}

std::vector<DigestPage> SplitPage(std::span<const EventPtr> events, const DigestPage& page,
                                  const LineStyle& style) {
  const std::span<const std::size_t> all = page.events;
  const std::size_t half = all.size() / 2;
  std::vector<DigestPage> pages;
  for (const auto& places : {all.first(half), all.subspan(half)}) {
    std::vector<EventPtr> part;
    for (const std::size_t place : places) part.push_back(events[place]);
    PageMaker maker(style);
    AddGroups(maker, GroupsOf(part), style);
    for (DigestPage& made : maker.pages) {
      for (std::size_t& event : made.events) event = places[event];
      pages.push_back(std::move(made));
    }
  }
  return pages;
}

}  // namespace eventer
