// Nodes that hang or move, and who we are to them.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "common/aws_sigv4.h"
#include "eventer/base64.h"
#include "sinks/elasticsearch_fixture.h"
#include "support/scoped_variable.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::StartsWith;

class ElasticsearchClusterTest : public ElasticsearchTest {
 protected:
  // Nothing is asked but the version.
  const std::string ready_ = "&manage_template=false&ver=8";

  // Nothing is answered within its time.
  void HangAll() {
    client_->AlwaysRespondWith([this](const HttpRequest& request) { return Hang(request); });
  }
  HttpResponse Hang(const HttpRequest& request) {
    clock_.Advance(request.timeout);
    HttpResponse late = FakeFailure(HttpError::kTimeout);
    late.sent = true;
    return late;
  }
  // What was asked of whom since the last call: "http://a:1/_bulk".
  std::vector<std::string> Asked() {
    std::vector<std::string> asked;
    const std::vector<HttpRequest> requests = client_->requests();
    for (; seen_ < requests.size(); ++seen_) {
      asked.push_back(requests[seen_].url.substr(0, requests[seen_].url.find('?')));
    }
    return asked;
  }
  std::string Authorization() const {
    for (const auto& [name, value] : LastRequest().headers) {
      if (name == "Authorization") return value;
    }
    return "";
  }
  static std::string Basic(const std::string& text) { return "Basic " + Base64Encode(text); }
  // An answer to GET /_nodes/http.
  static HttpResponse Published(const std::string& address) {
    return FakeResponse(200,
                        R"({"nodes":{"x":{"http":{"publish_address":")" + address + R"("}}}})");
  }

  std::size_t seen_ = 0;
};

// --- time ---

TEST_F(ElasticsearchClusterTest, NodesThatAllHangTakeTwoMinutesTogetherAtMost) {
  Make("elasticsearch:?nodes=http://a:1,http://b:1,http://c:1,http://d:1&timeout=1m");
  HangAll();
  for (int i = 0; i < 3; ++i) {
    const SteadyTime begin = clock_.Steady();
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRetry);
    EXPECT_LE(clock_.Steady() - begin, Duration(2min));
  }
}

TEST_F(ElasticsearchClusterTest, AllRequestsOfAnAttemptTakeTwoMinutesTogetherAtMost) {
  Make("elasticsearch:?nodes=http://a:1,http://b:1&timeout=2m&sniff=true");
  client_->AlwaysRespondWith([this](const HttpRequest& request) {
    if (request.timeout < Duration(70s)) return Hang(request);
    clock_.Advance(70s);
    return FakeResponse(200, PathOf(request) == "/" ? Root("8.17.0") : answer_);
  });
  for (int i = 0; i < 3; ++i) {
    const SteadyTime begin = clock_.Steady();
    Export(WarningEvent());
    EXPECT_LE(clock_.Steady() - begin, Duration(2min));
  }
}

TEST_F(ElasticsearchClusterTest, EachNodeOfAnAttemptHasTheSameTimeAndTheNextAttemptTwice) {
  Make("elasticsearch:?nodes=http://a:1,http://b:1&timeout=10s");
  HangAll();
  Export(WarningEvent());
  Export(WarningEvent());
  std::vector<Duration> allowed;
  for (const HttpRequest& request : client_->requests()) allowed.push_back(request.timeout);
  EXPECT_THAT(allowed, ElementsAre(10s, 10s, 20s, 20s));
}

TEST_F(ElasticsearchClusterTest, NodesThatHangWhenTheyAreSniffedDoNotTakeTheWholeAttempt) {
  Make("elasticsearch:?nodes=http://a:1,http://b:1,http://c:1&sniff=true&timeout=1m" + ready_);
  client_->AlwaysRespondWith([this](const HttpRequest& request) {
    if (PathOf(request) == "/_nodes/http") return Hang(request);
    return FakeResponse(200, PathOf(request) == "/" ? Root("8.17.0") : answer_);
  });
  const SteadyTime begin = clock_.Steady();
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_LE(clock_.Steady() - begin, Duration(1min));
}

// --- sniffing ---

