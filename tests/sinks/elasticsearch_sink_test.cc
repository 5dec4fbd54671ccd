#include <gmock/gmock.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sinks/elasticsearch_fixture.h"
#include "support/temp_dir.h"
#include "support/test_data.h"

namespace eventer {
namespace {

using nlohmann::json;
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

std::string Gunzip(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);  // gzip and nothing else
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

// --- before the first document ---

TEST_F(ElasticsearchTest, AsksForTheVersionPutsTheTemplateAndSendsOneBulkRequest) {
  Make(std::string(kCluster) + "?index=k8s");
  Serve();
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  std::vector<std::string> calls;
  for (const HttpRequest& request : client_->requests()) {
    calls.push_back(request.method + " " + request.url.substr(request.url.find('/', 8)));
  }
  EXPECT_THAT(calls, ElementsAre("GET /", "GET /_index_template/kube-eventer-k8s",
                                 "PUT /_index_template/kube-eventer-k8s",
                                 "POST /_bulk?filter_path=errors,items.*.status,items.*.error"));
  Export(WarningEvent());
  EXPECT_THAT(client_->requests(), SizeIs(5));
}

// The worker asks so where a chat had the sink's name before.
TEST_F(ElasticsearchTest, NothingToSendIsNoRequest) {
  MakeReady("");
  const std::size_t before = client_->requests().size();
  EXPECT_THAT(Export(std::vector<EventPtr>()).events, testing::IsEmpty());
  EXPECT_THAT(client_->requests(), SizeIs(before));
}

TEST_F(ElasticsearchTest, ATemplateThatIsThereStays) {
  Make(kCluster);
  client_->Respond(200, Root("8.17.0"));
  client_->Respond(200, "{}");
  client_->Respond(200, answer_);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  for (const HttpRequest& request : client_->requests()) EXPECT_NE(request.method, "PUT");
}

TEST_F(ElasticsearchTest, ManageTemplateFalseLeavesItAlone) {
  Make(std::string(kCluster) + "?manage_template=false");
  Serve();
  Export(WarningEvent());
  EXPECT_THAT(client_->requests(), SizeIs(2));
}

TEST_F(ElasticsearchTest, ATemplateThatIsRefusedIsNoReasonToStop) {
  Make(kCluster);
  client_->Respond(200, Root("8.17.0"));
  client_->Respond(403);
  client_->Respond(200, answer_);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
}

TEST_F(ElasticsearchTest, EachVersionHasItsPaths) {
  struct Row {
    const char* number;
    const char* distribution;
    const char* path;
    bool type;
  };
  for (const Row& row :
       {Row{"5.6.16", "", "/_template/kube-eventer-heapster", true},
        Row{"6.8.23", "", "/_template/kube-eventer-heapster", true},
        Row{"7.7.1", "", "/_template/kube-eventer-heapster", false},
        Row{"7.17.28", "", "/_index_template/kube-eventer-heapster", false},
        Row{"8.17.0", "", "/_index_template/kube-eventer-heapster", false},
        Row{"2.19.1", "opensearch", "/_index_template/kube-eventer-heapster", false},
        Row{"3.3.0", "opensearch", "/_index_template/kube-eventer-heapster", false}}) {
    client_ = std::make_shared<FakeHttpClient>(clock_);
    Make(kCluster);
    Serve(row.number, row.distribution);
    Export(WarningEvent());
    EXPECT_EQ(PathOf(client_->requests()[1]), row.path) << row.number;
    const json action = LinesOf(LastRequest().body.text())[0]["create"];
    EXPECT_EQ(action.contains("_type"), row.type) << row.number;
  }
}

TEST_F(ElasticsearchTest, WhereTheRootIsRefusedTheNodesTellTheVersion) {
  for (int status : {403, 405}) {
    client_ = std::make_shared<FakeHttpClient>(clock_);
    Make(std::string(kCluster) + "?manage_template=false");
    client_->Respond(status);
    client_->Respond(200, R"({"nodes":{"x":{"version":"6.8.23"}}})");
    client_->Respond(200, answer_);
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
    EXPECT_TRUE(LinesOf(LastRequest().body.text())[0]["create"].contains("_type"));
  }
}

TEST_F(ElasticsearchTest, WhereNothingTellsTheVersionVerDoes) {
  for (const auto& [options, type] : {std::pair<std::string, bool>{"", false}, {"&ver=6", true}}) {
    client_ = std::make_shared<FakeHttpClient>(clock_);
    Make(std::string(kCluster) + "?manage_template=false" + options);
    client_->Respond(403);
    client_->Respond(403);
    client_->Respond(200, answer_);
    EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
    EXPECT_EQ(LinesOf(LastRequest().body.text())[0]["create"].contains("_type"), type);
  }
}

TEST_F(ElasticsearchTest, AClusterThatIsDownOrRefusesThePasswordIsWaitedFor) {
  Make(kCluster);
  client_->Respond(FakeFailure(HttpError::kConnect));
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRetry);
  client_->Respond(503);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kRetry);
  client_->Respond(401);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kMisconfigured);
  Serve();
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
}

