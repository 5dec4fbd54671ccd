#include "core/event_decoder.h"

#include <simdjson.h>

#include <utility>

#include "core/event_fields.h"
#include "core/event_text.h"

namespace eventer {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

// More memory than this is given back after use: one huge line must not stay for ever.
constexpr std::size_t kKeptBytes = 1 << 20;

WatchFrame::Type FrameType(std::string_view type) {
  if (type == "ADDED") return WatchFrame::kAdded;
  if (type == "MODIFIED") return WatchFrame::kModified;
  if (type == "DELETED") return WatchFrame::kDeleted;
  if (type == "BOOKMARK") return WatchFrame::kBookmark;
  if (type == "ERROR") return WatchFrame::kError;
  return WatchFrame::kUnknown;
}

// Sets `*to` if `object` has such a member and that is a string.
void TakeMember(dom::object object, std::string_view name, std::string* to) {
  dom::element value;
  if (object[name].get(value) == simdjson::SUCCESS) TakeString(value, to);
}

std::string VersionOf(dom::object object) {
  std::string version;
  dom::object metadata;
  if (object["metadata"].get(metadata) == simdjson::SUCCESS) {
    TakeMember(metadata, "resourceVersion", &version);
  }
  return version;
}

void TakeStatus(dom::object status, WatchFrame* frame) {
  TakeMember(status, "message", &frame->message);
  std::int64_t number = 0;
  if (!status["code"].get(number) && number >= 100 && number < 1000) {
    frame->status_code = static_cast<int>(number);
  }
  if (!status["details"]["retryAfterSeconds"].get(number) && number > 0) {
    frame->retry_after_seconds = number;
  }
}

// What an item of a list lacks and an object of a watch has.
std::string_view MissingHead(dom::object item) {
  const bool kind = item["kind"].error() == simdjson::SUCCESS;
  const bool version = item["apiVersion"].error() == simdjson::SUCCESS;
  if (kind) return version ? "" : R"("apiVersion":"v1")";
  return version ? R"("kind":"Event")" : R"("kind":"Event","apiVersion":"v1")";
}

}  // namespace

struct EventDecoder::Parsers {
  dom::parser dom;             // validates the whole text, which On-Demand does not, and reads it
  ondemand::parser on_demand;  // knows where in the text a value stands, which the DOM does not
  ondemand::document document;
  std::string padded;
  std::size_t size = 0;
  EventText event_text;

  simdjson::error_code Load(std::string_view text, dom::object* root);
  bool Reread(TextObject* root);
  EventPtr Build(dom::object fields, TextObject& where, std::string_view head);
  EventPtr BuildFramed(dom::object fields);
  EventPtr BuildWhole(dom::object fields);
  bool BuildItems(dom::array items, std::vector<EventPtr>* events);
  bool Frame(std::string_view line, WatchFrame* frame);
  bool List(std::string_view body, EventListPage* page, std::string* error);
};

// Copies `text` to where both parsers may read it, and validates it.
simdjson::error_code EventDecoder::Parsers::Load(std::string_view text, dom::object* root) {
  size = text.size();
  const std::size_t needed = size + simdjson::SIMDJSON_PADDING;
  if (padded.size() < needed) padded.resize(needed);
  text.copy(padded.data(), size);
  return dom.parse(padded.data(), size, /*realloc_if_needed=*/false).get(*root);
}

// The same text again, with On-Demand.
bool EventDecoder::Parsers::Reread(TextObject* root) {
  simdjson::padded_string_view view(padded.data(), size, padded.size());
  std::string_view token;
  if (on_demand.iterate(view).get(document) || document.raw_json_token().get(token)) return false;
  root->begin = token.data();
  return document.get_object().get(root->object) == simdjson::SUCCESS;
}

EventPtr EventDecoder::Parsers::Build(dom::object fields, TextObject& where,
                                      std::string_view head) {
  auto event = std::make_shared<Event>();
  const char* end = padded.data() + size;
  if (!event_text.Append(document, end, where, head, &event->json)) return nullptr;
  ReadEventFields(fields, event.get());
  return event;
}

