// A client of cpprestsdk's under a clock that stands still, and what its streams brought.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "eventer/http_client.h"
#include "net/cpprest_http_client.h"
#include "support/fake_clock.h"
#include "support/loopback_server.h"

namespace eventer {

// As many as a program with three watches has: watches + 2.
inline constexpr std::size_t kHttpThreads = 5;

class HttpClientTest : public testing::Test {
 protected:
  HttpClientTest() {
    options_.proxy = "";  // whatever the environment of the tests says
    NewClient();
  }

  // After a change of options_.
  void NewClient() { client_ = NewCpprestHttpClient(clock_, options_); }

  HttpResponse Send(const std::string& url, std::stop_token stop = {}) {
    HttpRequest request;
    request.url = url;
    return client_->Send(request, stop);
  }

  // Lines go to lines_; so until it returned, only the handler may touch that.
  HttpResponse Stream(const std::string& url, std::stop_token stop = {}) {
    HttpRequest request;
    request.url = url;
    StreamHandler handler;
    handler.on_line = [this](std::string_view line) {
      lines_.emplace_back(line);
      return true;
    };
    handler.on_open = [this] { ++opened_; };
    handler.on_skipped = [this](std::uint64_t bytes) { skipped_.push_back(bytes); };
    return client_->Stream(request, stop, handler);
  }

  FakeClock clock_;
  HttpClientOptions options_;
  std::shared_ptr<HttpClient> client_;
  std::vector<std::string> lines_;
  std::vector<std::uint64_t> skipped_;
  int opened_ = 0;
};

}  // namespace eventer
