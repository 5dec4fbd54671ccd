// One request and its answer: where the threads of the client's pool, which bring the answer, meet
// the caller, who waits for it, its deadline or a stop. Knows nothing of cpprestsdk.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "eventer/http_client.h"
#include "net/line_splitter.h"

namespace eventer {

class Exchange {
 public:
  // The contract of HttpResponse::body.
  static constexpr std::size_t kMaxAnswer = 16 << 20;
  static constexpr std::size_t kMaxErrorBody = 1 << 20;

  // `lines`: null for Send; of Stream, outlives Wait. `timeout` as HttpRequest says of each.
  Exchange(Clock& clock, Duration timeout, const StreamHandler* lines);
  ~Exchange() { --alive_; }

  // How many there are. Those that cpprestsdk never lets go of would be a leak.
  static int alive() { return alive_; }

  // The pool's side: in this order, each from whatever thread, never two at once but for
  // Released. None throws.
  //
  // The request may have reached the peer. False: nobody waits any more.
  bool Sent() noexcept;
  void Headers(int status, HttpHeaders headers) noexcept;
  // Blocks while the line handler does, and until Headers was called.
  void Bytes(std::string_view bytes) noexcept;
  // The answer is complete (kNone), or will never be.
  void End(HttpError error, std::string text) noexcept;
  // The connection is free for the next request. May come before End or never.
  void Released() noexcept;

  // The caller's side, once: blocks until the answer is there, deadline or stop; calls `cancel`
  // if it ends before the pool did. Afterwards no handler is called any more, whatever the pool
  // still brings; so while one runs, this waits for it.
  HttpResponse Wait(std::stop_token stop, const std::function<void()>& cancel);

 private:
  using Lock = std::unique_lock<std::mutex>;

  bool streaming() const { return lines_ != nullptr && response_.status / 100 == 2; }
  // Runs a callback of the caller's with no lock held. What it throws ends the exchange.
  void Call(Lock& lock, const std::function<void()>& callback) noexcept;
  void Collect(std::string_view bytes);
  bool HandleLine(std::string_view line);
  // Ends the exchange from our side.
  void Enough(HttpError error, std::string text);
  SteadyTime Deadline() const;
  void WaitForEnd(Lock& lock, std::stop_token stop);
  std::string TimeoutText() const;

  static inline std::atomic<int> alive_{0};

  Clock& clock_;
  const Duration timeout_;
  const StreamHandler* const lines_;
  LineSplitter splitter_;  // used by one thread of the pool at a time, without the lock

  std::mutex mutex_;
  std::condition_variable_any changed_;
  // response_ is final and nobody wants anything any more: from here on the pool touches neither
  // clock nor handlers, which may be gone.
  std::atomic<bool> closed_{false};
  bool headers_known_ = false;
  bool calling_ = false;  // a callback is running
  bool pool_ended_ = false;
  bool released_ = false;
  SteadyTime last_activity_;
  HttpResponse response_;
};

}  // namespace eventer
