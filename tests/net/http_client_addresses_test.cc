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
// is written; nobody answers there until MendTheFirst. For the lookup it is what a test says.
class HttpClientAddresses : public HttpClientTest {
 protected:
  HttpClientAddresses() {
    options_.ca_pem = ca_.pem();
    options_.server_name = "localhost";
  }
  void TellAddresses(std::vector<std::string> addresses) {
    addresses_ = std::move(addresses);
    client_ = NewCpprestHttpClient(clock_, options_, [this](const std::string& host, auto done) {
      asked_.push_back(host);
      done(addresses_);
      return [] {};
    });
  }
  // The server on ::1, and nobody who answers on the same port of 127.0.0.1.
  void Start(const LoopbackServer::Script& script,
             const std::optional<TestIdentity>& identity = {}) {
    int tries = 0;
    while (!server_) {
      deaf_ = std::make_unique<DeafListener>();
      try {
        server_ = std::make_unique<LoopbackServer>(
            script,
            LoopbackServer::Options{.ipv6 = true, .port = deaf_->port(), .identity = identity});
      } catch (const std::runtime_error&) {
        ASSERT_LT(++tries, 100);  // others use the port
      }
    }
    authority_ = "127.1:" + std::to_string(server_->port());
    url_ = (identity ? "https://" : "http://") + authority_ + "/";
  }
  void MendTheFirst(std::optional<TestIdentity> identity = {}) {
    deaf_.reset();
    first_ = std::make_unique<LoopbackServer>(
        AnswerAll(HttpAnswer("four")),
        LoopbackServer::Options{.port = server_->port(), .identity = std::move(identity)});
  }
  HttpResponse SendInVain() {
    auto pending = std::async(std::launch::async, [this] { return Send(url_, stop_.get_token()); });
    clock_.AwaitWaiters(1);
    clock_.Advance(10s);
    return pending.get();
  }
  // The name's first address does not answer, the second is used from now on.
  void PassOver() {
    TellAddresses({"127.0.0.1", "::1"});
    ASSERT_THAT(SendInVain().error_text, HasSubstr("goes to ::1"));
  }
  const TestCa ca_;
  std::stop_source stop_;
  std::unique_ptr<LoopbackServer> server_, first_;
  std::unique_ptr<DeafListener> deaf_;
  std::string authority_, url_;
  std::vector<std::string> addresses_, asked_;
};

TEST_F(HttpClientAddresses, OneThatNeverAnswersIsPassedOverInTheNextAttempt) {
  Start(AnswerAll(HttpAnswer("six")));
  TellAddresses({"127.0.0.1", "::1"});
  const HttpResponse response = SendInVain();
  EXPECT_EQ(response.error, HttpError::kTimeout);
  EXPECT_THAT(response.error_text, HasSubstr("; the next attempt goes to ::1"));
  EXPECT_EQ(Send(url_).body, "six");
  EXPECT_EQ(Send(url_).body, "six");  // it stays there
  EXPECT_EQ(server_->connections(), 1);
  EXPECT_THAT(asked_, ElementsAre("127.1"));
  EXPECT_EQ(server_->requests()[0].Header("Host"), authority_);
}

TEST_F(HttpClientAddresses, AllAreTriedAndThenTheNameAgain) {
  Start(AnswerAll(HttpAnswer("six")));
  TellAddresses({"127.0.0.1", "127.0.0.2", "127.0.0.3"});  // the last two refuse
  EXPECT_THAT(SendInVain().error_text, HasSubstr("127.0.0.2"));
  EXPECT_THAT(Send(url_).error_text, HasSubstr("goes to 127.0.0.3"));
  EXPECT_THAT(Send(url_).error_text, Not(HasSubstr("next attempt")));
  EXPECT_THAT(SendInVain().error_text, HasSubstr("127.0.0.2"));
}

TEST_F(HttpClientAddresses, TheOnlyOneIsTriedAgain) {
  Start(AnswerAll(HttpAnswer("six")));
  TellAddresses({"127.0.0.1"});
  EXPECT_THAT(SendInVain().error_text, Not(HasSubstr("next attempt")));
  EXPECT_EQ(SendInVain().error, HttpError::kTimeout);
}

