// A robot of DingTalk as its service behaves: 20 messages a minute, then deaf for ten; it checks
// token, signature, keyword and size.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventer/clock.h"
#include "support/loopback_server.h"

namespace eventer {

// Not thread-safe.
class DingTalkRobot {
 public:
  struct Settings {
    std::string token, secret = {}, keyword = {};  // the last two: empty, not checked
  };

  DingTalkRobot(Clock& clock, Settings settings) : clock_(clock), settings_(std::move(settings)) {}

  // To a request with this URL, or a part of it: the body of the 200.
  std::string Answer(std::string_view url, const std::string& body);

  // Of the messages that it took, in order, and when; why it did not take others.
  std::vector<std::pair<SteadyTime, std::string>> texts;
  std::vector<std::string> refusals;
  std::size_t largest = 0;  // bytes of a body that it took

 private:
  // Empty: it is to be taken.
  std::string Fault(std::string_view url, const std::string& body, const std::string& text);
  bool IsNow(const std::string& timestamp) const;
  std::string SignatureOf(const std::string& timestamp) const;
  bool TooFast();

  Clock& clock_;
  const Settings settings_;
  std::deque<SteadyTime> taken_;
  SteadyTime deaf_until_{};
};

// One over HTTP on the loopback interface, by the real clock. Thread-safe.
class DingTalkRobotServer {
 public:
  explicit DingTalkRobotServer(DingTalkRobot::Settings settings)
      : robot_(SystemClock(), std::move(settings)) {}

  std::string Url() const { return server_.Url("/robot/send"); }
  std::vector<std::string> texts() const;
  std::vector<std::string> refusals() const;

 private:
  void Serve(LoopbackConnection& connection);

  mutable std::mutex mutex_;
  DingTalkRobot robot_;
  LoopbackServer server_{[this](LoopbackConnection& connection) { Serve(connection); },
                         {.keeps_requests = false}};  // last: its threads use the rest
};

}  // namespace eventer
