#include "dingtalk/dingtalk_answer.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;

// Above its pace a robot is deaf for ten minutes; the worker waits for fifteen at most.
constexpr Duration kBlocked = 10min, kDaily = 15min;

constexpr auto kRetry = Outcome::kRetry;
constexpr auto kRejected = Outcome::kRejected;
constexpr auto kMisconfigured = Outcome::kMisconfigured;

constexpr RobotLanguage::Field kFields[] = {{"errcode", "errmsg"}};
// 310000 is one of the robot's security settings; its words say which.
constexpr RobotCode kCodes[] = {
    {-1, kRetry, Cause::kServer, "DingTalk is busy"},
    {130101, kRetry, Cause::kThrottled, "messages came too fast for the robot", kBlocked},
    {410100, kRetry, Cause::kThrottled, "messages came too fast for the robot", kBlocked},
    {90030, kRetry, Cause::kThrottled, "the robot's daily limit is used up", kDaily},
    {310000,
     kRejected,
     Cause::kContent,
     "the robot's keyword list does not match: put one of its keywords into `label`",
     {},
     "keyword"},
    {310000,
     kRejected,
     Cause::kContent,
     "the robot's keyword list does not match: put one of its keywords into `label`",
     {},
     "关键词"},
    {310000,
     kMisconfigured,
     Cause::kUnauthorized,
     "this machine's clock is more than an hour off",
     {},
     "timestamp"},
    {310000,
     kMisconfigured,
     Cause::kUnauthorized,
     "this machine's clock is more than an hour off",
     {},
     "签名过期"},
    {310000,
     kMisconfigured,
     Cause::kUnauthorized,
     "the signature does not match: `sign` must be the robot's secret (SEC…)",
     {},
     "sign"},
    {310000,
     kMisconfigured,
     Cause::kUnauthorized,
     "the signature does not match: `sign` must be the robot's secret (SEC…)",
     {},
     "签名不匹配"},
    {310000,
     kMisconfigured,
     Cause::kUnauthorized,
     "this address is not in the robot's list of IP addresses",
     {},
     "ip "},
    {310000,
     kMisconfigured,
     Cause::kUnauthorized,
     "this address is not in the robot's list of IP addresses",
     {},
     "whitelist"},
    {310000, kMisconfigured, Cause::kUnauthorized,
     "one of the robot's security settings refuses the message"},
    {88, kMisconfigured, Cause::kUnauthorized, "`access_token` is no robot's token"},
    {300001, kMisconfigured, Cause::kUnauthorized, "`access_token` is no robot's token"},
    {400101, kMisconfigured, Cause::kUnauthorized, "`access_token` is no robot's token"},
    {400102, kMisconfigured, Cause::kUnauthorized, "the robot was stopped"},
    {400106, kMisconfigured, Cause::kNotFound, "the robot does not exist"},
    {400013, kMisconfigured, Cause::kNotFound, "the robot's group does not exist"},
    {400105, kMisconfigured, Cause::kSettings, "the robot knows no such `msg_type`"},
    {40035, kRejected, Cause::kBadRequest, "DingTalk cannot read the message"},
    {430101, kRejected, Cause::kContent, "DingTalk calls the message unsafe"},
    {430102, kRejected, Cause::kContent, "DingTalk calls the message unsafe"},
    {430103, kRejected, Cause::kContent, "DingTalk calls the message unsafe"},
    {430104, kRejected, Cause::kContent, "DingTalk calls the message unsafe"},
    {460101, kRejected, Cause::kTooLarge, "the message is too long"},
};

}  // namespace

const RobotLanguage kDingTalkLanguage = {
    "DingTalk", kFields, kCodes, {"`access_token` and `sign`", "the address"}};

}  // namespace eventer