TEST_F(ElasticsearchTest, TheTemplateMapsWhatDashboardsAskAndNoLabels) {
  MakeReady("?index=k8s&use_namespace=true");
  const json body = json::parse(client_->requests()[2].body.text());
  EXPECT_THAT(body["index_patterns"], ElementsAre("k8s-*-2*.*.*", "k8s-2*.*.*"));
  EXPECT_EQ(body["priority"], 2);
  EXPECT_TRUE(body["template"]["aliases"].contains("k8s-events"));
  const json& fields = body["template"]["mappings"]["properties"];
  EXPECT_EQ(fields["Reason"]["fields"]["keyword"]["type"], "keyword");
  EXPECT_EQ(fields["LastOccurrenceTimestamp"]["type"], "date");
  EXPECT_EQ(fields["Count"]["type"], "long");
  EXPECT_EQ(fields["Metadata"]["properties"]["labels"]["enabled"], false);
}

// --- the request ---

TEST_F(ElasticsearchTest, TheActionNamesIndexIdAndPipeline) {
  MakeReady("?index=k8s&pipeline=p1&use_namespace=true");
  EXPECT_EQ(LinesOf(LastRequest().body.text())[0],
            json::parse(R"({"create":{"_index":"k8s-shop-2026.11.23","_id":"605abd8a-2875",
                            "pipeline":"p1"}})"));
}

TEST_F(ElasticsearchTest, ADataStreamTakesThePlaceOfIndices) {
  MakeReady("?data_stream=kube-events");
  EXPECT_EQ(LinesOf(LastRequest().body.text())[0]["create"]["_index"], "kube-events");
  const json body = json::parse(client_->requests()[2].body.text());
  EXPECT_TRUE(body.contains("data_stream"));
  EXPECT_THAT(body["index_patterns"], ElementsAre("kube-events"));
}

TEST_F(ElasticsearchTest, WaysToSayWhoWeAre) {
  const TempDir dir;
  dir.Write("secret", "hunter2\n");
  const std::pair<std::string, std::string> rows[] = {
      {"?esUserName=u&esUserSecret=s%40cret", "Basic dTpzQGNyZXQ="},
      {"?esUserName=u&esUserSecret_file=" + dir.Path("secret"), "Basic dTpodW50ZXIy"},
      {"?api_key=abc%3D", "ApiKey abc="},
      {"?bearer_token=t", "Bearer t"},
      {"?nodes=http://u:p@h:9200", "Basic dTpw"},
  };
  for (const auto& [options, authorization] : rows) {
    MakeReady(options);
    EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", authorization))) << options;
  }
}

TEST_F(ElasticsearchTest, EachSecretOfAFileIsReadAgain) {
  const TempDir dir;
  const std::pair<std::string, std::string> rows[] = {
      {"?esUserName=u&esUserSecret_file=", "Basic dTp0d28="},
      {"?api_key_file=", "ApiKey two"},
      {"?bearer_token_file=", "Bearer two"},
  };
  for (const auto& [option, authorization] : rows) {
    dir.Write("secret", "one\n");
    MakeReady(option + dir.Path("secret"));
    dir.Write("secret", "two\n");
    EXPECT_THAT(LastRequest().headers, Not(Contains(Pair("Authorization", authorization))));
    clock_.Advance(5s);
    Export(WarningEvent());
    EXPECT_THAT(LastRequest().headers, Contains(Pair("Authorization", authorization))) << option;
  }
}