TEST_F(ElasticsearchClusterTest, AClusterWhoseNodesHaveAllMovedIsFoundByTheAddressesThatWereGiven) {
  Make("elasticsearch:http://seed:9200?sniff=true" + ready_);
  std::string published = "10.0.0.1:9200";
  client_->AlwaysRespondWith([&](const HttpRequest& request) {
    const bool seed = request.url.starts_with("http://seed:9200");
    if (!seed && !request.url.starts_with("http://" + published)) {
      return FakeFailure(HttpError::kConnect);
    }
    if (PathOf(request) == "/_nodes/http") return Published(published);
    return FakeResponse(200, PathOf(request) == "/" ? Root("8.17.0") : answer_);
  });
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_THAT(LastRequest().url, StartsWith("http://10.0.0.1:9200/"));
  published = "10.0.0.2:9200";
  clock_.Advance(2min);
  Export(WarningEvent());
  clock_.Advance(1s);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_THAT(LastRequest().url, StartsWith("http://10.0.0.2:9200/"));
}

TEST_F(ElasticsearchClusterTest, AClusterThatIsDownIsSniffedOnceAMinuteAtMost) {
  Make("elasticsearch:http://seed:9200?sniff=true" + ready_);
  client_->AlwaysRespondWith([](const HttpRequest&) { return FakeFailure(HttpError::kConnect); });
  for (int i = 0; i < 120; ++i, clock_.Advance(1s)) Export(WarningEvent());
  EXPECT_THAT(client_->requests(), SizeIs(120 + 2));
}

TEST_F(ElasticsearchClusterTest, AnAnswerToSniffingThatIsNoneIsNoReasonToStop) {
  for (const char* body :
       {"", "[]", R"({"nodes":[]})", R"({"nodes":{"x":1}})", R"({"nodes":{"x":{"http":1}}})",
        R"({"nodes":{"x":{"http":{"publish_address":"nowhere"}}}})"}) {
    client_ = std::make_shared<FakeHttpClient>(clock_);
    Make("elasticsearch:http://seed:9200?sniff=true" + ready_);
    client_->Respond(200, body);
    client_->AlwaysRespondWith([this](const HttpRequest& request) {
      return FakeResponse(200, PathOf(request) == "/" ? Root("8.17.0") : answer_);
    });
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered) << body;
    EXPECT_THAT(LastRequest().url, StartsWith("http://seed:9200/")) << body;
  }
}

// --- who we are ---

