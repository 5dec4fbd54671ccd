// An HttpClient whose peer is the test.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/clock.h"
#include "eventer/http_client.h"

namespace eventer {

HttpResponse FakeResponse(int status, std::string body = "", HttpHeaders headers = {});
HttpResponse FakeFailure(HttpError error, std::string text = "as the test says");

// One streamed answer. Thread-safe; the test pushes, FakeHttpClient::Stream hands on. Silent until
// something is pushed: the idle time-out counts on the client's clock.
class FakeStream {
 public:
  explicit FakeStream(HttpResponse head) : head_(std::move(head)) {}

  void Push(std::string_view bytes);  // cut as the test likes
  void PushLine(std::string_view line) { Push(std::string(line) + "\n"); }
  void SkipLine(std::uint64_t bytes);  // a line that is too long
  void End();                          // cleanly
  void Break();                        // as a reset does

 private:
  friend class FakeHttpClient;
  HttpResponse Run(Clock& clock, const HttpRequest& request, std::stop_token stop,
                   const StreamHandler& handler);

  const HttpResponse head_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string bytes_;
  std::optional<std::uint64_t> skipped_;
  std::optional<HttpError> end_;
};

// Thread-safe. Answers come from two queues, one for Send and one for Stream; with an empty queue
// a call gets no answer until its time is over or it is stopped.
class FakeHttpClient final : public HttpClient {
 public:
  using Answer = std::function<HttpResponse(const HttpRequest&)>;

  explicit FakeHttpClient(Clock& clock) : clock_(clock) {}

  void Respond(HttpResponse response);
  void Respond(int status, std::string body = "", HttpHeaders headers = {}) {
    Respond(FakeResponse(status, std::move(body), std::move(headers)));
  }
  void RespondWith(Answer answer);        // once
  void AlwaysRespondWith(Answer answer);  // whenever the queue is empty
  std::shared_ptr<FakeStream> RespondWithStream(HttpHeaders headers = {});
  void RespondToStream(HttpResponse response);

  // Every request so far, in order.
  std::vector<HttpRequest> requests() const;
  void AwaitRequests(std::size_t count) const;

  HttpResponse Send(const HttpRequest& request, std::stop_token stop) override;
  HttpResponse Stream(const HttpRequest& request, std::stop_token stop,
                      const StreamHandler& handler) override;

 private:
  void Record(const HttpRequest& request);

  Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::deque<Answer> answers_;
  Answer always_;
  std::deque<std::shared_ptr<FakeStream>> streams_;
  std::vector<HttpRequest> requests_;
};

// A factory that always gives `client` and notes what for, if `asked` is not null.
HttpClientFactory FakeFactory(std::shared_ptr<HttpClient> client,
                              std::vector<HttpClientOptions>* asked = nullptr);

}  // namespace eventer
