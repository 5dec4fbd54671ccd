// Hosts with several addresses, of which some never answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "net/http_client_fixture.h"
#include "support/deaf_listener.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// The host is 127.0.0.1 for the library, on every machine and without its being an address as it
// is written; nobody answers there. For the lookup it is what a test says.
class HttpClientAddresses : public HttpClientTest {
 protected:
  void TellAddresses(std::vector<std::string> addresses) {
    client_ = NewCpprestHttpClient(clock_, options_,
                                   [=, this](const std::string& host, const auto& done) {
                                     asked_.push_back(host);
                                     done(addresses);
                                   });
  }
  HttpResponse SendInVain() {
    auto pending = std::async(std::launch::async, [this] { return Send(url_, stop_.get_token()); });
    clock_.AwaitWaiters(1);
    clock_.Advance(10s);
    return pending.get();
  }
  static LoopbackServer::Options Ipv6() {
    LoopbackServer::Options options;
    options.ipv6 = true;
    return options;
  }

  std::stop_source stop_;
  LoopbackServer server_{AnswerAll(HttpAnswer("six")), Ipv6()};
  const DeafListener deaf_{server_.port()};
  const std::string authority_ = "127.1:" + std::to_string(server_.port());
  const std::string url_ = "http://" + authority_ + "/";
  std::vector<std::string> asked_;
};

TEST_F(HttpClientAddresses, OneThatNeverAnswersIsPassedOverInTheNextAttempt) {
  TellAddresses({"127.0.0.1", "::1"});
  const HttpResponse response = SendInVain();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_THAT(response.error_text, HasSubstr("; the next attempt goes to ::1"));
  EXPECT_EQ(Send(url_).body, "six");
  EXPECT_EQ(Send(url_).body, "six");  // it stays there
  EXPECT_EQ(server_.connections(), 1);
  EXPECT_THAT(asked_, ElementsAre("127.1"));
  EXPECT_EQ(server_.requests()[0].Header("Host"), authority_);
}

TEST_F(HttpClientAddresses, AllAreTriedAndThenTheNameAgain) {
  TellAddresses({"127.0.0.1", "127.0.0.2", "127.0.0.3"});  // the last two refuse
  EXPECT_THAT(SendInVain().error_text, HasSubstr("127.0.0.2"));
  EXPECT_THAT(Send(url_).error_text, HasSubstr("goes to 127.0.0.3"));
  EXPECT_THAT(Send(url_).error_text, Not(HasSubstr("next attempt")));
  EXPECT_THAT(SendInVain().error_text, HasSubstr("127.0.0.2"));
}

TEST_F(HttpClientAddresses, TheOnlyOneIsTriedAgain) {
  TellAddresses({"127.0.0.1"});
  EXPECT_THAT(SendInVain().error_text, Not(HasSubstr("next attempt")));
  EXPECT_EQ(SendInVain().error, HttpError::kTimeout);
}

TEST_F(HttpClientAddresses, AStopEndsTheLookup) {
  client_ = NewCpprestHttpClient(clock_, options_, [this](const std::string&, const auto&) {
    stop_.request_stop();  // and never answers
  });
  EXPECT_EQ(SendInVain().error, HttpError::kTimeout);
}

TEST(SystemNameLookup, FindsAnAddress) {
  std::promise<std::vector<std::string>> found;
  SystemNameLookup()("127.0.0.1", [&](std::vector<std::string> addresses) {
    found.set_value(std::move(addresses));
  });
  EXPECT_THAT(found.get_future().get(), ElementsAre("127.0.0.1"));
}

}  // namespace
}  // namespace eventer
