#include "common/http_verdict.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "common/robot_answer.h"
#include "support/fake_http_client.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::HasSubstr;

struct VerdictRow {
  int status;
  Outcome outcome;
  Cause cause;
};

TEST(JudgeResponse, EachStatusIsSomebodysFault) {
  for (const VerdictRow& row : {VerdictRow{200, Outcome::kDelivered, Cause::kNone},
                                {204, Outcome::kDelivered, Cause::kNone},
                                {301, Outcome::kMisconfigured, Cause::kSettings},
                                {304, Outcome::kMisconfigured, Cause::kSettings},
                                {400, Outcome::kRejected, Cause::kBadRequest},
                                {401, Outcome::kMisconfigured, Cause::kUnauthorized},
                                {402, Outcome::kMisconfigured, Cause::kSettings},
                                {403, Outcome::kMisconfigured, Cause::kUnauthorized},
                                {404, Outcome::kMisconfigured, Cause::kNotFound},
                                {405, Outcome::kMisconfigured, Cause::kNotFound},
                                {407, Outcome::kMisconfigured, Cause::kUnauthorized},
                                {408, Outcome::kRetry, Cause::kServer},
                                {410, Outcome::kMisconfigured, Cause::kSettings},
                                {413, Outcome::kTooLarge, Cause::kTooLarge},
                                {415, Outcome::kRejected, Cause::kUnsupported},
                                {422, Outcome::kRejected, Cause::kUnprocessable},
                                {429, Outcome::kRetry, Cause::kThrottled},
                                {500, Outcome::kRetry, Cause::kServer},
                                {503, Outcome::kRetry, Cause::kServer},
                                {599, Outcome::kRetry, Cause::kServer}}) {
    const EventOutcome outcome = JudgeResponse(FakeResponse(row.status, "why"));
    EXPECT_EQ(outcome.outcome, row.outcome) << row.status;
    EXPECT_EQ(outcome.cause, row.cause) << row.status;
    if (row.outcome != Outcome::kDelivered) {
      EXPECT_THAT(outcome.detail, HasSubstr("HTTP " + std::to_string(row.status)));
    }
  }
}

TEST(JudgeResponse, NoAnswerIsARetry) {
  const std::pair<HttpError, Cause> rows[] = {{HttpError::kConnect, Cause::kConnection},
                                              {HttpError::kTls, Cause::kTls},
                                              {HttpError::kTimeout, Cause::kTimeout},
                                              {HttpError::kBroken, Cause::kConnection},
                                              {HttpError::kStopped, Cause::kConnection}};
  for (const auto& [error, cause] : rows) {
    const EventOutcome outcome = JudgeResponse(FakeFailure(error, "so it was"));
    EXPECT_EQ(outcome.outcome, Outcome::kRetry);
    EXPECT_EQ(outcome.cause, cause);
    EXPECT_EQ(outcome.detail, "so it was");
  }
}

TEST(JudgeResponse, TheStatusLineDecidesEvenIfTheRestOfTheAnswerIsLost) {
  HttpResponse broken = FakeFailure(HttpError::kBroken);
  broken.status = 202;
  EXPECT_EQ(JudgeResponse(broken).outcome, Outcome::kDelivered);
  broken.status = 503;
  EXPECT_EQ(JudgeResponse(broken).cause, Cause::kServer);
}

TEST(JudgeResponse, TheReceiversWordsAreOneShortLine) {
  const EventOutcome outcome = JudgeResponse(FakeResponse(400, "a\nb" + std::string(9999, 'x')));
  EXPECT_THAT(outcome.detail, testing::StartsWith("HTTP 400: a b"));
  EXPECT_LT(outcome.detail.size(), 400u);
}

// What the process took at most so far.
std::int64_t PeakBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

TEST(JudgeResponse, ALargeAnswerCostsNoMultipleOfItsSizeInMemory) {
  const std::vector<std::string> secrets = {"s3cret"};
  const HttpResponse refused = FakeResponse(503, std::string(15 << 20, 'x'));
  const HttpResponse accepted = FakeResponse(200, refused.body);
  const std::int64_t before = PeakBytes();
  EXPECT_THAT(JudgeResponse(refused, secrets).detail, testing::StartsWith("HTTP 503: xxx"));
  EXPECT_THAT(ReadRobotAnswer({}, accepted, {}, secrets).outcome.detail, HasSubstr("robot: xxx"));
  EXPECT_LT(PeakBytes() - before, 32 << 20);
}

TEST(JudgeResponse, OfALargeAnswerOnlyTheBeginningIsRead) {
  const std::vector<std::string> secrets = {"s3cret"};
  std::string body;
  for (int i = 0; i < 100'000; ++i) body += secrets[0];
  EXPECT_EQ(JudgeResponse(FakeResponse(503, body + "end"), secrets).detail, "HTTP 503: ***…");
}

TEST(JudgeResponse, WhereTheConfigurationIsAtFaultItSaysWhatToMend) {
  const StatusHints hints = {.credentials = "the password", .address = "the path"};
  const auto said = [&](int status) {
    return JudgeResponse(FakeResponse(status, "no"), {}, hints).detail;
  };
  for (int status : {401, 403}) EXPECT_THAT(said(status), HasSubstr("no (check the password)"));
  for (int status : {404, 405}) EXPECT_THAT(said(status), HasSubstr("no (check the path)"));
  for (int status : {400, 408, 500}) EXPECT_THAT(said(status), testing::EndsWith(": no"));
}

TEST(JudgeResponse, AProxyThatWantsAPasswordIsNamedByItsVariablesWhateverTheSink) {
  const StatusHints any = {.credentials = "the password", .address = "the path"};
  for (const StatusHints& hints : {any, StatusHints()}) {
    EXPECT_EQ(JudgeResponse(FakeResponse(407, "no"), {}, hints).detail,
              "HTTP 407: no (check the user and the password in HTTP_PROXY or HTTPS_PROXY)");
  }
}

TEST(RetryAfter, IsSecondsOrADate) {
  const WallTime now(784111770s);  // Sun, 06 Nov 1994 08:49:30 GMT
  const auto read = [&](const std::string& value) {
    return RetryAfter(FakeResponse(429, "", {{"Retry-After", value}}), now);
  };
  EXPECT_EQ(read("0"), Duration(0s));
  EXPECT_EQ(read("120"), Duration(120s));
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:37 GMT"), Duration(7s));
  EXPECT_EQ(read("Sunday, 06-Nov-94 08:49:37 GMT"), Duration(7s));
  EXPECT_EQ(read("Sun Nov  6 08:49:37 1994"), Duration(7s));
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:00 GMT"), Duration(0s));  // over
  EXPECT_EQ(read("99999999999999"), Duration(std::chrono::hours(24)));
  EXPECT_EQ(read("Sat, 01 Jan 2400 00:00:00 GMT"), Duration(std::chrono::hours(24)));
  for (const char* bad : {"", "soon", "-1", "1.5", "99999999999999999999", "06 Nov 1994"}) {
    EXPECT_EQ(read(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(RetryAfter(FakeResponse(429), now), std::nullopt);
}

}  // namespace
}  // namespace eventer
