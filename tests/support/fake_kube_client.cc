// FakeKubeClient: a FakeKubeApi without a network between.
#include <algorithm>
#include <condition_variable>

#include "support/fake_http_client.h"
#include "support/fake_kube_api.h"
#include "support/line_feeder.h"

namespace eventer {
namespace {

std::string_view TargetOf(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  return url.substr(std::min(url.find('/', host), url.size()));
}

}  // namespace

std::optional<FakeKubeApi::Answer> FakeKubeClient::Ask(const HttpRequest& request) {
  std::string_view authorization;
  for (const auto& [name, value] : request.headers) {
    if (name == "Authorization") authorization = value;
  }
  return api_.Handle(request.method, TargetOf(request.url), authorization);
}

HttpResponse FakeKubeClient::Send(const HttpRequest& request, std::stop_token stop) {
  if (stop.stop_requested()) return FakeFailure(HttpError::kStopped);
  auto answer = Ask(request);
  if (!answer) return FakeFailure(HttpError::kConnect, "connection refused");
  if (answer->body.size() > 16 << 20) return FakeFailure(HttpError::kTooLarge, "over 16 MiB");
  return FakeResponse(answer->status, std::move(answer->body), std::move(answer->headers));
}

HttpResponse FakeKubeClient::Stream(const HttpRequest& request, std::stop_token stop,
                                    const StreamHandler& handler) {
  if (stop.stop_requested()) return FakeFailure(HttpError::kStopped);
  auto answer = Ask(request);
  if (!answer) return FakeFailure(HttpError::kConnect, "connection refused");
  HttpResponse response = FakeResponse(answer->status, answer->body, answer->headers);
  if (!answer->watch) return response;
  if (handler.on_open) handler.on_open();
  LineFeeder feeder;
  const int seconds = answer->watch->timeout_seconds;
  const SteadyTime ends =
      seconds > 0 ? clock_.Steady() + std::chrono::seconds(seconds) : SteadyTime::max();
  SteadyTime idle = clock_.Steady() + request.timeout;
  while (response.error == HttpError::kNone) {
    const SteadyTime deadline = api_.silent() ? idle : std::min(ends, idle);
    const FakeKubeApi::Chunk chunk = api_.Read(*answer->watch, clock_, deadline, stop);
    if (!chunk.bytes.empty()) idle = clock_.Steady() + request.timeout;
    if (stop.stop_requested() || !feeder.Feed(chunk.bytes, handler.on_line)) {
      response.error = HttpError::kStopped;
    } else if (chunk.end == FakeKubeApi::End::kBroken) {
      response.error = HttpError::kBroken;
      response.error_text = "connection reset by peer";
    } else if (chunk.end == FakeKubeApi::End::kClean ||
               (!api_.silent() && clock_.Steady() >= ends)) {
      feeder.Finish(handler.on_line);
      return response;
    } else if (chunk.bytes.empty() && clock_.Steady() >= idle) {
      response.error = HttpError::kTimeout;
      response.error_text = "nothing came in time";
    }
  }
  return response;
}

}  // namespace eventer
