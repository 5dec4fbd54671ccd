// From the text of a watch frame or a list to an Event.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/event.h"

namespace eventer {

struct WatchFrame {
  enum Type { kAdded, kModified, kDeleted, kBookmark, kError, kUnknown };
  Type type = kUnknown;
  std::string resource_version;  // of the object; empty for kError
  EventPtr event;                // of kAdded and kModified
  int status_code = 0;           // of kError
  std::string message;           // of kError: the Status' message; else of a failure to decode
  std::int64_t retry_after_seconds = 0;  // of kError, details.retryAfterSeconds
};

struct EventListPage {
  std::vector<EventPtr> events;  // with the kind and apiVersion that a watch would have given them
  std::string resource_version;  // the list's
  std::string continue_token;
};

// Holds parser memory that is used again from call to call, so one per thread.
class EventDecoder {
 public:
  EventDecoder();
  ~EventDecoder();

  // False: no JSON, or not a watch frame; `frame->message` says why. `line` need not be padded.
  bool DecodeFrame(std::string_view line, WatchFrame* frame);
  // False: no JSON, or not a list; `*error` says why.
  bool DecodeList(std::string_view body, EventListPage* page, std::string* error);
  // The Event in one object's text; null if it is no JSON object.
  EventPtr DecodeEvent(std::string_view json);

 private:
  struct Parsers;

  void GiveBackMemory();

  std::unique_ptr<Parsers> parsers_;
};

}  // namespace eventer
