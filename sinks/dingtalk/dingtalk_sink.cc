#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/chat_sink.h"
#include "common/http_sender.h"
#include "common/secret.h"
#include "common/utf8_cut.h"
#include "dingtalk/dingtalk_answer.h"
#include "dingtalk/dingtalk_text.h"
#include "eventer/base64.h"
#include "eventer/error.h"
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
// Of a digest's lines; labels and line ends come on top.
constexpr std::size_t kDigestBytes = 4000;

std::string ReadAddress(const SinkUri& uri) {
  const std::string scheme = uri.scheme().empty() ? "https" : uri.scheme();
  if (scheme != "http" && scheme != "https") {
    throw ConfigError(uri.Name() + ": the address must begin with https:// or http://");
  }
  if (uri.host().empty()) {
    throw ConfigError(uri.Name() +
                      ": the address has no host: https://oapi.dingtalk.com/robot/send");
  }
  return scheme + "://" + uri.host() + uri.path();
}

DingTalkStyle ReadStyle(SinkUri& uri) {
  DingTalkStyle style;
  style.markdown = uri.GetOneOf("msg_type", "text", {"text", "markdown"}) == "markdown";
  style.labels = uri.GetAll("label");
  style.cluster_id = uri.GetOr("cluster_id", "");
  style.region = uri.GetOr("region", "");
  return style;
}

std::string Sign(const std::string& secret, const std::string& timestamp) {
  const std::string text = timestamp + "\n" + secret;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return Base64Encode({reinterpret_cast<const char*>(digest.data()), size});
}

class DingTalkRobot final : public ChatRobot {
 public:
  DingTalkRobot(SinkUri& uri, const SinkContext& context)
      : clock_(context.clock),
        address_(ReadAddress(uri)),
        token_(Secret::Require(uri, "access_token", context.clock)),
        sign_(Secret::Read(uri, "sign", context.clock)),
        style_(ReadStyle(uri)),
        sender_(uri, context) {}

  std::string_view name() const override { return "DingTalkSink"; }

  ChatAnswer TellEvent(const Event& event, const std::string& id, std::stop_token stop) override {
    return Tell(DingTalkText(style_, event), id, stop);
  }

  ChatAnswer TellLines(const std::vector<std::string>& lines, const std::string& id,
                       std::stop_token stop) override {
    return Tell(DingTalkText(style_, lines), id, stop);
  }

 private:
  // A text that is too long all the same is cut once more, to half.
  ChatAnswer Tell(const std::string& text, const std::string& id, const std::stop_token& stop) {
    const std::string cut = CutUtf8(text, kMaxCharacters, kMaxBytes);
    DingTalkAnswer answer = Send(cut, id, stop);
    std::size_t requests = 1;
    if (answer.too_long) {
      answer = Send(CutUtf8(cut, kMaxCharacters, cut.size() / 2), id, stop);
      ++requests;
    }
    if (!answer.outcome.detail.empty()) {
      const std::vector<std::string> secrets = {token_.Get(), sign_.Get()};
      answer.outcome.detail = HideSecrets(answer.outcome.detail, secrets);
    }
    return {std::move(answer.outcome), answer.retry_after, requests};
  }

  DingTalkAnswer Send(const std::string& text, const std::string& id, const std::stop_token& stop) {
    nlohmann::ordered_json body = {
        {"msgtype", style_.markdown ? "markdown" : "text"},
        {"text", {{"content", style_.markdown ? "" : text}}},
        {"markdown", {{"title", DingTalkTitle(style_)}, {"text", style_.markdown ? text : ""}}},
        {"msgUuid", id}};
    HttpRequest request;
    request.method = "POST";
    request.url = Url();
    request.headers = {{"Content-Type", "application/json;charset=utf-8"}};
    // Bytes that are no UTF-8 become U+FFFD.
    request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return ReadDingTalkAnswer(sender_.Send(std::move(request), id, stop), clock_.Wall());
  }

  // Signed anew for each attempt: a signature is good for an hour around the robot's time.
  std::string Url() {
    std::string url = address_ + "?access_token=" + PercentEncode(token_.Get());
    const std::string& secret = sign_.Get();
    if (secret.empty()) return url;
    const auto since_epoch = clock_.Wall().time_since_epoch();
    const std::string timestamp =
        std::to_string(std::chrono::floor<std::chrono::milliseconds>(since_epoch).count());
    return url + "&sign=" + PercentEncode(Sign(secret, timestamp)) + "&timestamp=" + timestamp;
  }

  Clock& clock_;
  const std::string address_;
  Secret token_, sign_;
  const DingTalkStyle style_;
  HttpSender sender_;
};

}  // namespace

std::unique_ptr<EventSink> NewDingTalkSink(SinkUri& uri, const SinkContext& context) {
  return NewChatSink(context.clock, {kMessages, kWindow, kDigestBytes},
                     std::make_unique<DingTalkRobot>(uri, context));
}

}  // namespace eventer
