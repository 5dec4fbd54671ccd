#include "common/http_sender.h"

#include <algorithm>
#include <utility>

#include "eventer/time_format.h"

namespace eventer {
namespace {

// The receiver may be at it.
bool WasLate(const HttpResponse& response) {
  return response.error == HttpError::kTimeout && response.sent;
}

}  // namespace

HttpSender::HttpSender(SinkUri& uri, const SinkContext& context)
    : client_(uri, context), timeout_(uri.GetDuration("timeout", kDefaultTimeout)) {
  if (timeout_ < std::chrono::milliseconds(1) || timeout_ > kMaxTimeout) {
    uri.Fail("timeout", "must be from 1ms to 2m0s");
  }
}

Duration HttpSender::TimeoutFor(std::string_view subject) const {
  return !late_subject_.empty() && late_subject_ == subject ? late_timeout_ : timeout_;
}

HttpResponse HttpSender::SendOnce(const HttpRequest& request, std::stop_token stop) {
  HttpResponse response = client_.Get()->Send(request, std::move(stop));
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
