#include "dingtalk/dingtalk_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "common/http_verdict.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;

// Above its pace a robot is deaf for ten minutes; the worker waits for fifteen at most.
constexpr Duration kBlocked = 10min;
constexpr Duration kDaily = 15min;

struct Meaning {
  Outcome outcome;
  Cause cause;
  std::string_view words;
};

bool Mentions(std::string text, std::string_view word) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text.find(word) != std::string::npos;
}

// 310000: one of the robot's security settings; its text says which.
Meaning SecurityFault(const std::string& words) {
  if (Mentions(words, "keyword") || Mentions(words, "关键词")) {
    return {Outcome::kRejected, Cause::kContent,
            "the robot's keyword list does not match: put one of its keywords into `label`"};
  }
  if (Mentions(words, "timestamp")) {
    return {Outcome::kMisconfigured, Cause::kUnauthorized,
            "this machine's clock is more than an hour off"};
  }
  if (Mentions(words, "sign")) {
    return {Outcome::kMisconfigured, Cause::kUnauthorized,
            "the signature does not match: `sign` must be the robot's secret (SEC…)"};
  }
  if (Mentions(words, "ip ") || Mentions(words, "whitelist")) {
    return {Outcome::kMisconfigured, Cause::kUnauthorized,
            "this address is not in the robot's list of IP addresses"};
  }
  return {Outcome::kMisconfigured, Cause::kUnauthorized,
          "one of the robot's security settings refuses the message"};
}

Meaning MeaningOf(std::int64_t code, const std::string& words) {
  switch (code) {
    case -1:
      return {Outcome::kRetry, Cause::kServer, "DingTalk is busy"};
    case 130101:
    case 410100:
      return {Outcome::kRetry, Cause::kThrottled, "messages came too fast for the robot"};
    case 90030:
      return {Outcome::kRetry, Cause::kThrottled, "the robot's daily limit is used up"};
    case 310000:
      return SecurityFault(words);
    case 88:
    case 300001:
    case 400101:
      return {Outcome::kMisconfigured, Cause::kUnauthorized, "`access_token` is no robot's token"};
    case 400102:
      return {Outcome::kMisconfigured, Cause::kUnauthorized, "the robot was stopped"};
    case 400106:
      return {Outcome::kMisconfigured, Cause::kNotFound, "the robot does not exist"};
    case 400013:
      return {Outcome::kMisconfigured, Cause::kNotFound, "the robot's group does not exist"};
    case 400105:
      return {Outcome::kMisconfigured, Cause::kSettings, "the robot knows no such `msg_type`"};
    case 40035:
      return {Outcome::kRejected, Cause::kBadRequest, "DingTalk cannot read the message"};
    case 430101:
    case 430102:
    case 430103:
    case 430104:
      return {Outcome::kRejected, Cause::kContent, "DingTalk calls the message unsafe"};
    case 460101:
      return {Outcome::kRejected, Cause::kTooLarge, "the message is too long"};
    default:
      return {Outcome::kMisconfigured, Cause::kSettings, "the robot refuses the message"};
  }
}

std::optional<Duration> RestAfter(std::int64_t code) {
  if (code == 130101 || code == 410100) return kBlocked;
  if (code == 90030) return kDaily;
  return std::nullopt;
}

}  // namespace

DingTalkAnswer ReadDingTalkAnswer(const HttpResponse& response, WallTime now) {
  DingTalkAnswer answer;
  answer.outcome = JudgeResponse(response);
  answer.retry_after = RetryAfter(response, now);
  if (answer.outcome.outcome == Outcome::kTooLarge) {
    answer.outcome.outcome = Outcome::kRejected;
    answer.too_long = true;
  }
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  const bool says =
      body.is_object() && body.contains("errcode") && body["errcode"].is_number_integer();
  // Where the body decides nothing, the status line does.
  if (answer.outcome.outcome != Outcome::kDelivered || !says) return answer;
  const auto code = body["errcode"].get<std::int64_t>();
  if (code == 0) return answer;
  std::string words;
  if (body.contains("errmsg") && body["errmsg"].is_string()) words = body["errmsg"];
  const Meaning meaning = MeaningOf(code, words);
  answer.outcome = {meaning.outcome, meaning.cause,
                    std::string(meaning.words) + " (errcode " + std::to_string(code) + ": " +
                        OneLine(words, 200) + ")"};
  if (!answer.retry_after) answer.retry_after = RestAfter(code);
  answer.too_long = code == 460101;
  return answer;
}

}  // namespace eventer
