#include <spdlog/spdlog.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/http_verdict.h"
#include "elasticsearch/bulk_answer.h"
#include "elasticsearch/bulk_body.h"
#include "elasticsearch/cluster.h"
#include "elasticsearch/index_template.h"
#include "eventer/error.h"
#include "eventer/event_sink.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {
namespace {

using nlohmann::json;

// 1,000 documents or 5 MiB a request; the rest of it is for actions and tags.
constexpr BatchLimits kLimits = {.events = 1000, .bytes = 4 << 20};
// What a document and its action have beside the event's own text, as a rule.
constexpr std::size_t kAddedBytes = 512;
// What people have to permit.
constexpr Duration kAskAgain = std::chrono::minutes(5);
constexpr const char* kBulkPath = "/_bulk?filter_path=errors,items.*.status,items.*.error";

BulkStyle ReadStyle(SinkUri& uri) {
  BulkStyle style;
  style.index = uri.GetOr("index", "heapster");
  style.data_stream = uri.GetOr("data_stream", "");
  style.use_namespace = uri.GetBool("use_namespace", false);
  style.cluster_name = uri.GetOr("cluster_name", "default");
  style.pipeline = uri.GetOr("pipeline", "");
  for (const char* option : {"index", "data_stream"}) {
    const std::string& name = option == std::string_view("index") ? style.index : style.data_stream;
    const bool bad =
        name.find_first_of("\\/*?\"<>| ,#ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos ||
        name.starts_with('-') || name.starts_with('_') || name.starts_with('+');
    if (bad) uri.Fail(option, "is no index name: small letters, none of \\ / * ? \" < > | , #");
  }
  if (style.index.empty()) uri.Fail("index", "needs a name");
  if (style.data_stream.empty()) return style;
  for (const char* option : {"index", "use_namespace"}) {
    uri.Ignore(option, "data_stream is given");
  }
  return style;
}

// What `ver` says, for a cluster that does not tell.
EsVersion ReadVersion(SinkUri& uri) {
  const auto major = static_cast<int>(uri.GetInt("ver", 7, 2, 9));
  if (major < 5 || major > 8) uri.Fail("ver", "must be 5, 6, 7 or 8: others are not spoken");
  if (major < 7 && uri.Has("data_stream")) {
    uri.Fail("data_stream", "needs version 7.9 or later, and ver says " + std::to_string(major));
  }
  return {.major = major, .minor = major == 7 ? 17 : 0};
}

std::optional<EsVersion> ParseVersion(const std::string& number) {
  EsVersion version;
  const char* end = number.data() + number.size();
  const auto [dot, error] = std::from_chars(number.data(), end, version.major);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  std::from_chars(dot + 1, end, version.minor);
  return version;
}

std::string TextAt(const json& document, const char* pointer) {
  const json::json_pointer at(pointer);
  return document.is_object() && document.contains(at) && document[at].is_string()
             ? document[at].get<std::string>()
             : std::string();
}

class ElasticsearchSink final : public EventSink {
 public:
  ElasticsearchSink(SinkUri& uri, const SinkContext& context)
      : name_(context.name),
        clock_(context.clock),
        style_(ReadStyle(uri)),
        body_(style_),
        cluster_(uri, context),
        manage_template_(uri.GetBool("manage_template", true)),
        ver_given_(uri.Has("ver")),
        version_(ReadVersion(uri)) {
    for (const char* option : {"maxRetries", "bulkWorkers"}) {
      uri.Ignore(option, "what is not taken is tried again, in order");
    }
    for (const char* option : {"healthCheck", "startupHealthcheckTimeout"}) {
      uri.Ignore(option, "a cluster that is down is waited for");
    }
  }

  std::string_view name() const override { return "ElasticSearch Sink"; }
  BatchLimits limits() const override { return kLimits; }

  ExportResult ExportEvents(const EventBatch& batch, std::stop_token stop) override {
    ExportResult result;
    if (batch.events.empty()) return result;
    cluster_.BeginAttempt();
    if (const auto not_ready = Prepare(stop)) {
      result.events.assign(batch.events.size(), *not_ready);
      return result;
    }
    const HttpResponse response =
        cluster_.Send("POST", kBulkPath, BodyOf(batch), "application/x-ndjson",
                      batch.events.front()->VersionId(), std::move(stop));
    result.events = ReadBulkAnswer(response, batch.events.size(), cluster_.Secrets());
    result.retry_after = RetryAfter(response, clock_.Wall());
    result.smaller = response.status == 429;
    return result;
  }

 private:
  std::string BodyOf(const EventBatch& batch) {
    std::size_t most = 0;
    for (const EventPtr& event : batch.events) most += event->json.size() + kAddedBytes;
    std::string body;
    body.reserve(most);  // what is not used costs no memory, growing does
    for (const EventPtr& event : batch.events) body_.Append(*event, &body);
    return body;
  }

  EventOutcome Judge(const HttpResponse& response) {
    return JudgeResponse(response, cluster_.Secrets(), kClusterHints);
  }

  HttpResponse Get(const std::string& target, const std::stop_token& stop) {
    return cluster_.Send("GET", target, "", "", target, stop);
  }

  // What the cluster is asked before the first document; where it does not tell, now and then
  // again.
  struct Question {
    bool asked = false;  // to the end, whatever came of it
    SteadyTime due{};
  };

  // nullopt: nothing keeps documents from being sent.
  std::optional<EventOutcome> Prepare(const std::stop_token& stop) {
    auto fault = Ask(&version_question_, [&] { return FindVersion(stop); });
    if (!fault && manage_template_) {
      fault = Ask(&template_question_, [&] { return PutTemplate(stop); });
    }
    return fault;
  }

  // `find` returns what is wrong with the cluster, if something is: events wait for the first
  // time that nothing is, and for no other.
  template <typename Find>
  std::optional<EventOutcome> Ask(Question* book, Find&& find) {
    if (clock_.Steady() < book->due) return std::nullopt;
    const std::optional<EventOutcome> fault = find();
    if (fault && !book->asked) return fault;
    if (fault) book->due = clock_.Steady() + kAskAgain;
    book->asked = true;
    return std::nullopt;
  }

  std::optional<EventOutcome> FindVersion(const std::stop_token& stop) {
    const HttpResponse root = Get("/", stop);
    if (NoUse(root)) return Judge(root);
    const json document = json::parse(root.body, nullptr, false);
    std::string number = root.status == 200 ? TextAt(document, "/version/number") : "";
    const bool opensearch = TextAt(document, "/version/distribution") == "opensearch";
    if (number.empty()) {
      const HttpResponse nodes = Get("/_nodes?filter_path=nodes.*.version", stop);
      if (NoUse(nodes)) return Judge(nodes);
      number = FirstVersion(json::parse(nodes.body, nullptr, false));
    }
    const auto found = ParseVersion(number);
    if (!found && !version_question_.asked) {
      spdlog::warn("{}: the cluster does not tell its version; {} is taken", name_,
                   ver_given_ ? "what ver says" : "7");
    }
    version_question_.due = found ? SteadyTime::max() : clock_.Steady() + kAskAgain;
    if (found) UseVersion(*found, opensearch);
    body_.UseType(version_.wants_type());
    return std::nullopt;
  }

  void UseVersion(const EsVersion& found, bool opensearch) {
    version_ = found;
    // Its own numbers begin with 1 again, where no Elasticsearch is spoken to any more.
    version_.opensearch = opensearch || found.major < 5;
    if (version_.opensearch) version_.major = 8;
    template_question_.due = {};  // it may have another path
    if (!style_.data_stream.empty() && !version_.data_streams()) {
      spdlog::warn("{}: there are no data streams before 7.9: {} becomes an index", name_,
                   style_.data_stream);
    }
  }

  // No answer, the wrong password, or a cluster that is not up yet. A refused path is no fault.
  static bool NoUse(const HttpResponse& response) {
    return response.status == 0 || response.status == 401 || response.status == 407 ||
           response.status == 429 || response.status >= 500;
  }

  static std::string FirstVersion(const json& document) {
    if (!document.is_object() || !document.contains("nodes")) return {};
    for (const auto& [id, node] : document["nodes"].items()) {
      if (std::string version = TextAt(node, "/version"); !version.empty()) return version;
    }
    return {};
  }

  // What is there already stays: people may have changed it.
  std::optional<EventOutcome> PutTemplate(const std::stop_token& stop) {
    const bool stream = !style_.data_stream.empty();
    const IndexTemplateOptions options{stream ? style_.data_stream : style_.index,
                                       style_.use_namespace && !stream, stream};
    const std::string path = IndexTemplatePath(options, version_);
    HttpResponse response = Get(path, stop);
    if (response.status == 404) {
      response = cluster_.Send("PUT", path, IndexTemplateBody(options, version_),
                               "application/json", path, stop);
    }
    if (NoUse(response)) return Judge(response);
    template_question_.due =
        response.status == 200 ? SteadyTime::max() : clock_.Steady() + kAskAgain;
    const std::string refusal = response.status == 200 ? "" : Judge(response).detail;
    if (!refusal.empty() && refusal != refusal_) {
      spdlog::warn(
          "{}: the index template cannot be put ({}); the cluster's own mapping is used. "
          "manage_template=false leaves it alone",
          name_, refusal);
    }
    refusal_ = refusal;
    return std::nullopt;
  }

  const std::string name_;
  Clock& clock_;
  const BulkStyle style_;
  BulkBody body_;
  Cluster cluster_;
  const bool manage_template_, ver_given_;
  EsVersion version_;
  Question version_question_, template_question_;
  std::string refusal_;  // why the template could not be put, as it was said last
};

}  // namespace

std::unique_ptr<EventSink> NewElasticsearchSink(SinkUri& uri, const SinkContext& context) {
  return std::make_unique<ElasticsearchSink>(uri, context);
}

}  // namespace eventer