TEST_F(ElasticsearchTest, ARequestHoldsAThousandDocumentsOrFiveMiBAtMost) {
  MakeReady("");
  const BatchLimits limits = sink_->limits();
  EXPECT_EQ(limits.events, 1000u);
  const std::size_t padding = limits.bytes / limits.events - WarningEvent("")->json.size();
  const std::vector<EventPtr> events(limits.events, WarningEvent(std::string(padding, 'x')));
  Export(events);
  EXPECT_THAT(LinesOf(LastRequest().body.text()), SizeIs(2000));
  EXPECT_LE(LastRequest().body.text().size(), 5u << 20);
}

TEST_F(ElasticsearchTest, CompressPacksTheBody) {
  MakeReady("?compress=true");
  EXPECT_THAT(LastRequest().headers, Contains(Pair("Content-Encoding", "gzip")));
  const std::vector<json> lines = LinesOf(Gunzip(LastRequest().body.text()));
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["create"]["_id"], "605abd8a-2875");
  EXPECT_EQ(lines[1]["Reason"], "BackOff");
}

TEST_F(ElasticsearchTest, NodesAreTriedInTurnAndADeadOneIsLeftAlone) {
  Make("elasticsearch:?nodes=http://a:1&nodes=http://b:2,http://c:3&manage_template=false");
  client_->AlwaysRespondWith([this](const HttpRequest& request) {
    if (request.url.starts_with("http://b:2")) return FakeFailure(HttpError::kConnect);
    return FakeResponse(200, PathOf(request) == "/" ? Root("8.1.0") : answer_);
  });
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  int dead = 0;
  std::set<std::string> used;
  for (const HttpRequest& request : client_->requests()) {
    dead += request.url.starts_with("http://b:2");
    used.insert(request.url.substr(0, 10));
  }
  EXPECT_EQ(dead, 1);
  EXPECT_THAT(used, ElementsAre("http://a:1", "http://b:2", "http://c:3"));
  clock_.Advance(1min);
  for (int i = 0; i < 3; ++i) Export(WarningEvent());
  EXPECT_GT(std::ranges::count_if(client_->requests(),
                                  [](auto& r) { return r.url.starts_with("http://b:2"); }),
            1);
}

TEST_F(ElasticsearchTest, SniffingTakesTheClustersOwnAddresses) {
  Make(std::string(kCluster) + "?sniff=true&manage_template=false");
  client_->Respond(200, R"({"nodes":{"a":{"http":{"publish_address":"10.0.0.1:9200"}},
                                     "b":{"http":{"publish_address":"es2/10.0.0.2:9201"}}}})");
  client_->Respond(200, Root("7.17.0"));
  client_->Respond(200, answer_);
  EXPECT_EQ(Export(WarningEvent()).outcome, Outcome::kDelivered);
  EXPECT_THAT(client_->requests()[1].url, StartsWith("http://10.0.0.1:9200/"));
  EXPECT_THAT(client_->requests()[2].url, StartsWith("http://es2:9201/"));
}

// --- the answer ---

TEST_F(ElasticsearchTest, EachItemHasItsOutcome) {
  MakeReady("");
  const json items = {Item(201),
                      Item(409, "version_conflict_engine_exception", "there"),
                      Item(400, "document_parsing_exception", "failed to parse field [Count]"),
                      Item(413, "too_large", "x"),
                      Item(401),
                      Item(403, "cluster_block_exception", "read-only"),
                      Item(404, "index_not_found_exception", "no such index"),
                      Item(429, "es_rejected_execution_exception", "full"),
                      Item(503),
                      {{"index", {}}}};
  const ExportResult result =
      ExportWith(FakeResponse(200, json({{"errors", true}, {"items", items}}).dump()), 10);
  const std::pair<Outcome, Cause> expected[] = {{Outcome::kDelivered, Cause::kNone},
                                                {Outcome::kDelivered, Cause::kNone},
                                                {Outcome::kRejected, Cause::kMapping},
                                                {Outcome::kRejected, Cause::kTooLarge},
                                                {Outcome::kMisconfigured, Cause::kUnauthorized},
                                                {Outcome::kMisconfigured, Cause::kNotFound},
                                                {Outcome::kMisconfigured, Cause::kNotFound},
                                                {Outcome::kRetry, Cause::kThrottled},
                                                {Outcome::kRetry, Cause::kServer},
                                                {Outcome::kRetry, Cause::kGarbage}};
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(result.events[i].outcome, expected[i].first) << i;
    EXPECT_EQ(result.events[i].cause, expected[i].second) << i;
  }
  EXPECT_THAT(result.events[2].detail, HasSubstr("failed to parse field [Count]"));
  EXPECT_THAT(result.events[4].detail, HasSubstr("(check `esUserName` and `esUserSecret`"));
}

