#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/chat_sink.h"
#include "common/hmac.h"
#include "common/http_robot.h"
#include "common/secret.h"
#include "eventer/base64.h"
#include "eventer/percent.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono_literals::operator""s;

// Feishu's documentation: 100 messages a minute and 5 a second for each robot; bodies of 20 KB.
const std::vector<MessageRate> kRates = {{100, 60s}, {5, 1s}};
constexpr std::size_t kBodyBytes = 20'000;
constexpr std::size_t kDigestBytes = 8000;  // of lines: JSON may double them

constexpr RobotLanguage::Field kFields[] = {{"code", "msg"}, {"StatusCode", "StatusMessage"}};
constexpr RobotCode kCodes[] = {
    {19021, Outcome::kMisconfigured, Cause::kUnauthorized,
     "`sign` must be the robot's secret, and this machine's clock right to the hour"},
    {19022, Outcome::kMisconfigured, Cause::kUnauthorized, "the robot refuses our IP address"},
    {19024, Outcome::kRejected, Cause::kContent,
     "the robot's keyword list does not match: put one of its keywords into `label`"},
    {19001, Outcome::kMisconfigured, Cause::kNotFound, "the address is no robot's"},
    {19036, Outcome::kRejected, Cause::kTooLarge, "the message is too long"},
    {11232, Outcome::kRetry, Cause::kThrottled, "messages came too fast", 60s},
    {9499, Outcome::kRetry, Cause::kThrottled, "messages came too fast", 60s, "too many"},
    {9499, Outcome::kRejected, Cause::kBadRequest, "Feishu cannot read the message"},
    {2200, Outcome::kRetry, Cause::kServer, "Feishu has an internal fault"},
};
constexpr RobotLanguage kLanguage = {
    "Feishu", kFields, kCodes, {"the token", "the address and the token"}};

// As its documentation wants it: by HTML's numbers.
std::string EscapeLark(std::string_view text) {
  constexpr std::string_view kMarkup = "&<>*~`[]\\_#";
  std::string escaped;
  for (const char c : text) {
    const bool special = kMarkup.find(c) != std::string_view::npos;
    escaped += special ? "&#" + std::to_string(int{c}) + ";" : std::string(1, c);
  }
  return escaped;
}

// In a text only mentions are markup.
std::string EscapeText(std::string_view text) { return Replaced(text, "<at", "＜at"); }

constexpr Markup kText = {.escape = EscapeText};
constexpr Markup kLark = {.escape = EscapeLark,
                          .strong = {"**", "**"},
                          .warning = {"<font color='red'>", "</font>"},
                          .quote = "Message: "};

// What stands in a text, or in a card.
std::string MentionText(Mentions mentions, bool card) {
  if (mentions.all) mentions.user_ids.emplace_back("all");
  std::string people;
  for (const std::string& id : mentions.user_ids) {
    people += (card ? "<at id=" + id : "<at user_id=\"" + id + "\"") + "></at>";
  }
  return people.empty() ? people : "\n" + people;
}

// Most addresses have it as their end, which is cut off then.
Secret ReadToken(SinkUri& uri, Clock& clock, std::string* url) {
  Secret token = Secret::Read(uri, "token", clock);
  if (url->ends_with('/')) url->pop_back();
  if (!token.empty()) return token;
  const std::string last = uri.path().substr(uri.path().rfind('/') + 1);
  if (last.empty() || last == "hook") return Secret::Require(uri, "token", clock);
  url->resize(url->rfind('/'));
  return Secret::Fixed(last);
}

class FeishuRobot final : public HttpRobot {
 public:
  FeishuRobot(SinkUri& uri, const SinkContext& context, const RobotStyle& style)
      : HttpRobot(uri, context, style),
        url_(ReadRobotAddress(uri, "https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN")),
        token_(ReadToken(uri, context.clock, &url_)),
        sign_(Secret::Read(uri, "sign", context.clock)),
        card_(style.header) {}

  std::string_view name() const override { return "FeishuSink"; }
  std::string address() override { return url_ + "/" + PercentEncode(token_.Get()); }

 private:
  const RobotLanguage& language() const override { return kLanguage; }
  std::vector<std::string> Secrets() override { return {token_.Get(), sign_.Get()}; }

  Json Body(const RobotMessage& message) override {
    Json body = {{"msg_type", card_ ? "interactive" : "text"}};
    if (card_) body["card"] = Card(message);
    if (!card_) body["content"] = {{"text", message.text}};
    if (!sign_.empty()) Sign(&body);
    return body;
  }

  // Good for an hour around Feishu's time.
  void Sign(Json* body) {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.Wall());
    const std::string timestamp = std::to_string(now.time_since_epoch().count());
    (*body)["timestamp"] = timestamp;
    (*body)["sign"] = Base64Encode(HmacSha256(timestamp + "\n" + sign_.Get(), ""));
  }

  static Json Text(const char* tag, const std::string& content) {
    return {{"tag", tag}, {"content", content}};
  }

  static Json Card(const RobotMessage& message) {
    Json elements = Json::array({{{"tag", "div"}, {"text", Text("lark_md", message.text)}}});
    if (!message.link.empty()) {
      const Json open = {
          {"tag", "button"}, {"text", Text("plain_text", "Open")}, {"url", message.link}};
      elements.push_back({{"tag", "action"}, {"actions", Json::array({open})}});
    }
    const Json title = Text("plain_text", message.title);
    return {{"config", {{"wide_screen_mode", true}}},
            {"header", {{"template", message.warning ? "red" : "blue"}, {"title", title}}},
            {"elements", elements}};
  }

  std::string url_;
  Secret token_, sign_;
  const bool card_;
};

}  // namespace

std::unique_ptr<EventSink> NewFeishuSink(SinkUri& uri, const SinkContext& context) {
  const bool card = uri.GetOneOf("msg_type", "card", {"card", "text"}) == "card";
  RobotStyle style = ReadRobotStyle(uri, card ? kLark : kText);
  style.header = card;
  style.body_bytes = kBodyBytes;
  style.mentions = MentionText(ReadMentions(uri, false), card);
  const ChatOptions options = ReadChatOptions(uri, {kRates, kDigestBytes}, style.markup);
  return NewChatSink(context, options, std::make_unique<FeishuRobot>(uri, context, style));
}

}  // namespace eventer
