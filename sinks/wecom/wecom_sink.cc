#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/chat_sink.h"
#include "common/http_robot.h"
#include "common/secret.h"
#include "eventer/percent.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono_literals::operator""s;

// WeCom's documentation: 20 messages a minute for each robot, and the bytes of a text.
constexpr MessageRate kRate = {20, 60s};
constexpr std::size_t kTextBytes = 2048, kMarkdownBytes = 4096;

constexpr RobotLanguage::Field kFields[] = {{"errcode", "errmsg"}};
constexpr RobotCode kCodes[] = {
    {-1, Outcome::kRetry, Cause::kServer, "WeCom is busy"},
    {45009, Outcome::kRetry, Cause::kThrottled, "messages came too fast for the robot", 60s},
    {93000, Outcome::kMisconfigured, Cause::kNotFound, "`key` is no robot's, or it was removed"},
    {40008, Outcome::kMisconfigured, Cause::kSettings, "the robot knows no such `msg_type`"},
    {40058, Outcome::kRejected, Cause::kTooLarge, "the message is too long", {}, "exceed max"},
    {40058, Outcome::kRejected, Cause::kBadRequest, "WeCom cannot read the message"},
};
constexpr RobotLanguage kLanguage = {"WeCom", kFields, kCodes, {"`key`", "the address"}};

// No escape is documented. What could begin markup becomes its wide twin.
std::string EscapeWecom(std::string_view text) {
  const std::string escaped = Replaced(Replaced(text, "<", "＜"), "](", "] (");
  return Replaced(Replaced(escaped, "*", "＊"), "`", "'");
}

std::string EscapeText(std::string_view text) { return Replaced(text, "<@", "＜@"); }

constexpr Markup kText = {.escape = EscapeText};
constexpr Markup kMarkdownOfWecom = {.escape = EscapeWecom,
                                     .strong = {"**", "**"},
                                     .warning = {"<font color=\"warning\">", "</font>"},
                                     .quote = "> ",
                                     .quote_break = "\n> ",
                                     .links = true};

// A text mentions people by its fields, markdown by what stands in it, and there only by their ids.
std::string ReadMarkdownMentions(SinkUri& uri, const Mentions& mentions) {
  if (!mentions.mobiles.empty()) uri.Fail("at_mobiles", "needs msg_type=text");
  if (mentions.all) uri.Fail("at_all", "needs msg_type=text");
  std::string people;
  for (const std::string& id : mentions.user_ids) people += "<@" + id + ">";
  return people.empty() ? people : "\n" + people;
}

class WecomRobot final : public HttpRobot {
 public:
  WecomRobot(SinkUri& uri, const SinkContext& context, RobotStyle style, Secret key,
             Mentions mentions)
      : HttpRobot(uri, context, std::move(style)),
        url_(ReadRobotAddress(uri, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send")),
        key_(std::move(key)),
        markdown_(uri.GetOr("msg_type", "") != "text"),
        mentions_(std::move(mentions)) {
    if (mentions_.all) mentions_.user_ids.emplace_back("@all");
  }

  std::string_view name() const override { return "WecomSink"; }
  std::string address() override { return url_ + "?key=" + PercentEncode(key_.Get()); }

 private:
  const RobotLanguage& language() const override { return kLanguage; }
  std::vector<std::string> Secrets() override { return {key_.Get()}; }

  Json Body(const RobotMessage& message) override {
    const char* type = markdown_ ? "markdown" : "text";
    Json body = {{"msgtype", type}, {type, {{"content", message.text}}}};
    if (message.mention && !markdown_ && !mentions_.empty()) {
      body[type]["mentioned_list"] = mentions_.user_ids;
      body[type]["mentioned_mobile_list"] = mentions_.mobiles;
    }
    return body;
  }

  const std::string url_;
  Secret key_;
  const bool markdown_;
  Mentions mentions_;
};

}  // namespace

std::unique_ptr<EventSink> NewWecomSink(SinkUri& uri, const SinkContext& context) {
  const bool markdown = uri.GetOneOf("msg_type", "markdown", {"markdown", "text"}) == "markdown";
  // `key_file` is a client certificate's.
  Secret key = Secret::Require(uri, "key", context.clock, "robot_key_file");
  RobotStyle style = ReadRobotStyle(uri, markdown ? kMarkdownOfWecom : kText);
  style.text_bytes = markdown ? kMarkdownBytes : kTextBytes;
  const Mentions mentions = ReadMentions(uri);
  if (markdown) style.mentions = ReadMarkdownMentions(uri, mentions);
  const ChatOptions options = ReadChatOptions(uri, {{kRate}, style.LinesBytes()}, style.markup);
  return NewChatSink(
      context, options,
      std::make_unique<WecomRobot>(uri, context, std::move(style), std::move(key), mentions));
}

}  // namespace eventer