TEST_F(ElasticsearchTest, AWholeRequestThatIsRefused) {
  MakeReady("");
  EXPECT_EQ(ExportWith(FakeResponse(413), 2).events[1].outcome, Outcome::kTooLarge);
  EXPECT_EQ(ExportWith(FakeResponse(429), 2).events[1].cause, Cause::kThrottled);
  EXPECT_EQ(ExportWith(FakeResponse(503), 2).events[1].outcome, Outcome::kRetry);
  EXPECT_EQ(ExportWith(FakeResponse(401), 2).events[1].outcome, Outcome::kMisconfigured);
  EXPECT_EQ(ExportWith(FakeResponse(400), 2).events[1].outcome, Outcome::kTooLarge);
  EXPECT_EQ(ExportWith(FakeResponse(400), 1).events[0].outcome, Outcome::kRejected);
}

TEST_F(ElasticsearchTest, AnAnswerThatIsNoneIsARetry) {
  MakeReady("");
  for (const char* body : {"", "<html>", "[]", "{}", R"({"errors":1})", R"({"errors":true})",
                           R"({"errors":true,"items":[]})"}) {
    const EventOutcome outcome = ExportWith(FakeResponse(200, body)).events[0];
    EXPECT_EQ(outcome.outcome, Outcome::kRetry) << body;
    EXPECT_EQ(outcome.cause, Cause::kGarbage) << body;
  }
  HttpResponse cut = FakeFailure(HttpError::kBroken);
  cut.status = 200;
  EXPECT_EQ(ExportWith(cut).events[0].outcome, Outcome::kRetry);
}

TEST_F(ElasticsearchTest, SecretsAreHidden) {
  MakeReady("?esUserName=u&esUserSecret=hunter22");
  EXPECT_THAT(ExportWith(FakeResponse(401, "no hunter22")).events[0].detail,
              HasSubstr("no *** (check `esUserName` and `esUserSecret`"));
}

// --- against the original ---

class ElasticsearchGoldenTest : public ElasticsearchTest {
 protected:
  // Documents of the recorded bulk requests, by the event's version.
  std::map<std::string, std::pair<json, json>> Recorded(const std::string& file) {
    std::map<std::string, std::pair<json, json>> documents;
    for (const std::string& line : ReadTestLines("golden/" + file)) {
      const json request = json::parse(line);
      if (request["url"] != "/_bulk") continue;
      headers_ = request["headers"];
      const std::vector<json> lines = LinesOf(request["body"]);
      for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
        const json& metadata = lines[i + 1]["Metadata"];
        documents[metadata["uid"].get<std::string>() + "-" +
                  metadata["resourceVersion"].get<std::string>()] = {lines[i]["index"],
                                                                     lines[i + 1]};
      }
    }
    return documents;
  }

  void ExpectSame(const std::string& file, const std::string& value, const std::string& number) {
    const auto recorded = Recorded(file);
    Make(value);
    Serve(number);
    std::vector<EventPtr> events = RecordedEvents(value);
    Export(events);
    const std::vector<json> lines = LinesOf(LastRequest().body.text());
    ASSERT_EQ(lines.size(), 2 * events.size());
    for (const char* name : {"Authorization", "Content-Type"}) {
      EXPECT_EQ(HeaderOf(LastRequest(), name), headers_.value(name, "")) << name;
    }
    std::size_t compared = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const json& action = lines[2 * i]["create"];
      const auto found = recorded.find(action["_id"]);
      if (found == recorded.end()) continue;  // the original lost it
      ++compared;
      EXPECT_EQ(action["_index"], found->second.first["_index"]);
      EXPECT_EQ(action.value("pipeline", ""), found->second.first.value("pipeline", ""));
      ExpectSameDocument(lines[2 * i + 1], found->second.second);
    }
    EXPECT_EQ(compared, recorded.size());
  }

  static std::string HeaderOf(const HttpRequest& request, const std::string& name) {
    for (const auto& [header, value] : request.headers) {
      if (header == name) return value;
    }
    return "";
  }

  // Different on purpose: no managedFields, added fields, the first time of an event that has
  // none, the count of a series.
  static void ExpectSameDocument(json ours, json theirs) {
    theirs["Metadata"].erase("managedFields");
    for (const char* added : {"@timestamp", "EventTime", "Series", "Action", "Related",
                              "ReportingComponent", "ReportingInstance"}) {
      ours.erase(added);
    }
    if (theirs["FirstOccurrenceTimestamp"] == "0001-01-01T00:00:00Z") {
      theirs["FirstOccurrenceTimestamp"] = ours["FirstOccurrenceTimestamp"];
      theirs["LastOccurrenceTimestamp"] = ours["LastOccurrenceTimestamp"];
      theirs["Count"] = ours["Count"];
    }
    EXPECT_EQ(ours, theirs);
  }

  json headers_;  // of a recorded bulk request
};

