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

HttpResponse HttpSender::Send(HttpRequest request, std::string_view subject, std::stop_token stop) {
  const bool was_late = !late_subject_.empty() && late_subject_ == subject;
  request.timeout = was_late ? late_timeout_ : timeout_;
  HttpResponse response = client_->Send(request, stop);
  if (response.error == HttpError::kTimeout && response.sent) {
    late_subject_ = subject;
    late_timeout_ = std::min(request.timeout * 2, kMaxTimeout);
    response.error_text += " (timeout=" + FormatGoDuration(request.timeout) + ")";
  } else if (response.status != 0) {
    late_subject_.clear();
  }
  return response;
}

}  // namespace eventer
