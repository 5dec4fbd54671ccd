#include "support/kube_api_server.h"

#include <utility>

namespace eventer {

KubeApiServer::KubeApiServer(FakeKubeApi& api, LoopbackServer::Options options)
    : api_(api),
      server_([this](LoopbackConnection& connection) { Serve(connection); }, std::move(options)) {}

KubeApiServer::~KubeApiServer() { stop_.request_stop(); }

void KubeApiServer::Serve(LoopbackConnection& connection) {
  while (std::optional<RecordedRequest> request = connection.Read()) {
    if (!Answer(connection, *request)) return;
  }
}

bool KubeApiServer::Answer(LoopbackConnection& connection, const RecordedRequest& request) {
  std::optional<FakeKubeApi::Answer> answer =
      api_.Handle(request.method, request.target, request.Header("Authorization"));
  if (!answer) {
    connection.Reset();
    return false;
  }
  if (answer->watch) return Stream(connection, *answer->watch);
  std::string headers = "Content-Type: application/json\r\n";
  for (const auto& [name, value] : answer->headers) headers += name + ": " + value + "\r\n";
  return connection.Write(HttpAnswer(answer->body, answer->status, headers));
}

bool KubeApiServer::Stream(LoopbackConnection& connection, FakeKubeApi::Watch& watch) {
  Clock& clock = SystemClock();
  const SteadyTime end = watch.timeout_seconds > 0
                             ? clock.Steady() + std::chrono::seconds(watch.timeout_seconds)
                             : SteadyTime::max();
  bool open = connection.Write(kChunkedHead);
  while (open && !stop_.stop_requested()) {
    const SteadyTime deadline = api_.silent() ? SteadyTime::max() : end;
    const FakeKubeApi::Chunk chunk = api_.Read(watch, clock, deadline, stop_.get_token());
    if (!chunk.bytes.empty()) open = connection.Write(HttpChunk(chunk.bytes));
    if (chunk.end == FakeKubeApi::End::kBroken) {
      connection.Reset();
      return false;
    }
    const bool over = clock.Steady() >= end && !api_.silent();
    if (chunk.end == FakeKubeApi::End::kClean || over) return connection.Write(kLastChunk);
  }
  return false;
}

}  // namespace eventer
