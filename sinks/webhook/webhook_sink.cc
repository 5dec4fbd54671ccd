#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/http_headers.h"
#include "common/http_sender.h"
#include "common/http_verdict.h"
#include "common/one_by_one.h"
#include "common/template_option.h"
#include "eventer/error.h"
#include "eventer/event_sink.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"
#include "webhook/default_template.h"
#include "webhook/webhook_secrets.h"

namespace eventer {
namespace {

constexpr TemplateOption::Names kBodyOptions = {
    .config_map = "custom_body_configmap",
    .config_map_namespace = "custom_body_configmap_namespace",
    .file = "body_file"};

constexpr StatusHints kHints = {
    .credentials = "`header`, or the user and the password in the address",
    .address = "the address and `method`"};

std::string ReadMethod(SinkUri& uri) {
  std::string method = uri.GetOr("method", "GET");
  for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const bool letters =
      std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (method.empty() || !letters) uri.Fail("method", "must be a word such as POST");
  return method;
}

// Scheme, host and path as written, and the query without the options of ours.
std::string ReadUrl(SinkUri& uri) {
  if (uri.scheme() != "http" && uri.scheme() != "https") {
    throw ConfigError(uri.Name() + ": needs an address that begins with http:// or https://");
  }
  if (uri.host().empty()) throw ConfigError(uri.Name() + ": the address has no host");
  for (const std::string& option : uri.Unread()) {
    if (const auto meant = uri.NearestOption(option)) {
      uri.Warn("what looks like the option " + *meant + " goes to the receiver as it is");
    }
  }
  const std::string query = uri.QueryToPassOn();
  return uri.scheme() + "://" + uri.host() + uri.path() + (query.empty() ? "" : "?" + query);
}

class WebhookSink final : public EventSink {
 public:
  // The query is read last: what nobody has read belongs to the receiver.
  WebhookSink(SinkUri& uri, const SinkContext& context)
      : clock_(context.clock),
        body_(uri, context, kBodyOptions, EventTemplate::Escaping::kJson, kWebhookTemplate),
        headers_(uri, context),
        sender_(uri, context),
        method_(ReadMethod(uri)),
        url_(ReadUrl(uri)),
        address_secrets_(AddressSecrets(uri.userinfo(), uri.path(), uri.QueryToPassOn())) {
    if (!uri.userinfo().empty()) authorization_ = "Basic " + BasicCredentials(uri.userinfo());
  }

  std::string_view name() const override { return "webHook"; }
  // One by one: receivers have no ids, so each delivery is committed before the next.
  BatchLimits limits() const override { return {.events = 1}; }

  ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) override {
    ExportResult result;
    const std::optional<EventOutcome> no_body = body_.Update(stop);
    result.events = OneByOne(batch, [&](const Event& event) {
      return no_body ? *no_body : Export(event, stop, &result.retry_after);
    });
    return result;
  }

 private:
  EventOutcome Export(const Event& event, const std::stop_token& stop,
                      std::optional<Duration>* retry_after) {
    RenderResult body = body_.Template().Render(event);
    if (!body.ok) return {Outcome::kRejected, Cause::kTemplate, OneLine(body.text, 300)};
    HttpRequest request;
    request.method = method_;
    request.url = url_;
    request.headers = Headers();
    request.body = std::move(body.text);
    const HttpResponse response = sender_.Send(std::move(request), event.VersionId(), stop);
    *retry_after = RetryAfter(response, clock_.Wall());
    return JudgeResponse(response, Secrets(), kHints);
  }

  HttpHeaders Headers() {
    HttpHeaders headers = headers_.Get();
    const auto has = [&](std::string_view name) {
      return std::any_of(headers.begin(), headers.end(),
                         [&](const auto& header) { return header.first == name; });
    };
    if (body_.Template().is_json() && !has("Content-Type")) {
      headers.emplace_back("Content-Type", "application/json");
    }
    if (!authorization_.empty() && !has("Authorization")) {
      headers.emplace_back("Authorization", authorization_);
    }
    return headers;
  }

  std::vector<std::string> Secrets() {
    std::vector<std::string> secrets = address_secrets_;
    std::ranges::move(HeaderSecrets(headers_.Get()), std::back_inserter(secrets));
    return secrets;
  }

  Clock& clock_;
  TemplateOption body_;
  HeaderOptions headers_;
  HttpSender sender_;
  const std::string method_;
  const std::string url_;
  const std::vector<std::string> address_secrets_;
  std::string authorization_;
};

}  // namespace

std::unique_ptr<EventSink> NewWebhookSink(SinkUri& uri, const SinkContext& context) {
  return std::make_unique<WebhookSink>(uri, context);
}

}  // namespace eventer
