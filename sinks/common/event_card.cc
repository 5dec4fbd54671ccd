#include "common/event_card.h"

#include <algorithm>
#include <utility>

#include "common/event_group.h"
#include "common/time_zone_option.h"
#include "eventer/percent.h"
#include "eventer/text.h"

namespace eventer {
namespace {

constexpr TemplateOption::Names kTemplateOptions = {
    .config_map = "template_configmap",
    .config_map_namespace = "template_configmap_namespace",
    .file = "template_file"};

std::optional<EventTemplate> ReadLink(SinkUri& uri) {
  const std::optional<std::string> text = uri.Get("link");
  if (!text) return std::nullopt;
  auto parsed = EventTemplate::Parse("link", *text, EventTemplate::Escaping::kNone);
  if (const auto* error = std::get_if<TemplateError>(&parsed)) {
    uri.Fail("link",
             "is no template: " + error->text + " (column " + std::to_string(error->column) + ")");
  }
  return std::move(std::get<EventTemplate>(parsed));
}

// What would end an address inside of markdown, or is none of its characters.
std::string SafeAddress(std::string_view address) {
  std::string safe;
  for (const char c : address) {
    const bool bad = static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
                     std::string_view("()<>\"\\`").find(c) != std::string_view::npos;
    safe += bad ? PercentEncode(std::string_view(&c, 1)) : std::string(1, c);
  }
  return safe;
}

std::string ObjectName(const Event& event) {
  const std::string& ns = event.ObjectNamespace();
  return (ns.empty() ? "" : ns + "/") + event.involved_object.name;
}

}  // namespace

std::string TimesInWords(const Event& event, WallTime now, const TimeZone& zone) {
  const std::string last = TimeBeside(event.last_seen, now, zone);
  if (event.count <= 1) return "once, " + last;
  const std::optional<WallTime> begun = BegunAt(event);
  return std::to_string(event.count) + " times" +
         (begun ? " in " + SpanInWords(event.last_seen - *begun) : "") + ", last " + last;
}

CardWriter::CardWriter(SinkUri& uri, const SinkContext& context, std::string cluster,
                       const Markup& markup)
    : clock_(context.clock),
      cluster_(std::move(cluster)),
      zone_(ReadTimeZone(uri)),
      markup_(markup),
      template_(uri, context, kTemplateOptions, EventTemplate::Escaping::kNone, ""),
      link_(ReadLink(uri)) {
  if (template_.given() && !cluster_.empty()) {
    uri.Warn("the template is the whole text of an event: the cluster's name is not in it");
  }
}

std::variant<EventCard, EventOutcome> CardWriter::Write(const Event& event, std::stop_token stop) {
  if (auto missing = template_.Update(std::move(stop))) return *std::move(missing);
  EventCard card;
  card.title = std::string(event.type == "Warning" ? "⚠ " : "") + OneLine(event.reason, 100) +
               " · " + OneLine(ObjectName(event), 300);
  if (link_) {
    // A link that fails is none: the event is told all the same.
    const RenderResult link = link_->Render(event);
    if (link.ok) card.link = SafeAddress(link.text);
  }
  if (!template_.given()) {
    card.text = Text(event);
    return card;
  }
  RenderResult text = template_.Template().Render(event);
  if (!text.ok) return EventOutcome{Outcome::kRejected, Cause::kTemplate, OneLine(text.text, 300)};
  card.text = std::move(text.text);
  return card;
}

std::string CardWriter::Line(std::string_view name, const std::string& value) const {
  if (value.empty()) return {};
  return (std::string(name) + ": ")
      .append(Marked(markup_.strong, markup_.escape(OneLine(value, 1000))))
      .append(markup_.line_end);
}

std::string CardWriter::Quote(const std::string& message) const {
  std::string quote(markup_.quote);
  for (std::size_t begin = 0; begin <= message.size();) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    if (begin > 0) quote += markup_.quote_break;
    quote += markup_.escape(std::string_view(message).substr(begin, end - begin));
    begin = end + 1;
  }
  return quote;
}

std::string CardWriter::Text(const Event& event) const {
  const EventSourceInfo& source = event.source;
  const std::string both = source.component.empty() || source.host.empty() ? "" : ", ";
  return Line("Cluster", cluster_) + Line("Namespace", event.ObjectNamespace()) +
         Line("Object", event.involved_object.kind + "/" + event.involved_object.name) +
         Line("Reason", event.reason) + Line("When", TimesInWords(event, clock_.Wall(), zone_)) +
         Line("Source", source.component + both + source.host) + Quote(event.message);
}

}  // namespace eventer