TEST_F(ElasticsearchGoldenTest, WritesTheDocumentsOfTheOriginal) {
  ExpectSame("es7.jsonl",
             "elasticsearch:http://127.0.0.1:7002?sniff=false&ver=7&cluster_name=prod&index=k8s",
             "7.17.0");
}

TEST_F(ElasticsearchGoldenTest, WritesTheDocumentsOfTheOriginalByNamespace) {
  ExpectSame("es7-namespace.jsonl",
             "elasticsearch:?nodes=http://127.0.0.1:7002&sniff=false&healthCheck=false&ver=7&"
             "use_namespace=true&pipeline=p1&esUserName=u&esUserSecret=s%40cret",
             "7.17.0");
}

TEST_F(ElasticsearchGoldenTest, WritesTheDocumentsOfTheOriginalToVersion5) {
  ExpectSame("es5.jsonl", "elasticsearch:http://127.0.0.1:7002?sniff=false&ver=5", "5.6.16");
}

// --- bad input ---

TEST_F(ElasticsearchTest, WhatIsWrongIsSaidInOneLine) {
  const std::pair<std::string, std::string> rows[] = {
      {"elasticsearch:", "there is no node"},
      {"elasticsearch:?nodes=es:9200", "a node needs an address such as http://host:9200"},
      {"elasticsearch:http://h?ver=2", "option ver must be 5, 6, 7 or 8"},
      {"elasticsearch:http://h?ver=x", "option ver must be a number"},
      {"elasticsearch:http://h?index=Big", "option index is no index name"},
      {"elasticsearch:http://h?index=", "option index needs a name"},
      {"elasticsearch:http://h?esUserName=u", "option esUserSecret is missing"},
      {"elasticsearch:http://h?esUserSecret=s3cret", "option esUserName is missing"},
      {"elasticsearch:http://h?api_key=s3cret&bearer_token=s3cret", "only one of"},
      {"elasticsearch:http://h?sigv4=true", "option region is required"},
      {"elasticsearch:http://h?compress=yes", "option compress must be true or false"},
      {"elasticsearch:http://h?idnex=x", "did you mean index?"},
      {"elasticsearch:http://h?bearer_token_file=/no/such", "option bearer_token_file"},
  };
  for (const auto& [value, said] : rows) {
    const std::string error = ErrorOf(value);
    EXPECT_THAT(error, HasSubstr(said)) << value;
    EXPECT_THAT(error, StartsWith("--sink=elasticsearch: ")) << value;
    EXPECT_THAT(error, Not(HasSubstr("s3cret"))) << value;
  }
}

TEST_F(ElasticsearchTest, AnAddressWithoutASchemeIsSaidToBeSoAndBlamesNoOption) {
  for (const std::string key : {"elasticsearch", "opensearch"}) {
    for (const std::string address : {"//es:9200", "es:9200", "//s3cret@es", "ftp://es"}) {
      EXPECT_EQ(ErrorOf(key + ":" + address),
                "--sink=" + key + ": the address must begin with http:// or https://, such as " +
                    key + ":http://es:9200");
    }
  }
}

TEST_F(ElasticsearchTest, OptionsOfTheOriginalWithoutEffectAreWarnedOf) {
  Make(
      "elasticsearch:http://h?maxRetries=3&bulkWorkers=5&healthCheck=true&"
      "startupHealthcheckTimeout=5");
  EXPECT_THAT(warnings_, SizeIs(4));
  Make("opensearch:http://h");
  EXPECT_EQ(sink_->name(), "ElasticSearch Sink");
}

}  // namespace
}  // namespace eventer