TEST_F(HttpClientAddresses, AStopEndsTheLookup) {
  Start(AnswerAll(HttpAnswer("six")));
  bool given_up = false;
  client_ = NewCpprestHttpClient(clock_, options_, [&](const std::string&, const auto&) {
    stop_.request_stop();  // and never answers
    return [&] { given_up = true; };
  });
  EXPECT_EQ(SendInVain().error, HttpError::kTimeout);
  EXPECT_TRUE(given_up);
}

// A load balancer's address that somebody else has got since, a pod's that is another pod's.
TEST_F(HttpClientAddresses, APassedOverAddressThatTheNameNoLongerHasIsLeft) {
  Start(AnswerAll(HttpAnswer("six")));
  PassOver();
  EXPECT_EQ(Send(url_).body, "six");
  MendTheFirst();
  addresses_ = {"127.0.0.1"};
  clock_.Advance(std::chrono::minutes(5) - 1s);
  EXPECT_EQ(Send(url_).body, "six");
  EXPECT_EQ(asked_.size(), 1u);
  clock_.Advance(1s);
  EXPECT_EQ(Send(url_).body, "four");
  EXPECT_EQ(Send(url_).body, "four");
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpClientAddresses, AnAddressThatTheNameStillHasIsKept) {
  Start(AnswerAll(HttpAnswer("six")));
  PassOver();
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(std::chrono::minutes(5));
    EXPECT_EQ(Send(url_).body, "six");
    EXPECT_EQ(Send(url_).body, "six");
  }
  EXPECT_EQ(asked_.size(), 4u);  // once in five minutes
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpClientAddresses, ANameServerThatIsSilentCostsThePassedOverAddressAlone) {
  Start(AnswerAll(HttpAnswer("six")));
  bool silent = false;
  client_ = NewCpprestHttpClient(clock_, options_, [&](const std::string&, auto done) {
    if (!silent) done({"127.0.0.1", "::1"});
    return [] {};
  });
  SendInVain();
  EXPECT_EQ(Send(url_).body, "six");
  MendTheFirst();
  silent = true;
  clock_.Advance(std::chrono::minutes(5));
  auto pending = std::async(std::launch::async, [this] { return Send(url_); });
  clock_.AwaitWaiters(1);
  EXPECT_EQ(clock_.NextDeadline() - clock_.Steady(), Duration(1s));
  clock_.Advance(1s);
  EXPECT_EQ(pending.get().body, "four");
}

TEST_F(HttpClientAddresses, APassedOverAddressWithAnotherCertificateIsLeft) {
  Start(AnswerAll(HttpAnswer("six")), ca_.Issue({"DNS:stranger"}));
  PassOver();
  MendTheFirst(ca_.Issue({"DNS:localhost"}));
  const HttpResponse response = Send(url_);
  EXPECT_EQ(response.error, HttpError::kTls);
  EXPECT_THAT(response.error_text, HasSubstr("; the next attempt looks up the name again"));
  EXPECT_EQ(Send(url_).body, "four");
}

TEST_F(HttpClientAddresses, APassedOverAddressThatBreaksTheConnectionIsLeft) {
  Start([](LoopbackConnection& connection) { connection.Read(); });
  PassOver();
  MendTheFirst();
  EXPECT_EQ(Send(url_).error, HttpError::kBroken);
  EXPECT_EQ(Send(url_).body, "four");
}

// Servers close idle connections; that says nothing against the address.
TEST_F(HttpClientAddresses, AConnectionThatIsReplacedGoesToTheSameAddress) {
  Start([](LoopbackConnection& connection) {
    connection.Read();
    connection.Write(HttpAnswer("once"));
  });
  PassOver();
  HttpRequest request;
  request.method = "POST";
  request.url = url_;
  request.body = std::string(200'000, 'b');
  for (int i = 1; i <= 10; ++i) {
    EXPECT_EQ(client_->Send(request, {}).body, "once");
    server_->AwaitEnded(i);
  }
}

TEST_F(HttpClientAddresses, AHostThatIsAnAddressIsNotLookedUp) {
  Start(AnswerAll(HttpAnswer("six")));
  TellAddresses({});
  url_ = deaf_->Url();
  EXPECT_EQ(SendInVain().error, HttpError::kTimeout);
  EXPECT_THAT(asked_, testing::IsEmpty());
}

}  // namespace
}  // namespace eventer
