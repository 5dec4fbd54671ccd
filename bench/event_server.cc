#include "event_server.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string_view>

#include "support/loopback_server.h"

namespace eventer {
namespace {

// Versions before this one: the list's. Events count on from here, so that all have the same size.
constexpr std::size_t kListVersion = 1'000'000'000;

// One frame as a kube-apiserver writes it, managedFields and all, with the parts that differ from
// event to event as `#`.
std::string Frame(std::size_t number) {
  static const std::string_view kFrame =
      R"({"type":"ADDED","object":{"kind":"Event","apiVersion":"v1","metadata":{"name":"cart-5d8f.#",)"
      R"("namespace":"shop","uid":"b871719f-c099-4637-81c0-#","resourceVersion":"#",)"
      R"("creationTimestamp":"2026-11-23T04:31:37Z","managedFields":[{"manager":"kubelet",)"
      R"("operation":"Update","apiVersion":"v1","time":"2026-11-23T04:31:37Z",)"
      R"("fieldsType":"FieldsV1","fieldsV1":{"f:count":{},"f:firstTimestamp":{},)"
      R"("f:involvedObject":{},"f:lastTimestamp":{},"f:message":{},"f:reason":{},)"
      R"("f:reportingComponent":{},"f:source":{"f:component":{},"f:host":{}},"f:type":{}}}]},)"
      R"("involvedObject":{"kind":"Pod","namespace":"shop","name":"cart-5d8f",)"
      R"("uid":"d6aa1f21-d387-4163-bda8-2823efba0c33","apiVersion":"v1",)"
      R"("resourceVersion":"2665","fieldPath":"spec.containers{cart}"},"reason":"BackOff",)"
      R"("message":"Back-off restarting failed container cart in pod cart-5d8f_shop",)"
      R"("source":{"component":"kubelet","host":"node-1"},)"
      R"("firstTimestamp":"2026-11-23T04:31:37Z","lastTimestamp":"2026-11-23T04:41:37Z",)"
      R"("count":41,"type":"Warning","eventTime":null,"reportingComponent":"kubelet",)"
      R"("reportingInstance":"node-1"}})"
      "\n";
  const std::string version = std::to_string(kListVersion + number);
  std::string frame;
  frame.reserve(kFrame.size() + 3 * version.size());
  for (const char c : kFrame) {
    if (c == '#') {
      frame += version;
    } else {
      frame += c;
    }
  }
  return frame;
}

bool AnswerWatch(LoopbackConnection& connection, std::size_t events, std::size_t chunk_bytes) {
  if (!connection.Write(kChunkedHead)) return false;
  std::string chunk;
  for (std::size_t i = 1; i <= events; ++i) {
    chunk += Frame(i);
    if (chunk.size() < chunk_bytes && i < events) continue;
    if (!connection.Write(HttpChunk(chunk))) return false;
    chunk.clear();
  }
  connection.AwaitClose();  // the watch stays open, as a quiet one does
  return false;
}

bool AnswerList(LoopbackConnection& connection) {
  return connection.Write(
      HttpAnswer(R"({"kind":"EventList","apiVersion":"v1","metadata":{"resourceVersion":")" +
                 std::to_string(kListVersion) + R"("},"items":[]})"));
}

// The child's life: tells the URL, serves until it is killed or the parent is gone.
[[noreturn]] void ServeForEver(TestIdentity identity, std::size_t events, std::size_t chunk,
                               int url_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_IGN);
  LoopbackServer::Options options;
  options.identity = std::move(identity);
  const LoopbackServer server(
      [events, chunk](LoopbackConnection& connection) {
        bool open = true;
        while (open) {
          const auto request = connection.Read();
          if (!request) return;
          const bool watch = request->target.find("watch=") != std::string::npos;
          open = watch ? AnswerWatch(connection, events, chunk) : AnswerList(connection);
        }
      },
      std::move(options));
  const std::string url = server.Url("");
  if (write(url_pipe, url.data(), url.size()) < 0) _exit(1);
  close(url_pipe);
  for (;;) pause();
}

std::string ReadAll(int fd) {
  std::string text;
  char buffer[256];
  for (ssize_t n = 0; (n = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace

EventServer::EventServer(std::size_t events, std::size_t chunk) {
  int ends[2];
  if (pipe(ends) != 0 || (process_ = fork()) < 0) throw std::runtime_error("cannot fork");
  if (process_ == 0) ServeForEver(ca_.Issue({"IP:127.0.0.1"}), events, chunk, ends[1]);
  close(ends[1]);
  url_ = ReadAll(ends[0]);
  close(ends[0]);
  if (url_.empty()) throw std::runtime_error("the event server did not start");
}

EventServer::~EventServer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace eventer
