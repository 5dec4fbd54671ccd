// A sink that speaks HTTP, built as the program builds it, with the test as its receiver.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/event_sink.h"
#include "eventer/watched_text.h"
#include "support/fake_clock.h"
#include "support/fake_http_client.h"

namespace eventer {

// A text that changes when the test says so.
class FakeText final : public WatchedText {
 public:
  explicit FakeText(Reading& reading) : reading_(reading) {}
  const Reading& Read(std::stop_token) override { return reading_; }

 private:
  Reading& reading_;
};

class HttpSinkTest : public testing::Test {
 protected:
  // From the value of --sink.
  void Make(const std::string& value);
  std::string ErrorOf(const std::string& value);

  // One event, one attempt.
  EventOutcome Export(const EventPtr& event);
  ExportResult Export(std::vector<EventPtr> events);
  HttpRequest LastRequest() const { return client_->requests().back(); }

  FakeClock clock_;
  std::shared_ptr<FakeHttpClient> client_ = std::make_shared<FakeHttpClient>(clock_);
  std::vector<HttpClientOptions> asked_;
  WatchedText::Reading config_map_;
  std::string config_map_name_;  // which one was asked for: "ns/name key"
  std::vector<std::string> warnings_;
  std::unique_ptr<EventSink> sink_;
};

// Warning BackOff of Pod shop/cart-1 with `message`.
EventPtr WarningEvent(const std::string& message = "Back-off restarting failed container");

// The recorded events of golden/events.jsonl that the filter options of `value` let through.
std::vector<EventPtr> RecordedEvents(const std::string& value);

}  // namespace eventer
