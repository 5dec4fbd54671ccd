// The other end of a sink: what such a receiver answers, how people are shown what arrived, and
// what arrived in numbers. Pure; receiver_main.cc has the sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "eventer/clock.h"
#include "support/loopback_server.h"

namespace eventer {

enum class ReceiverKind : char { kWebhook, kDingtalk, kWecom, kFeishu, kElasticsearch };

// nullopt: the name is none of "webhook", "dingtalk", "wecom", "feishu", "elasticsearch".
std::optional<ReceiverKind> ReceiverOf(std::string_view name);

// The whole answer of a receiver that is well.
std::string AnswerOf(ReceiverKind kind, const RecordedRequest& request);

// Method, path and body on several lines, JSON indented; of a bulk request the first documents.
std::string ShowRequest(const RecordedRequest& request);

// What arrived. Not thread-safe.
class ReceiverBooks {
 public:
  // A request that was answered at `now`: one event, or the documents of a bulk request. What an
  // Elasticsearch is asked beside that does not count.
  void Take(ReceiverKind kind, const RecordedRequest& request, SteadyTime now);

  std::uint64_t events() const { return events_; }
  // "name value" lines: requests, events, events_per_second, and for documents in_order: whether
  // the versions at the ends of their ids only grew.
  std::string Text() const;

 private:
  void TakeDocuments(std::string_view body);

  std::uint64_t requests_ = 0, events_ = 0, last_version_ = 0;
  std::uint64_t first_events_ = 0;  // of the first request: the time begins at its end
  bool in_order_ = true, documents_ = false;
  SteadyTime first_{}, last_{};
};

}  // namespace eventer
