#include "common/http_sender.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventer/error.h"
#include "eventer/time_format.h"
#include "eventer/watched_text.h"

namespace eventer {
namespace {

std::string ReadOption(SinkUri& uri, std::string_view option, Clock& clock) {
  const std::optional<std::string> path = uri.Get(option);
  if (!path) return {};
  const std::unique_ptr<WatchedText> file = NewWatchedFile(clock, *path);
  const WatchedText::Reading& reading = file->Read({});
  if (!reading.error.empty()) uri.Fail(option, "cannot be read: " + reading.error);
  if (reading.text.empty()) uri.Fail(option, "names an empty file: " + *path);
  return reading.text;
}

HttpClientOptions ReadClientOptions(SinkUri& uri, Clock& clock) {
  HttpClientOptions options;
  options.ca_pem = ReadOption(uri, "ca_file", clock);
  options.insecure = uri.GetBool("insecure", false);
  options.cert_pem = ReadOption(uri, "cert_file", clock);
  options.key_pem = ReadOption(uri, "key_file", clock);
  if (options.cert_pem.empty() != options.key_pem.empty()) {
    uri.Fail(options.cert_pem.empty() ? "key_file" : "cert_file",
             "needs both cert_file and key_file");
  }
  options.user_agent = "kube-eventer";
  return options;
}

// The receiver may be at it.
bool WasLate(const HttpResponse& response) {
  return response.error == HttpError::kTimeout && response.sent;
}

}  // namespace

HttpSender::HttpSender(SinkUri& uri, const SinkContext& context) {
  timeout_ = uri.GetDuration("timeout", kDefaultTimeout);
  if (timeout_ < std::chrono::milliseconds(1) || timeout_ > kMaxTimeout) {
    uri.Fail("timeout", "must be from 1ms to 2m0s");
  }
  try {
    client_ = context.http(ReadClientOptions(uri, context.clock));
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    // Texts of ReadClientOptions begin with the URI's name already.
    throw text.starts_with(uri.Name()) ? error : ConfigError(uri.Name() + ": " + text);
  }
}

Duration HttpSender::TimeoutFor(std::string_view subject) const {
  return !late_subject_.empty() && late_subject_ == subject ? late_timeout_ : timeout_;
}

HttpResponse HttpSender::SendOnce(const HttpRequest& request, std::stop_token stop) {
  HttpResponse response = client_->Send(request, std::move(stop));
  if (WasLate(response)) {
    response.error_text += " (timeout=" + FormatGoDuration(request.timeout) + ")";
  }
  return response;
}

void HttpSender::Note(std::string_view subject, Duration timeout, const HttpResponse& response) {
  if (WasLate(response)) {
    late_subject_ = subject;
    late_timeout_ = std::min(timeout * 2, kMaxTimeout);
  } else if (response.status != 0) {
    late_subject_.clear();
  }
}

HttpResponse HttpSender::Send(HttpRequest request, std::string_view subject, std::stop_token stop) {
  request.timeout = TimeoutFor(subject);
  HttpResponse response = SendOnce(request, std::move(stop));
  Note(subject, request.timeout, response);
  return response;
}

}  // namespace eventer