class SignedElasticsearchTest : public ElasticsearchClusterTest {
 protected:
  const ScopedVariable key_{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"};
  const ScopedVariable secret_{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"};
  const ScopedVariable token_{"AWS_SESSION_TOKEN", ""};
};

TEST_F(SignedElasticsearchTest, CommasAndStarsOfTheBulkQueryAreSignedPercentEncoded) {
  MakeReady("?sigv4=true&region=eu-west-1");
  HttpRequest request = LastRequest();
  ASSERT_EQ(PathOf(request), "/_bulk");
  ASSERT_EQ(request.headers.back().first, "Authorization");
  const std::string authorization = request.headers.back().second;
  std::erase_if(request.headers,
                [](auto& h) { return h.first == "Authorization" || h.first == "X-Amz-Date"; });
  request.url = "http://es:9200/_bulk?filter_path=errors%2Citems.%2A.status%2Citems.%2A.error";
  SignAwsV4({"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", ""}, {"eu-west-1", "es"}, clock_.Wall(),
            &request);
  EXPECT_EQ(authorization, request.headers.back().second);
}

TEST_F(SignedElasticsearchTest, ServerlessIsToldTheBodysHash) {
  MakeReady("?sigv4=true&region=eu-west-1&service=aoss");
  EXPECT_THAT(LastRequest().headers, Contains(Key("X-Amz-Content-Sha256")));
  EXPECT_THAT(Authorization(),
              HasSubstr("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,"));
  MakeReady("?sigv4=true&region=eu-west-1");
  EXPECT_THAT(LastRequest().headers, Not(Contains(Key("X-Amz-Content-Sha256"))));
}

TEST_F(SignedElasticsearchTest, ANodesPathIsSigned) {
  Make("elasticsearch:?nodes=http://es:9200/a%2525b&sigv4=true&region=eu-west-1" + ready_);
  Serve();
  Export(WarningEvent());
  HttpRequest request = LastRequest();
  ASSERT_EQ(PathOf(request), "/a%25b/_bulk");
  const std::string authorization = request.headers.back().second;
  std::erase_if(request.headers,
                [](auto& h) { return h.first == "Authorization" || h.first == "X-Amz-Date"; });
  SignAwsV4({"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", ""}, {"eu-west-1", "es"}, clock_.Wall(),
            &request);
  EXPECT_EQ(authorization, request.headers.back().second);
}

// --- paths ---

TEST_F(ElasticsearchClusterTest, ANodesPathIsKept) {
  Make("elasticsearch:?nodes=http://a:1/db1//,http://b:1/" + ready_);
  Serve();
  Export(WarningEvent());
  Export(WarningEvent());
  const std::vector<std::string> asked = Asked();
  EXPECT_THAT(asked, Contains("http://a:1/db1/_bulk"));
  EXPECT_THAT(asked, Contains("http://b:1/_bulk"));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ElasticsearchClusterTest, ANodesPathIsAskedForTheOthersWhichHaveNone) {
  Make("elasticsearch:?nodes=http://a:1/db1&sniff=true" + ready_);
  client_->Respond(Published("10.0.0.1:9200"));
  Serve();
  Export(WarningEvent());
  EXPECT_EQ(Asked().front(), "http://a:1/db1/_nodes/http");
  EXPECT_THAT(LastRequest().url, StartsWith("http://10.0.0.1:9200/_bulk"));
}

TEST_F(ElasticsearchClusterTest, APathOfTheUrisOwnAddressIsDroppedWithAWarning) {
  Make("elasticsearch:http://a:1/s3cret?manage_template=false&ver=8");
  EXPECT_THAT(warnings_, ElementsAre("--sink=elasticsearch: the path of the address is not used: "
                                     "give it by nodes"));
  Serve();
  Export(WarningEvent());
  EXPECT_THAT(LastRequest().url, StartsWith("http://a:1/_bulk"));
  Make("elasticsearch:http://a:1/?ver=8");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ElasticsearchClusterTest, ADollarSignInANodesPasswordIsNoVariable) {
  const ScopedVariable variable("word", "oops");
  MakeReady("?nodes=http://u:pa%24word@h");
  EXPECT_EQ(Authorization(), Basic("u:pa$word"));
}

TEST_F(ElasticsearchClusterTest, ACommaInANodesPasswordEndsNoAddress) {
  MakeReady("?nodes=http://u:pa%2Cword@h:9200,http://i:9200");
  EXPECT_EQ(Authorization(), Basic("u:pa,word"));
  std::set<std::string> used;
  for (const HttpRequest& request : client_->requests()) used.insert(request.url.substr(0, 13));
  EXPECT_THAT(used, ElementsAre("http://h:9200", "http://i:9200"));
}

TEST_F(ElasticsearchClusterTest, APasswordOfAnOptionBeatsTheOneOfTheAddress) {
  const TempDir dir;
  dir.Write("secret", "hunter2\n");
  Make("elasticsearch:http://elastic@es?esUserSecret_file=" + dir.Path("secret"));
  Serve();
  Export(WarningEvent());
  EXPECT_EQ(Authorization(), Basic("elastic:hunter2"));
  EXPECT_THAT(warnings_, IsEmpty());
  Make("elasticsearch:http://elastic:old@es?esUserSecret=new");
  Export(WarningEvent());
  EXPECT_EQ(Authorization(), Basic("elastic:new"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("the address is not used")));
  EXPECT_THAT(ErrorOf("elasticsearch:http://elastic@es"), HasSubstr("option esUserSecret"));
}

TEST_F(ElasticsearchClusterTest, TheEncodedPasswordIsHiddenToo) {
  MakeReady("?esUserName=elastic&esUserSecret=hunter22");
  const std::string detail =
      ExportWith(FakeResponse(401, "no such user: " + Basic("elastic:hunter22"))).events[0].detail;
  EXPECT_THAT(detail, HasSubstr("no such user: Basic ***"));
}

}  // namespace
}  // namespace eventer
