#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/chat_sink.h"
#include "common/event_card.h"
#include "common/hmac.h"
#include "common/http_robot.h"
#include "common/http_sender.h"
#include "common/secret.h"
#include "common/time_zone_option.h"
#include "dingtalk/dingtalk_answer.h"
#include "dingtalk/dingtalk_text.h"
#include "eventer/base64.h"
#include "eventer/percent.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

// DingTalk's documentation: 20 messages a minute for each robot.
constexpr std::size_t kMessages = 20;
constexpr Duration kWindow = 60s;
// No limit is documented for robots: 5,000 characters are what others observed, and 15,000 bytes
// the limit for messages of apps, less what surrounds the text.
constexpr std::size_t kMaxCharacters = 5000;
constexpr std::size_t kMaxBytes = 14000;
// Of a digest's lines, at most: labels and mentions take of the characters, too.
constexpr std::size_t kDigestBytes = 4000;
// So that labels leave room for what a message says.
constexpr std::size_t kMostLabels = 500;

DingTalkStyle ReadStyle(SinkUri& uri) {
  DingTalkStyle style;
  const std::string type = uri.GetOneOf("msg_type", "text", {"text", "markdown", "card"});
  style.card = type == "card";
  style.markdown = type != "text";
  const bool own_text = uri.Has("template_file") || uri.Has("template_configmap");
  style.plain = uri.GetOneOf("style", "original", {"original", "plain"}) == "plain";
  if (!style.plain && (style.card || own_text)) {
    uri.Ignore("style", own_text ? "a template is given" : "msg_type=card has its own");
    style.plain = true;
  }
  style.labels = uri.GetAll("label");
  if (DingTalkLabels(style).size() > kMostLabels) {
    uri.Fail("label", "takes " + std::to_string(kMostLabels) + " bytes at most, all together");
  }
  style.cluster = uri.GetOr("cluster", "");
  style.cluster_id = uri.GetOr("cluster_id", "");
  style.mentions = ReadMentions(uri);
  style.zone = ReadTimeZone(uri);
  style.region = uri.GetOr("region", "");
  return style;
}

std::size_t DigestBytes(const DingTalkStyle& style) {
  return std::min(kDigestBytes,
                  kMaxCharacters - DingTalkLabels(style).size() - DingTalkPeople(style).size());
}

class DingTalkRobot final : public ChatRobot {
 public:
  DingTalkRobot(SinkUri& uri, const SinkContext& context, DingTalkStyle style)
      : clock_(context.clock),
        address_(ReadRobotAddress(uri, "https://oapi.dingtalk.com/robot/send")),
        token_(Secret::Require(uri, "access_token", context.clock)),
        sign_(Secret::Read(uri, "sign", context.clock)),
        style_(std::move(style)),
        card_(uri, context, style_.cluster, style_.markup()),
        sender_(uri, context) {
    if (card_.has_link() && !style_.plain) uri.Fail("link", "needs style=plain or msg_type=card");
  }

  std::string_view name() const override { return "DingTalkSink"; }
  std::string address() override { return address_ + "?access_token=" + token_.Get(); }

  ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token stop) override {
    const bool mention = event.type == "Warning";
    if (!style_.plain) return Tell(DingTalkOriginal(style_, event), mention, id, stop);
    const auto card = card_.Write(event, stop);
    if (const auto* none = std::get_if<EventOutcome>(&card)) return {*none, std::nullopt, 0};
    const bool with_title = !card_.has_template();
    return Tell(DingTalkCard(style_, std::get<EventCard>(card), with_title), mention, id, stop);
  }

  ChatAnswer TellPage(const ChatPage& page, const std::string& id, std::stop_token stop) override {
    return Tell(DingTalkLines(style_, page.lines), page.mention, id, stop);
  }

 private:
  // A text that is too long all the same is cut to half when it is told again.
  ChatAnswer Tell(DingTalkMessage message, bool mention, const std::string& id,
                  const std::stop_token& stop) {
    message.mention = mention && !style_.mentions.empty();
    const bool again = too_long_id_ == id;
    message = Fit(style_, std::move(message), kMaxCharacters, again ? shorter_ : kMaxBytes);
    ChatAnswer answer = Send(message, id, stop);
    const bool too_long = answer.outcome.cause == Cause::kTooLarge;
    if (too_long && !again) {
      too_long_id_ = id;
      shorter_ = message.text.size() / 2;
      return {{Outcome::kWaiting, Cause::kNone, {}}, std::nullopt};
    }
    if (answer.outcome.outcome == Outcome::kDelivered || too_long) too_long_id_.clear();
    return answer;
  }

  ChatAnswer Send(const DingTalkMessage& message, const std::string& id,
                  const std::stop_token& stop) {
    HttpRequest request;
    request.method = "POST";
    request.url = Url();
    request.headers = {{"Content-Type", "application/json;charset=utf-8"}};
    request.body = DingTalkBody(style_, message, id);
    const std::vector<std::string> secrets = {token_.Get(), sign_.Get()};
    return ReadRobotAnswer(kDingTalkLanguage, sender_.Send(std::move(request), id, stop),
                           clock_.Wall(), secrets);
  }

  // Signed anew for each attempt: a signature is good for an hour around the robot's time.
  std::string Url() {
    std::string url = address_ + "?access_token=" + PercentEncode(token_.Get());
    const std::string& secret = sign_.Get();
    if (secret.empty()) return url;
    const auto since_epoch = clock_.Wall().time_since_epoch();
    const std::string timestamp =
        std::to_string(std::chrono::floor<std::chrono::milliseconds>(since_epoch).count());
    const std::string sign = Base64Encode(HmacSha256(secret, timestamp + "\n" + secret));
    return url + "&sign=" + PercentEncode(sign) + "&timestamp=" + timestamp;
  }

  Clock& clock_;
  const std::string address_;
  Secret token_, sign_;
  const DingTalkStyle style_;
  CardWriter card_;
  HttpSender sender_;
  std::string too_long_id_;  // of the message that was too long, empty if none was
  std::size_t shorter_ = 0;  // how many bytes its text may have
};

}  // namespace

std::unique_ptr<EventSink> NewDingTalkSink(SinkUri& uri, const SinkContext& context) {
  const DingTalkStyle style = ReadStyle(uri);
  const ChatLimits limits = {{{kMessages, kWindow}}, DigestBytes(style)};
  const ChatOptions options = ReadChatOptions(uri, limits, style.markup());
  return NewChatSink(context, options, std::make_unique<DingTalkRobot>(uri, context, style));
}

}  // namespace eventer