EventPtr EventDecoder::Parsers::BuildFramed(dom::object fields) {
  TextObject root, where;
  ondemand::value value;
  if (!Reread(&root) || !FindMember(root.object, "object", &value)) return nullptr;
  return TakeObject(value, &where) ? Build(fields, where, "") : nullptr;
}

EventPtr EventDecoder::Parsers::BuildWhole(dom::object fields) {
  TextObject where;
  return Reread(&where) ? Build(fields, where, "") : nullptr;
}

bool EventDecoder::Parsers::BuildItems(dom::array items, std::vector<EventPtr>* events) {
  TextObject root, where;
  ondemand::value value;
  ondemand::array texts;
  if (!Reread(&root) || !FindMember(root.object, "items", &value)) return false;
  if (value.get(texts) != simdjson::SUCCESS) return false;
  events->reserve(items.size());
  auto item = items.begin();
  for (auto text : texts) {
    dom::object fields;
    const bool is_object = (*item).get(fields) == simdjson::SUCCESS;
    ++item;
    if (!is_object) continue;
    if (std::move(text).get(value) || !TakeObject(value, &where)) return false;
    events->push_back(Build(fields, where, MissingHead(fields)));
    if (!events->back()) return false;
  }
  return true;
}

bool EventDecoder::Parsers::Frame(std::string_view line, WatchFrame* frame) {
  dom::object root, object;
  std::string_view type;
  if (const simdjson::error_code error = Load(line, &root)) {
    frame->message = simdjson::error_message(error);
    return false;
  }
  if (root["type"].get(type) || root["object"].get(object)) {
    frame->message = "not a watch frame: no type or no object";
    return false;
  }
  frame->type = FrameType(type);
  if (frame->type == WatchFrame::kError) {
    TakeStatus(object, frame);
  } else if (frame->type != WatchFrame::kAdded && frame->type != WatchFrame::kModified) {
    frame->resource_version = VersionOf(object);
  } else if ((frame->event = BuildFramed(object))) {
    frame->resource_version = frame->event->resource_version;
  } else {
    frame->message = "not a watch frame: its object cannot be read";
    return false;
  }
  return true;
}

bool EventDecoder::Parsers::List(std::string_view body, EventListPage* page, std::string* error) {
  dom::object root, metadata;
  if (const simdjson::error_code code = Load(body, &root)) {
    *error = simdjson::error_message(code);
    return false;
  }
  dom::element items;
  dom::array array;
  if (root["items"].get(items) || !(items.is_null() || items.is_array())) {
    *error = "not a list: no items";
    return false;
  }
  if (!items.get(array) && !BuildItems(array, &page->events)) {
    *error = "not a list: its items cannot be read";
    return false;
  }
  page->resource_version = VersionOf(root);
  if (!root["metadata"].get(metadata)) TakeMember(metadata, "continue", &page->continue_token);
  return true;
}

EventDecoder::EventDecoder() : parsers_(std::make_unique<Parsers>()) {}
EventDecoder::~EventDecoder() = default;

bool EventDecoder::DecodeFrame(std::string_view line, WatchFrame* frame) {
  *frame = {};
  const bool good = parsers_->Frame(line, frame);
  GiveBackMemory();
  return good;
}

bool EventDecoder::DecodeList(std::string_view body, EventListPage* page, std::string* error) {
  *page = {};
  error->clear();
  const bool good = parsers_->List(body, page, error);
  GiveBackMemory();
  return good;
}

EventPtr EventDecoder::DecodeEvent(std::string_view json) {
  simdjson::dom::object root;
  EventPtr event = parsers_->Load(json, &root) ? nullptr : parsers_->BuildWhole(root);
  GiveBackMemory();
  return event;
}

void EventDecoder::GiveBackMemory() {
  if (parsers_->padded.size() > kKeptBytes) parsers_ = std::make_unique<Parsers>();
}

}  // namespace eventer
