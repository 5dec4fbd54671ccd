#include "support/fake_kube_status.h"

#include <nlohmann/json.hpp>

namespace eventer {

const std::string_view kFakeWatchExpired = "The resourceVersion for the provided watch is too old.";
const std::string_view kFakeListExpired =
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter.";

std::string FakeStatusText(const FakeStatus& status) {
  nlohmann::ordered_json json;
  json["kind"] = "Status";
  json["apiVersion"] = "v1";
  json["metadata"] = nlohmann::ordered_json::object();
  if (!status.continue_token.empty()) json["metadata"]["continue"] = status.continue_token;
  json["status"] = "Failure";
  json["message"] = status.message;
  json["reason"] = status.reason;
  if (!status.details_name.empty()) json["details"]["name"] = status.details_name;
  if (!status.details_kind.empty()) json["details"]["kind"] = status.details_kind;
  if (status.retry_after_seconds > 0) {
    json["details"]["retryAfterSeconds"] = status.retry_after_seconds;
  }
  json["code"] = status.code;
  return json.dump();
}

std::string_view FakeReason(int code) {
  switch (code) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 410:
      return "Expired";
    case 429:
      return "TooManyRequests";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return "InternalError";
  }
}

std::string FakeFrame(std::string_view type, std::string_view object) {
  std::string frame = R"({"type":")";
  frame.append(type).append(R"(","object":)").append(object).append("}\n");
  return frame;
}

}  // namespace eventer
