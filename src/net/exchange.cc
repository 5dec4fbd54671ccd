#include "net/exchange.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace eventer {
namespace {

std::string Seconds(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

Exchange::Exchange(Clock& clock, Duration timeout, const StreamHandler* lines)
    : clock_(clock),
      timeout_(timeout),
      lines_(lines),
      splitter_([this](std::string_view line) { return HandleLine(line); },
                [this](std::uint64_t bytes) {
                  if (lines_->on_skipped && !closed_) lines_->on_skipped(bytes);
                }),
      last_activity_(clock.Steady()) {
  ++alive_;
}

bool Exchange::Sent() noexcept {
  Lock lock(mutex_);
  response_.sent = true;
  return !closed_;
}

void Exchange::Headers(int status, HttpHeaders headers) noexcept {
  Lock lock(mutex_);
  if (closed_) return;
  last_activity_ = clock_.Steady();
  response_.status = status;
  response_.headers = std::move(headers);
  if (streaming() && lines_->on_open) Call(lock, lines_->on_open);
  headers_known_ = true;
  changed_.notify_all();
}

void Exchange::Bytes(std::string_view bytes) noexcept {
  Lock lock(mutex_);
  // The first bytes may overtake the headers' way through the task library.
  changed_.wait(lock, [this] { return headers_known_ || closed_; });
  if (closed_) return;
  last_activity_ = clock_.Steady();
  if (streaming()) {
    Call(lock, [&] { splitter_.Feed(bytes); });
  } else {
    Collect(bytes);
  }
}

void Exchange::End(HttpError error, std::string text) noexcept {
  Lock lock(mutex_);
  if (error == HttpError::kNone && !closed_ && streaming()) {
    Call(lock, [this] { splitter_.Finish(); });
  }
  pool_ended_ = true;
  Enough(error, std::move(text));
  changed_.notify_all();
}

void Exchange::Released() noexcept {
  Lock lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

void Exchange::Call(Lock& lock, const std::function<void()>& callback) noexcept {
  calling_ = true;
  lock.unlock();
  std::string fault;
  try {
    callback();
  } catch (const std::exception& e) {
    fault = std::string("a handler failed: ") + e.what();
  } catch (...) {
    fault = "a handler failed";
  }
  lock.lock();
  calling_ = false;
  last_activity_ = clock_.Steady();
  if (!fault.empty()) Enough(HttpError::kStopped, std::move(fault));
  changed_.notify_all();
}

void Exchange::Collect(std::string_view bytes) {
  const std::size_t bound = lines_ ? kMaxErrorBody : kMaxAnswer;
  const std::size_t room = bound - response_.body.size();
  if (bytes.size() <= room) {
    response_.body.append(bytes);
  } else if (lines_) {
    response_.body.append(bytes.substr(0, room));
    Enough(HttpError::kNone, "");
  } else {
    std::string().swap(response_.body);
    Enough(HttpError::kTooLarge, "the answer is larger than 16 MiB");
  }
}

bool Exchange::HandleLine(std::string_view line) {
  if (closed_) return false;
  if (lines_->on_line(line)) return true;
  Lock lock(mutex_);
  Enough(HttpError::kStopped, "ended by the reader");
  return false;
}

void Exchange::Enough(HttpError error, std::string text) {
  if (closed_) return;
  closed_ = true;
  response_.error = error;
  response_.error_text = std::move(text);
  changed_.notify_all();
}

SteadyTime Exchange::Deadline() const {
  // Time in a handler does not count as silence; when it returns, last_activity_ says so.
  return calling_ ? clock_.Steady() + timeout_ : last_activity_ + timeout_;
}

void Exchange::WaitForEnd(Lock& lock, std::stop_token stop) {
  const SteadyTime total = last_activity_ + timeout_;
  while (!closed_) {
    const SteadyTime deadline = lines_ ? Deadline() : total;
    if (clock_.WaitUntil(lock, changed_, stop, deadline, [this] { return closed_.load(); })) return;
    if (stop.stop_requested()) return Enough(HttpError::kStopped, "stopped");
    const bool hit = !lines_ || (!calling_ && clock_.Steady() >= last_activity_ + timeout_);
    if (hit) return Enough(HttpError::kTimeout, TimeoutText());
  }
}

std::string Exchange::TimeoutText() const {
  if (!lines_) return "no complete answer within " + Seconds(timeout_);
  return "nothing was received for " + Seconds(timeout_);
}

HttpResponse Exchange::Wait(std::stop_token stop, const std::function<void()>& cancel) {
  Lock lock(mutex_);
  WaitForEnd(lock, stop);
  if (!pool_ended_) {
    changed_.notify_all();
    lock.unlock();
    cancel();
    lock.lock();
  } else if (response_.error == HttpError::kNone) {
    // Else the next request would find no connection to reuse.
    clock_.WaitUntil(lock, changed_, stop, clock_.Steady() + timeout_,
                     [this] { return released_; });
  }
  changed_.wait(lock, [this] { return !calling_; });
  return std::move(response_);
}

}  // namespace eventer
