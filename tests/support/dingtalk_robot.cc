#include "support/dingtalk_robot.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "eventer/base64.h"
#include "eventer/percent.h"

namespace eventer {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr std::size_t kPerMinute = 20, kMaxBytes = 20'000;
constexpr const char* kTooFast = "send too fast, exceed 20 times per minute";

std::map<std::string, std::string> QueryOf(std::string_view target) {
  std::map<std::string, std::string> query;
  std::string_view rest = target.substr(std::min(target.find('?') + 1, target.size()));
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    query[std::string(pair.substr(0, equals))] =
        PercentDecode(std::string(pair.substr(std::min(equals + 1, pair.size()))));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
  }
  return query;
}

// Of a text or markdown; empty: it is neither.
std::string TextOf(const std::string& body) {
  const json message = json::parse(body, nullptr, false);
  if (!message.is_object()) return "";
  const std::string type = message.value("msgtype", "");
  if (type == "text") return message["text"].value("content", "");
  return type == "markdown" ? message["markdown"].value("text", "") : "";
}

}  // namespace

std::string DingTalkRobot::Answer(std::string_view url, const std::string& body) {
  const std::string text = TextOf(body);
  const std::string fault = Fault(url, body, text);
  json answer = {{"errcode", 0}, {"errmsg", "ok"}};
  if (fault.empty()) {
    taken_.push_back(clock_.Steady());
    texts.emplace_back(clock_.Steady(), text);
    largest = std::max(largest, body.size());
  } else {
    refusals.push_back(fault);
    answer = {{"errcode", fault == kTooFast ? 130101 : 310000}, {"errmsg", fault}};
  }
  return answer.dump();
}

std::string DingTalkRobot::Fault(std::string_view url, const std::string& body,
                                 const std::string& text) {
  auto query = QueryOf(url);
  if (query["access_token"] != settings_.token) return "token is not exist";
  if (!settings_.secret.empty()) {
    if (!IsNow(query["timestamp"])) return "invalid timestamp";
    if (query["sign"] != SignatureOf(query["timestamp"])) return "sign not match";
  }
  if (text.find(settings_.keyword) == std::string::npos) return "keywords not in content";
  if (body.size() > kMaxBytes) return "message too long";
  return TooFast() ? kTooFast : "";
}

bool DingTalkRobot::IsNow(const std::string& timestamp) const {
  const auto now = clock_.Wall().time_since_epoch();
  const Duration off = now - std::chrono::milliseconds(std::atoll(timestamp.c_str()));
  return off < 60min && off > -60min;
}

std::string DingTalkRobot::SignatureOf(const std::string& timestamp) const {
  const std::string &secret = settings_.secret, text = timestamp + "\n" + secret;
  std::array<unsigned char, 32> mac{};
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), nullptr);
  return Base64Encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

bool DingTalkRobot::TooFast() {
  const SteadyTime now = clock_.Steady();
  while (!taken_.empty() && taken_.front() + 60s <= now) taken_.pop_front();
  if (taken_.size() >= kPerMinute) deaf_until_ = now + 10min;
  return now < deaf_until_;
}

std::vector<std::string> DingTalkRobotServer::texts() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  for (const auto& [time, text] : robot_.texts) texts.push_back(text);
  return texts;
}

std::vector<std::string> DingTalkRobotServer::refusals() const {
  std::lock_guard lock(mutex_);
  return robot_.refusals;
}

void DingTalkRobotServer::Serve(LoopbackConnection& connection) {
  while (const auto request = connection.Read()) {
    std::unique_lock lock(mutex_);
    const std::string answer = robot_.Answer(request->target, request->body);
    lock.unlock();
    if (!connection.Write(HttpAnswer(answer, 200, "Content-Type: application/json\r\n"))) return;
  }
}

}  // namespace eventer
