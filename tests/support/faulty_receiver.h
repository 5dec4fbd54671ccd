// A receiver of events that misbehaves on command: the bulk endpoint of an Elasticsearch, or a
// webhook. Over HTTP on the loopback interface; records what arrived, in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "eventer/clock.h"
#include "support/loopback_server.h"

namespace eventer {

// Thread-safe. An event is known by its id, <uid>-<resourceVersion>: Elasticsearch's _id, and the
// body of a webhook's request (kBodyTemplate).
class FaultyReceiver {
 public:
  enum class Kind : char { kElasticsearch, kWebhook };
  // What it does with each request.
  enum class Mood : char {
    kWell,
    kBusy,     // 503; takes nothing
    kHangs,    // takes the events, and answers when its mood has changed
    kCloses,   // closes the connection; takes nothing
    kHalf,     // takes the events, answers half a response and closes the connection
    kGarbage,  // 200 and a page of HTML; takes nothing
    kUnauthorized,
    kBadRequest,
  };
  static constexpr std::string_view kBodyTemplate = "{{ .UID }}-{{ .ResourceVersion }}";

  // `down`: refuses connections, until ComeUp.
  explicit FaultyReceiver(Kind kind, bool down = false);
  ~FaultyReceiver();

  void ComeUp() { server_.ComeUp(); }
  void Become(Mood mood);
  void AlwaysFail(const std::string& id);  // 500 for that one event; empty: none
  void TakeTime(Duration each);            // before it takes a request with events; well only

  std::string Url() const { return server_.Url(); }
  std::vector<std::string> arrived() const;  // each id once, at its first arrival
  std::size_t count() const;                 // how many those are
  std::size_t repeats() const;               // arrivals of what was there already
  std::size_t refused() const;               // requests that got not what they wanted

 private:
  struct Reaction {
    std::string answer;
    bool closes = false;
  };

  void Serve(LoopbackConnection& connection);
  Reaction React(const RecordedRequest& request);
  Reaction Misbehave(const RecordedRequest& request, std::unique_lock<std::mutex>& lock);
  std::string Take(const RecordedRequest& request);
  std::string TakeBulk(std::string_view body);
  bool TakeEvent(const std::string& id);

  const Kind kind_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Mood mood_ = Mood::kWell;
  std::string always_fails_;
  Duration takes_{};
  bool stopping_ = false;
  std::vector<std::string> arrived_;
  std::unordered_set<std::string> known_;
  std::size_t repeats_ = 0, refused_ = 0;
  LoopbackServer server_;  // last: its threads use the rest
};

}  // namespace eventer
