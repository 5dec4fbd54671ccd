// What a cluster refuses, and what it does not tell.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "sinks/elasticsearch_fixture.h"
#include "support/captured_log.h"

namespace eventer {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ElasticsearchFaultTest : public ElasticsearchTest {
 protected:
  EventOutcome OutcomeOfItem(int status, const std::string& type, const std::string& reason) {
    const json body = {{"errors", true}, {"items", {Item(status, type, reason)}}};
    return ExportWith(FakeResponse(200, body.dump())).events.at(0);
  }
  std::ptrdiff_t Count(const std::string& method, const std::string& path) const {
    return std::ranges::count_if(client_->requests(), [&](const HttpRequest& request) {
      return request.method == method && PathOf(request) == path;
    });
  }
};

TEST_F(ElasticsearchFaultTest, A400ThatNoDocumentIsToBlameForIsTheConfigurationsFault) {
  MakeReady("");
  const std::pair<const char*, const char*> rows[] = {
      {"validation_exception",
       "Validation Failed: 1: this action would add [2] shards, but this cluster currently has "
       "[1000]/[1000] maximum normal shards open;"},
      {"illegal_argument_exception",
       "Validation Failed: 1: this action would add [10] total shards, but this cluster currently "
       "has [995]/[1000] maximum shards open;"},
      {"illegal_argument_exception", "pipeline with id [p1] does not exist"},
      {"index_closed_exception", "closed"},
      {"illegal_state_exception", "index [heapster] is closed"},
      {"invalid_index_name_exception", "Invalid index name [a:b]"},
      {"illegal_argument_exception", "no write index is defined for alias [heapster-2026.11.23]"},
      {"illegal_argument_exception",
       "Rejecting mapping update to [k8s-2026.11.23] as the final mapping would have more than 1 "
       "type: [events, doc]"},
  };
  for (const auto& [type, reason] : rows) {
    const EventOutcome outcome = OutcomeOfItem(400, type, reason);
    EXPECT_EQ(outcome.outcome, Outcome::kMisconfigured) << reason;
    EXPECT_EQ(outcome.cause, Cause::kSettings) << reason;
    EXPECT_THAT(outcome.detail, HasSubstr(reason));
  }
}

TEST_F(ElasticsearchFaultTest, A400ThatTheDocumentIsToBlameForRejectsIt) {
  MakeReady("");
  const std::pair<const char*, const char*> rows[] = {
      {"mapper_parsing_exception", "failed to parse field [Count] of type [long]"},
      {"document_parsing_exception", "[1:17] failed to parse field [pipeline with id [x]]"},
      {"strict_dynamic_mapping_exception", "mapping set to strict"},
      {"illegal_argument_exception", "Limit of total fields [1000] has been exceeded"},
      {"illegal_argument_exception", "Document contains at least one immense term"},
      {"", ""},
  };
  for (const auto& [type, reason] : rows) {
    EXPECT_EQ(OutcomeOfItem(400, type, reason).outcome, Outcome::kRejected) << reason;
  }
}

TEST_F(ElasticsearchFaultTest, ARequestThatIsThrottledIsFollowedByASmallerOne) {
  MakeReady("");
  EXPECT_TRUE(ExportWith(FakeResponse(429), 4).smaller);
  EXPECT_FALSE(ExportWith(FakeResponse(503), 4).smaller);
  EXPECT_FALSE(ExportWith(FakeResponse(200, answer_), 4).smaller);
}

TEST_F(ElasticsearchFaultTest, ASecretThatTheCutGoesThroughIsHiddenAllTheSame) {
  MakeReady("?api_key=hunter2hunter2");
  const std::string before(290, 'x');
  EXPECT_THAT(ExportWith(FakeResponse(401, before + "hunter2hunter2")).events[0].detail,
              Not(HasSubstr("hunter")));
  EXPECT_THAT(OutcomeOfItem(400, "some_exception", before.substr(20) + "hunter2hunter2").detail,
              Not(HasSubstr("hunter")));
}

TEST_F(ElasticsearchFaultTest, AnAnswerThatIsCutOffSaysWhy) {
  MakeReady("");
  HttpResponse cut = FakeFailure(HttpError::kTimeout, "no whole answer in 10s");
  cut.status = 200;
  const EventOutcome outcome = ExportWith(cut).events[0];
  EXPECT_EQ(outcome.outcome, Outcome::kRetry);
  EXPECT_EQ(outcome.cause, Cause::kTimeout);
  EXPECT_THAT(outcome.detail, HasSubstr("no whole answer in 10s"));
}

// --- what is not told at the start ---

TEST_F(ElasticsearchFaultTest, AVersionThatIsToldLaterIsTaken) {
  const CapturedLog log;
  Make(std::string(kCluster) + "?manage_template=false");
  bool told = false;
  client_->AlwaysRespondWith([&](const HttpRequest& request) {
    if (PathOf(request) == "/_bulk") return FakeResponse(200, answer_);
    return told ? FakeResponse(200, Root("6.8.23")) : FakeResponse(403);
  });
  for (int i = 0; i < 20; ++i, clock_.Advance(1min)) {
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  }
  EXPECT_FALSE(LinesOf(LastRequest().body.text())[0]["create"].contains("_type"));
  EXPECT_LE(Count("GET", "/"), 5);
  told = true;
  clock_.Advance(5min);
  Export(WarningEvent());
  EXPECT_TRUE(LinesOf(LastRequest().body.text())[0]["create"].contains("_type"));
  const std::ptrdiff_t asked = Count("GET", "/");
  clock_.Advance(30min);
  Export(WarningEvent());
  EXPECT_EQ(Count("GET", "/"), asked);
  const std::string text = log.Text();
  EXPECT_EQ(text.find("does not tell its version"), text.rfind("does not tell its version"));
}

TEST_F(ElasticsearchFaultTest, ATemplateThatMayBePutLaterIsPut) {
  const CapturedLog log;
  Make(kCluster);
  bool allowed = false;
  client_->AlwaysRespondWith([&](const HttpRequest& request) {
    if (PathOf(request) == "/") return FakeResponse(200, Root("8.17.0"));
    if (PathOf(request) == "/_bulk") return FakeResponse(200, answer_);
    if (!allowed) return FakeResponse(403, "no permission");
    return request.method == "GET" ? FakeResponse(404) : FakeResponse(200, "{}");
  });
  constexpr const char* kPath = "/_index_template/kube-eventer-heapster";
  for (int i = 0; i < 20; ++i, clock_.Advance(1min)) {
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  }
  EXPECT_LE(Count("GET", kPath), 5);
  EXPECT_EQ(Count("PUT", kPath), 0);
  allowed = true;
  clock_.Advance(5min);
  Export(WarningEvent());
  EXPECT_EQ(Count("PUT", kPath), 1);
  clock_.Advance(30min);
  Export(WarningEvent());
  EXPECT_EQ(Count("PUT", kPath), 1);
  const std::string text = log.Text();
  EXPECT_EQ(text.find("cannot be put"), text.rfind("cannot be put"));
}

TEST_F(ElasticsearchFaultTest, AskingAgainHoldsNothingUp) {
  Make(kCluster);
  bool down = false;
  client_->AlwaysRespondWith([&](const HttpRequest& request) {
    if (PathOf(request) == "/_bulk") return FakeResponse(200, answer_);
    return FakeResponse(down ? 503 : 403);
  });
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  down = true;
  clock_.Advance(10min);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
}

// --- what has no effect, or cannot be meant ---

TEST_F(ElasticsearchFaultTest, OptionsOfIndicesBesideADataStreamAreWarnedOf) {
  Make(std::string(kCluster) + "?data_stream=events&use_namespace=true&index=k8s");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("option index has no effect"),
                                     HasSubstr("option use_namespace has no effect")));
  Make(std::string(kCluster) + "?data_stream=events");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ElasticsearchFaultTest, VersionsWithoutDataStreamsAreRefusedOrWarnedOf) {
  EXPECT_THAT(ErrorOf(std::string(kCluster) + "?data_stream=events&ver=6"),
              HasSubstr("option data_stream needs version 7.9 or later"));
  const CapturedLog log;
  MakeReady("?data_stream=events&name=ours", "7.8.1");
  EXPECT_THAT(log.Text(), HasSubstr("warning ours: there are no data streams before 7.9"));
}

