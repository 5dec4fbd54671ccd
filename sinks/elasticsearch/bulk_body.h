// What Elasticsearch is sent of events: an action and a document each.
#pragma once

#include <string>

#include "eventer/event.h"
#include "eventer/json_members.h"

namespace eventer {

struct BulkStyle {
  std::string index;        // base name of the daily indices
  std::string data_stream;  // instead of them, if not empty
  bool use_namespace = false;
  std::string cluster_name;
  std::string pipeline;
  bool type = false;  // `_type`, which 5 and 6 want
};

// <index>-[<namespace>-]2006.01.02, the UTC day of the event's last time; or the data stream.
std::string IndexOf(const BulkStyle& style, const Event& event);

// Used by one thread.
class BulkBody {
 public:
  explicit BulkBody(BulkStyle style) : style_(std::move(style)) {}

  void UseType(bool type) { style_.type = type; }
  // Two lines of the body of POST /_bulk.
  void Append(const Event& event, std::string* body);

 private:
  void AppendAction(const Event& event, std::string* body) const;
  void AppendDocument(const Event& event, std::string* body);
  void AppendTags(const Event& event, std::string* body) const;

  BulkStyle style_;
  JsonMembers members_;
};

}  // namespace eventer
