#include "elasticsearch/bulk_answer.h"

#include <nlohmann/json.hpp>
#include <string>

#include "common/http_verdict.h"

namespace eventer {
namespace {

using nlohmann::json;

std::string TextIn(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "mapper_parsing_exception: failed to parse field [Count]: number_format_exception: ...".
std::string WordsOf(const json& item) {
  const json error = item.value("error", json());
  std::string words = TextIn(error, "type") + ": " + TextIn(error, "reason");
  const json cause = error.is_object() ? error.value("caused_by", json()) : json();
  if (cause.is_object()) words += ": " + TextIn(cause, "type") + ": " + TextIn(cause, "reason");
  return OneLine(words, 300);
}

EventOutcome ReadItem(const json& item) {
  if (!item.is_object() || !item.contains("status") || !item["status"].is_number_integer()) {
    return {Outcome::kRetry, Cause::kGarbage, "an item of the answer has no status"};
  }
  const int status = item["status"].get<int>();
  const std::string words = "item status " + std::to_string(status) + ": " + WordsOf(item);
  switch (status) {
    case 200:
    case 201:
    case 409:  // it is there already, under the id of this very version
      return {};
    case 400:
      return {Outcome::kRejected, Cause::kMapping, words};
    case 413:
      return {Outcome::kRejected, Cause::kTooLarge, words};
    case 401:
      return {Outcome::kMisconfigured, Cause::kUnauthorized, words};
    case 403:  // forbidden, or the index is read-only
    case 404:
      return {Outcome::kMisconfigured, Cause::kNotFound, words};
    case 429:
      return {Outcome::kRetry, Cause::kThrottled, words};
    default:
      return {Outcome::kRetry, Cause::kServer, words};
  }
}

EventOutcome Whole(const HttpResponse& response, std::size_t events) {
  EventOutcome outcome = JudgeResponse(response);
  if (outcome.outcome == Outcome::kDelivered) {
    return {Outcome::kRetry, Cause::kGarbage, "the answer is no answer to a bulk request"};
  }
  // Somebody's fault, but not everybody's: halves find out whose.
  if (outcome.outcome == Outcome::kRejected && events > 1) outcome.outcome = Outcome::kTooLarge;
  return outcome;
}

}  // namespace

std::vector<EventOutcome> ReadBulkAnswer(const HttpResponse& response, std::size_t events) {
  const bool complete = response.error == HttpError::kNone && response.status == 200;
  const json body = complete ? json::parse(response.body, nullptr, false) : json();
  if (!body.is_object() || !body.contains("errors") || !body["errors"].is_boolean()) {
    return std::vector<EventOutcome>(events, Whole(response, events));
  }
  if (!body["errors"].get<bool>()) return std::vector<EventOutcome>(events);
  const json items = body.value("items", json());
  if (!items.is_array() || items.size() != events) {
    return std::vector<EventOutcome>(events, Whole(response, events));
  }
  std::vector<EventOutcome> outcomes;
  for (const json& item : items) {
    outcomes.push_back(ReadItem(item.is_object() ? item.value("create", json()) : json()));
  }
  return outcomes;
}

}  // namespace eventer
