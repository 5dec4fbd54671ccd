#include "common/robot_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/secret.h"

namespace eventer {
namespace {

constexpr std::size_t kMaxWords = 200;

using Secrets = std::span<const std::string>;

struct Said {
  std::int64_t code = 0;
  std::string words;
};

bool IsCode(const nlohmann::json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}

// nullopt: the body is no answer of a robot.
std::optional<Said> Listen(const RobotLanguage& language, const std::string& text) {
  const nlohmann::json body = nlohmann::json::parse(text, nullptr, false);
  std::optional<Said> said;
  if (!body.is_object()) return said;
  for (const auto& [code, words] : language.fields) {
    const auto place = body.find(code);
    if (place == body.end() || !IsCode(*place)) continue;
    said = Said{place->get<std::int64_t>(), ""};
    const auto spoken = body.find(words);
    if (spoken != body.end() && spoken->is_string()) said->words = spoken->get<std::string>();
    if (said->code != 0) return said;
  }
  return said;
}

std::string InSmallLetters(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

const RobotCode* LineOf(const RobotLanguage& language, const Said& said) {
  const std::string words = InSmallLetters(said.words);
  const auto line = std::ranges::find_if(language.codes, [&](const RobotCode& known) {
    return known.code == said.code && words.find(known.mark) != std::string::npos;
  });
  return line == language.codes.end() ? nullptr : &*line;
}

EventOutcome NoAnswer(const RobotLanguage& language, const HttpResponse& response,
                      Secrets secrets) {
  if (response.error != HttpError::kNone) return NoWholeAnswer(response, secrets);
  return {Outcome::kRetry, Cause::kGarbage,
          "HTTP " + std::to_string(response.status) + " is no answer of a " +
              std::string(language.service) +
              " robot: " + HideSecrets(response.body, secrets, kMaxWords)};
}

ChatAnswer Understood(const RobotCode& line, const Said& said, Secrets secrets) {
  ChatAnswer answer;
  answer.outcome = {line.outcome, line.cause,
                    std::string(line.meaning) + " (code " + std::to_string(said.code) + ": " +
                        HideSecrets(said.words, secrets, kMaxWords) + ")"};
  if (line.rest > Duration::zero()) answer.retry_after = line.rest;
  return answer;
}

ChatAnswer Judge(const RobotLanguage& language, const HttpResponse& response,
                 const std::optional<Said>& said, Secrets secrets) {
  const bool accepted = response.status >= 200 && response.status < 300;
  if (accepted && !said) return {NoAnswer(language, response, secrets), std::nullopt};
  if (accepted && said->code == 0) return {};
  if (said && (accepted || (response.status >= 400 && response.status < 500))) {
    if (const RobotCode* line = LineOf(language, *said)) return Understood(*line, *said, secrets);
  }
  if (accepted) {
    const RobotCode unknown = {said->code, Outcome::kMisconfigured, Cause::kSettings,
                               "the robot refuses the message"};
    return Understood(unknown, *said, secrets);
  }
  ChatAnswer answer{JudgeResponse(response, secrets, language.hints), std::nullopt};
  if (answer.outcome.outcome == Outcome::kTooLarge) answer.outcome.outcome = Outcome::kRejected;
  return answer;
}

}  // namespace

ChatAnswer ReadRobotAnswer(const RobotLanguage& language, const HttpResponse& response,
                           WallTime now, std::span<const std::string> secrets) {
  ChatAnswer answer = Judge(language, response, Listen(language, response.body), secrets);
  const std::optional<Duration> asked = RetryAfter(response, now);
  if (asked) answer.retry_after = asked;
  return answer;
}

}  // namespace eventer