TEST_F(ElasticsearchFaultTest, AVersionThatIsNotSpokenIsRefused) {
  for (const char* ver : {"4", "9"}) {
    EXPECT_THAT(ErrorOf(std::string(kCluster) + "?ver=" + ver),
                HasSubstr("option ver must be 5, 6, 7 or 8"));
  }
}

TEST_F(ElasticsearchFaultTest, SwitchingToNamespacesOrADataStreamLaterStillPutsATemplate) {
  // All kinds of indices by one name, one after the other, in a cluster that forgets nothing.
  std::set<std::string> there;
  for (const char* options : {"?index=k8s", "?index=k8s&use_namespace=true", "?data_stream=k8s"}) {
    client_ = std::make_shared<FakeHttpClient>(clock_);
    Make(std::string(kCluster) + options);
    client_->AlwaysRespondWith([&](const HttpRequest& request) {
      const std::string path = PathOf(request);
      if (path == "/") return FakeResponse(200, Root("8.17.0"));
      if (path == "/_bulk") return FakeResponse(200, answer_);
      if (request.method == "PUT") there.insert(path);
      return FakeResponse(there.contains(path) ? 200 : 404, "{}");
    });
    Export(WarningEvent());
    EXPECT_THAT(client_->requests(), SizeIs(4)) << options;
  }
  EXPECT_THAT(there, ElementsAre("/_index_template/kube-eventer-k8s",
                                 "/_index_template/kube-eventer-k8s-ns",
                                 "/_index_template/kube-eventer-k8s-stream"));
}

// Elasticsearch refuses two templates of one priority whose patterns overlap.
TEST_F(ElasticsearchFaultTest, TheTemplateOfNamespacesHasAPriorityOfItsOwn) {
  MakeReady("?index=k8s&use_namespace=true");
  const int by_namespace = json::parse(client_->requests()[2].body.text())["priority"];
  client_ = std::make_shared<FakeHttpClient>(clock_);
  MakeReady("?index=k8s");
  EXPECT_NE(json::parse(client_->requests()[2].body.text())["priority"], by_namespace);
}

}  // namespace
}  // namespace eventer
