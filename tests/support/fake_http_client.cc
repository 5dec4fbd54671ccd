#include "support/fake_http_client.h"

#include <utility>

#include "support/line_feeder.h"

namespace eventer {

HttpResponse FakeResponse(int status, std::string body, HttpHeaders headers) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  response.sent = true;
  return response;
}

HttpResponse FakeFailure(HttpError error, std::string text) {
  HttpResponse response;
  response.error = error;
  response.error_text = std::move(text);
  response.sent = error != HttpError::kConnect && error != HttpError::kTls;
  return response;
}

void FakeStream::Push(std::string_view bytes) {
  {
    std::lock_guard lock(mutex_);
    bytes_ += bytes;
  }
  changed_.notify_all();
}

void FakeStream::SkipLine(std::uint64_t bytes) {
  {
    std::lock_guard lock(mutex_);
    skipped_ = bytes;
  }
  changed_.notify_all();
}

void FakeStream::End() {
  {
    std::lock_guard lock(mutex_);
    end_ = HttpError::kNone;
  }
  changed_.notify_all();
}

void FakeStream::Break() {
  {
    std::lock_guard lock(mutex_);
    end_ = HttpError::kBroken;
  }
  changed_.notify_all();
}

HttpResponse FakeStream::Run(Clock& clock, const HttpRequest& request, std::stop_token stop,
                             const StreamHandler& handler) {
  HttpResponse response = head_;
  if (head_.status < 200 || head_.status >= 300) return response;
  if (handler.on_open) handler.on_open();
  LineFeeder feeder;
  std::unique_lock lock(mutex_);
  while (true) {
    const bool something = clock.WaitUntil(lock, changed_, stop, clock.Steady() + request.timeout,
                                           [this] { return !bytes_.empty() || skipped_ || end_; });
    if (stop.stop_requested()) response.error = HttpError::kStopped;
    if (!something) response.error = HttpError::kTimeout;
    if (response.error != HttpError::kNone) return response;
    const std::string bytes = std::exchange(bytes_, "");
    const auto skipped = std::exchange(skipped_, std::nullopt);
    const std::optional<HttpError> end = end_;
    lock.unlock();
    if (skipped && handler.on_skipped) handler.on_skipped(*skipped);
    const bool more = feeder.Feed(bytes, handler.on_line);
    if (!more) response.error = HttpError::kStopped;
    if (more && end == HttpError::kNone) feeder.Finish(handler.on_line);
    if (more && end) response.error = *end;
    if (response.error == HttpError::kBroken) response.error_text = "connection reset by peer";
    if (!more || end) return response;
    lock.lock();
  }
}

void FakeHttpClient::Respond(HttpResponse response) {
  RespondWith([response = std::move(response)](const HttpRequest&) { return response; });
}

void FakeHttpClient::RespondWith(Answer answer) {
  {
    std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  changed_.notify_all();
}

void FakeHttpClient::AlwaysRespondWith(Answer answer) {
  {
    std::lock_guard lock(mutex_);
    always_ = std::move(answer);
  }
  changed_.notify_all();
}

std::shared_ptr<FakeStream> FakeHttpClient::RespondWithStream(HttpHeaders headers) {
  auto stream = std::make_shared<FakeStream>(FakeResponse(200, "", std::move(headers)));
  {
    std::lock_guard lock(mutex_);
    streams_.push_back(stream);
  }
  changed_.notify_all();
  return stream;
}

void FakeHttpClient::RespondToStream(HttpResponse response) {
  {
    std::lock_guard lock(mutex_);
    streams_.push_back(std::make_shared<FakeStream>(std::move(response)));
  }
  changed_.notify_all();
}

std::vector<HttpRequest> FakeHttpClient::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void FakeHttpClient::AwaitRequests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void FakeHttpClient::Record(const HttpRequest& request) {
  {
    std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  changed_.notify_all();
}

HttpResponse FakeHttpClient::Send(const HttpRequest& request, std::stop_token stop) {
  Record(request);
  Answer answer;
  {
    std::unique_lock lock(mutex_);
    const bool there = clock_.WaitUntil(lock, changed_, stop, clock_.Steady() + request.timeout,
                                        [this] { return !answers_.empty() || always_; });
    if (!there) {
      return FakeFailure(stop.stop_requested() ? HttpError::kStopped : HttpError::kTimeout);
    }
    answer = always_;
    if (!answers_.empty()) {
      answer = std::move(answers_.front());
      answers_.pop_front();
    }
  }
  return answer(request);
}

HttpResponse FakeHttpClient::Stream(const HttpRequest& request, std::stop_token stop,
                                    const StreamHandler& handler) {
  Record(request);
  std::shared_ptr<FakeStream> stream;
  {
    std::unique_lock lock(mutex_);
    const bool there = clock_.WaitUntil(lock, changed_, stop, clock_.Steady() + request.timeout,
                                        [this] { return !streams_.empty(); });
    if (!there) {
      return FakeFailure(stop.stop_requested() ? HttpError::kStopped : HttpError::kTimeout);
    }
    stream = std::move(streams_.front());
    streams_.pop_front();
  }
  return stream->Run(clock_, request, stop, handler);
}

HttpClientFactory FakeFactory(std::shared_ptr<HttpClient> client,
                              std::vector<HttpClientOptions>* asked) {
  return [client = std::move(client), asked](const HttpClientOptions& options) {
    if (asked) asked->push_back(options);
    return client;
  };
}

}  // namespace eventer
