#include "elasticsearch/bulk_body.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "eventer/time_format.h"

namespace eventer {
namespace {

bool NeedsNoEscape(char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; }

void AppendString(std::string_view text, std::string* body) {
  if (std::all_of(text.begin(), text.end(), NeedsNoEscape)) {
    body->append("\"").append(text).append("\"");
    return;
  }
  *body += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void AppendMember(std::string_view name, std::string_view text, std::string* body) {
  body->append(",\"").append(name).append("\":").append(text);
}

// A member as the API server wrote it, left out if it is missing, null or empty.
void AppendIfSet(std::string_view name, std::string_view text, std::string* body) {
  if (!text.empty() && text != "\"\"" && text != "{}") AppendMember(name, text, body);
}

std::string_view OrElse(std::string_view text, std::string_view otherwise) {
  return text.empty() ? otherwise : text;
}

}  // namespace

std::string IndexOf(const BulkStyle& style, const Event& event) {
  if (!style.data_stream.empty()) return style.data_stream;
  std::string index = style.index + "-";
  if (style.use_namespace && !event.ns.empty()) index += event.ns + "-";
  return index + FormatIndexDate(event.last_seen);
}

void BulkBody::Append(const Event& event, std::string* body) {
  AppendAction(event, body);
  AppendDocument(event, body);
}

void BulkBody::AppendAction(const Event& event, std::string* body) const {
  *body += R"({"create":{"_index":)";
  AppendString(IndexOf(style_, event), body);
  *body += R"(,"_id":)";
  AppendString(event.VersionId(), body);  // stored once, however often it is sent
  if (style_.type) *body += R"(,"_type":"events")";
  if (!style_.pipeline.empty()) {
    *body += R"(,"pipeline":)";
    AppendString(style_.pipeline, body);
  }
  *body += "}}\n";
}

void BulkBody::AppendDocument(const Event& event, std::string* body) {
  members_.Read(event.json);
  const std::string last = "\"" + FormatRfc3339Nano(event.last_seen) + "\"";
  *body += "{\"Count\":" + std::to_string(event.count);
  AppendMember("Metadata", OrElse(members_.Text("metadata"), "{}"), body);
  AppendMember("InvolvedObject", OrElse(members_.Text("involvedObject"), "{}"), body);
  AppendMember("Source", OrElse(members_.Text("source"), "{}"), body);
  AppendMember("FirstOccurrenceTimestamp", "\"" + FormatRfc3339Nano(event.first_seen) + "\"", body);
  AppendMember("LastOccurrenceTimestamp", last, body);
  AppendMember("Message", OrElse(members_.Text("message"), "\"\""), body);
  AppendMember("Reason", OrElse(members_.Text("reason"), "\"\""), body);
  AppendMember("Type", OrElse(members_.Text("type"), "\"\""), body);
  AppendTags(event, body);
  AppendMember("@timestamp", last, body);
  AppendIfSet("EventTime", members_.Text("eventTime"), body);
  AppendIfSet("Series", members_.Text("series"), body);
  AppendIfSet("Action", members_.Text("action"), body);
  AppendIfSet("Related", members_.Text("related"), body);
  AppendIfSet("ReportingComponent", members_.Text("reportingComponent"), body);
  AppendIfSet("ReportingInstance", members_.Text("reportingInstance"), body);
  *body += "}\n";
}

void BulkBody::AppendTags(const Event& event, std::string* body) const {
  *body += R"(,"EventTags":{"cluster_name":)";
  AppendString(style_.cluster_name, body);
  *body += R"(,"eventID":)";
  AppendString(event.uid, body);
  *body += R"(,"hostname":)";
  AppendString(event.source.host, body);
  if (event.involved_object.kind == "Pod") {
    *body += R"(,"pod_id":)";
    AppendString(event.involved_object.uid, body);
    *body += R"(,"pod_name":)";
    AppendString(event.involved_object.name, body);
  }
  *body += "}";
}

}  // namespace eventer
