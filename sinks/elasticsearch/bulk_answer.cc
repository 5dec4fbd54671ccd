#include "elasticsearch/bulk_answer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "common/secret.h"

namespace eventer {
namespace {

using nlohmann::json;
using Secrets = std::span<const std::string>;

std::string TextIn(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "mapper_parsing_exception: failed to parse field [Count]: number_format_exception: ...".
std::string WordsOf(const json& item, Secrets secrets) {
  const json error = item.value("error", json());
  std::string words = TextIn(error, "type") + ": " + TextIn(error, "reason");
  const json cause = error.is_object() ? error.value("caused_by", json()) : json();
  if (cause.is_object()) words += ": " + TextIn(cause, "type") + ": " + TextIn(cause, "reason");
  return HideSecrets(words, secrets, 300);
}

// A 400 that is no document's fault: people mend it.
bool NoDocumentsFault(const json& item) {
  constexpr std::array<std::string_view, 4> kTypes = {
      "validation_exception",  // the cluster has as many shards as it may have
      "index_closed_exception", "invalid_index_name_exception", "illegal_state_exception"};
  constexpr std::array<std::string_view, 4> kReasons = {"shards open", "pipeline with id [",
                                                        "no write index", "more than 1 type"};
  const json error = item.value("error", json());
  const std::string type = TextIn(error, "type"), reason = TextIn(error, "reason");
  if (std::ranges::find(kTypes, type) != kTypes.end()) return true;
  // This type says nothing by itself: mappings use it, too.
  return type == "illegal_argument_exception" &&
         std::ranges::any_of(kReasons, [&](std::string_view words) {
           return reason.find(words) != std::string::npos;
         });
}

EventOutcome ReadItem(const json& item, Secrets secrets) {
  if (!item.is_object() || !item.contains("status") || !item["status"].is_number_integer()) {
    return {Outcome::kRetry, Cause::kGarbage, "an item of the answer has no status"};
  }
  const int status = item["status"].get<int>();
  const std::string words = "item status " + std::to_string(status) + ": " + WordsOf(item, secrets);
  switch (status) {
    case 200:
    case 201:
    case 409:  // it is there already, under the id of this very version
      return {};
    case 400:
      if (NoDocumentsFault(item)) return {Outcome::kMisconfigured, Cause::kSettings, words};
      return {Outcome::kRejected, Cause::kMapping, words};
    case 413:
      return {Outcome::kRejected, Cause::kTooLarge, words};
    case 401:
      return {Outcome::kMisconfigured, Cause::kUnauthorized,
              words + " (check " + std::string(kClusterHints.credentials) + ")"};
    case 403:  // forbidden, or the index is read-only
    case 404:
      return {Outcome::kMisconfigured, Cause::kNotFound, words};
    case 429:
      return {Outcome::kRetry, Cause::kThrottled, words};
    default:
      return {Outcome::kRetry, Cause::kServer, words};
  }
}

EventOutcome Whole(const HttpResponse& response, std::size_t events, Secrets secrets) {
  EventOutcome outcome = JudgeResponse(response, secrets, kClusterHints);
  if (outcome.outcome == Outcome::kDelivered) {
    if (response.error != HttpError::kNone) return NoWholeAnswer(response, secrets);
    return {Outcome::kRetry, Cause::kGarbage, "the answer is no answer to a bulk request"};
  }
  // Somebody's fault, but not everybody's: halves find out whose.
  if (outcome.outcome == Outcome::kRejected && events > 1) outcome.outcome = Outcome::kTooLarge;
  return outcome;
}

}  // namespace

std::vector<EventOutcome> ReadBulkAnswer(const HttpResponse& response, std::size_t events,
                                         Secrets secrets) {
  const bool complete = response.error == HttpError::kNone && response.status == 200;
  const json body = complete ? json::parse(response.body, nullptr, false) : json();
  if (!body.is_object() || !body.contains("errors") || !body["errors"].is_boolean()) {
    return std::vector<EventOutcome>(events, Whole(response, events, secrets));
  }
  if (!body["errors"].get<bool>()) return std::vector<EventOutcome>(events);
  const json items = body.value("items", json());
  if (!items.is_array() || items.size() != events) {
    return std::vector<EventOutcome>(events, Whole(response, events, secrets));
  }
  std::vector<EventOutcome> outcomes;
  for (const json& item : items) {
    outcomes.push_back(ReadItem(item.is_object() ? item.value("create", json()) : json(), secrets));
  }
  return outcomes;
}

}  // namespace eventer
