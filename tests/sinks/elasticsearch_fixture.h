// A cluster that the test plays, and the sink that speaks to it.
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "sinks/http_sink_fixture.h"

namespace eventer {

inline constexpr const char* kCluster = "elasticsearch:http://es:9200";

inline std::string Root(const std::string& number, const std::string& distribution = "") {
  nlohmann::json version = {{"number", number}};
  if (!distribution.empty()) version["distribution"] = distribution;
  return nlohmann::json({{"name", "n"}, {"version", version}}).dump();
}

class ElasticsearchTest : public HttpSinkTest {
 protected:
  // A cluster that is well: tells its version, has no template yet, takes everything.
  void Serve(const std::string& number = "8.17.0", const std::string& distribution = "") {
    client_->AlwaysRespondWith([=, this](const HttpRequest& request) {
      const std::string path = PathOf(request);
      if (path == "/") return FakeResponse(200, Root(number, distribution));
      if (path.find("_template") != std::string::npos) {
        return request.method == "GET" ? FakeResponse(404, "{}") : FakeResponse(200, "{}");
      }
      return FakeResponse(200, answer_);
    });
  }
  static std::string PathOf(const HttpRequest& request) {
    const std::size_t host = request.url.find("://") + 3;
    const std::string target = request.url.substr(request.url.find('/', host));
    return target.substr(0, target.find('?'));
  }
  // What is known from the start on: version and template.
  void MakeReady(const std::string& options, const std::string& number = "8.17.0") {
    Make(std::string(kCluster) + options);
    Serve(number);
    Export(WarningEvent());
  }
  static std::vector<nlohmann::json> LinesOf(const std::string& body) {
    std::istringstream in(body);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  static nlohmann::json Item(int status, const std::string& type = "",
                             const std::string& reason = "") {
    nlohmann::json item = {{"status", status}};
    if (!type.empty()) item["error"] = {{"type", type}, {"reason", reason}};
    return {{"create", item}};
  }
  ExportResult ExportWith(HttpResponse response, std::size_t events = 1) {
    client_->Respond(std::move(response));
    return Export(std::vector(events, WarningEvent()));
  }

  std::string answer_ = R"({"errors":false,"items":[]})";
};

}  // namespace eventer
