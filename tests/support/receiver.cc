#include "support/receiver.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace eventer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAction = R"({"create":)";
constexpr std::string_view kJsonHeader = "Content-Type: application/json\r\n";
constexpr std::size_t kShownDocuments = 2;

// The next line of `text`, which is cut behind it.
std::string_view TakeLine(std::string_view* text) {
  const std::size_t end = std::min(text->find('\n'), text->size());
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

bool IsBulk(const RecordedRequest& request) { return request.target.starts_with("/_bulk"); }

// With the parts that the sink asks for by filter_path.
std::string BulkAnswer(std::string_view body) {
  std::string items;
  while (!body.empty()) {
    if (!TakeLine(&body).starts_with(kAction)) continue;
    items += (items.empty() ? "" : ",") + std::string(R"({"create":{"status":201}})");
  }
  return R"({"errors":false,"items":[)" + items + "]}";
}

std::string ElasticsearchAnswer(const RecordedRequest& request) {
  if (IsBulk(request)) return HttpAnswer(BulkAnswer(request.body), 200, kJsonHeader);
  if (request.method == "GET" && request.target == "/") {
    return HttpAnswer(R"({"name":"receiver","version":{"number":"8.11.0"}})", 200, kJsonHeader);
  }
  const bool missing = request.method == "GET";  // an index template: the sink is to put its own
  return missing ? HttpAnswer("{}", 404, kJsonHeader)
                 : HttpAnswer(R"({"acknowledged":true})", 200, kJsonHeader);
}

// Indented if it is JSON.
std::string Indented(std::string_view text) {
  const Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? std::string(text) : value.dump(2);
}

std::string ShowBulk(std::string_view body) {
  std::string shown;
  std::size_t documents = 0;
  while (!body.empty()) {
    const std::string_view line = TakeLine(&body);
    if (line.starts_with(kAction) && ++documents <= kShownDocuments) shown += std::string(line);
    if (line.starts_with(kAction) || documents > kShownDocuments) continue;
    shown += "\n" + Indented(line) + "\n";
  }
  if (documents > kShownDocuments) {
    shown += "... and " + std::to_string(documents - kShownDocuments) + " documents more\n";
  }
  return shown;
}

// 17 of {"create":{"_index":"…","_id":"uid-17"}}.
std::uint64_t VersionOf(std::string_view action) {
  constexpr std::string_view kId = R"("_id":")";
  const std::size_t id = action.find(kId);
  if (id == std::string_view::npos) return 0;
  action = action.substr(id + kId.size());
  action = action.substr(0, action.find('"'));
  action.remove_prefix(action.rfind('-') + 1);
  std::uint64_t version = 0;
  std::from_chars(action.data(), action.data() + action.size(), version);
  return version;
}

}  // namespace

std::optional<ReceiverKind> ReceiverOf(std::string_view name) {
  if (name == "webhook") return ReceiverKind::kWebhook;
  if (name == "dingtalk") return ReceiverKind::kDingtalk;
  if (name == "wecom") return ReceiverKind::kWecom;
  if (name == "feishu") return ReceiverKind::kFeishu;
  if (name == "elasticsearch") return ReceiverKind::kElasticsearch;
  return std::nullopt;
}

std::string AnswerOf(ReceiverKind kind, const RecordedRequest& request) {
  switch (kind) {
    case ReceiverKind::kDingtalk:
    case ReceiverKind::kWecom:
      return HttpAnswer(R"({"errcode":0,"errmsg":"ok"})", 200, kJsonHeader);
    case ReceiverKind::kFeishu:
      return HttpAnswer(R"({"code":0,"msg":"success","data":{}})", 200, kJsonHeader);
    case ReceiverKind::kElasticsearch:
      return ElasticsearchAnswer(request);
    default:
      return HttpAnswer("ok");
  }
}

std::string ShowRequest(const RecordedRequest& request) {
  std::string shown = request.method + " " + request.target + "\n";
  if (!request.Header("Content-Encoding").empty()) {
    return shown + "(" + std::to_string(request.body.size()) + " compressed bytes)\n";
  }
  if (IsBulk(request)) return shown + ShowBulk(request.body);
  return request.body.empty() ? shown : shown + Indented(request.body) + "\n";
}

void ReceiverBooks::Take(ReceiverKind kind, const RecordedRequest& request, SteadyTime now) {
  if (kind == ReceiverKind::kElasticsearch && !IsBulk(request)) return;
  if (IsBulk(request)) {
    TakeDocuments(request.body);
  } else {
    ++events_;
  }
  if (requests_++ == 0) {
    first_ = now;
    first_events_ = events_;
  }
  last_ = now;
}

void ReceiverBooks::TakeDocuments(std::string_view body) {
  documents_ = true;
  while (!body.empty()) {
    const std::string_view line = TakeLine(&body);
    if (!line.starts_with(kAction)) continue;
    ++events_;
    const std::uint64_t version = VersionOf(line);
    in_order_ = in_order_ && version > last_version_;
    last_version_ = version;
  }
}

std::string ReceiverBooks::Text() const {
  const std::chrono::duration<double> took = last_ - first_;
  const auto later = static_cast<double>(events_ - first_events_);
  const auto rate = static_cast<std::uint64_t>(took.count() > 0 ? later / took.count() : 0);
  std::string text = "requests " + std::to_string(requests_) + "\nevents " +
                     std::to_string(events_) + "\nevents_per_second " + std::to_string(rate) + "\n";
  if (documents_) text += in_order_ ? "in_order yes\n" : "in_order no\n";
  return text;
}

}  // namespace eventer
