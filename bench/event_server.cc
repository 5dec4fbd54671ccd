#include "event_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace eventer {
namespace {

// Versions before this one: the list's. Events count on from here, so that all have the same size.
constexpr std::size_t kListVersion = 1'000'000'000;
constexpr std::size_t kChunk = 64 << 10;

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

// One connection; false when the peer is gone.
class Connection {
 public:
  Connection(SSL_CTX* context, int socket) : ssl_(SSL_new(context), &SSL_free), socket_(socket) {
    SSL_set_fd(ssl_.get(), socket_);
  }
  ~Connection() { close(socket_); }

  bool Accept() { return SSL_accept(ssl_.get()) == 1; }

  // A request without a body, up to the blank line.
  bool ReadRequest(std::string* request) {
    request->clear();
    char buffer[4096];
    while (request->find("\r\n\r\n") == std::string::npos) {
      const int n = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (n <= 0) return false;
      request->append(buffer, static_cast<std::size_t>(n));
    }
    return true;
  }

  bool Write(std::string_view data) {
    return SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size())) > 0;
  }

 private:
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  int socket_;
};

bool AnswerList(Connection& connection) {
  const std::string body =
      R"({"kind":"EventList","apiVersion":"v1","metadata":{"resourceVersion":")" +
      std::to_string(kListVersion) + R"("},"items":[]})";
  return connection.Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body);
}

bool WriteChunk(Connection& connection, std::string_view data) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return connection.Write(size + std::string(data) + "\r\n");
}

bool AnswerWatch(Connection& connection, std::size_t events) {
  if (!connection.Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n")) {
    return false;
  }
  std::string chunk;
  for (std::size_t i = 1; i <= events; ++i) {
    chunk += Frame(i);
    if (chunk.size() < kChunk && i < events) continue;
    if (!WriteChunk(connection, chunk)) return false;
    chunk.clear();
  }
  pause();  // the watch stays open, as a quiet one does
  return false;
}

void Serve(SSL_CTX* context, int socket, std::size_t events) {
  Connection connection(context, socket);
  if (!connection.Accept()) return;
  std::string request;
  bool open = true;
  while (open && connection.ReadRequest(&request)) {
    const bool watch = request.find("watch=") < request.find("\r\n");
    open = watch ? AnswerWatch(connection, events) : AnswerList(connection);
  }
}

[[noreturn]] void ServeForEver(SSL_CTX* context, int listener, std::size_t events) {
  for (;;) {
    const int socket = accept(listener, nullptr, nullptr);
    if (socket >= 0) std::thread(Serve, context, socket, events).detach();
  }
}

int Listen(std::uint16_t* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (bind(listener, generic, size) != 0 || listen(listener, 16) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  *port = ntohs(address.sin_port);
  return listener;
}

SSL_CTX* NewServerContext(const std::string& cert_file, const std::string& key_file) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_file(context, cert_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("cannot use " + cert_file + " with " + key_file);
  }
  return context;
}

}  // namespace

EventServer::EventServer(const std::string& cert_file, const std::string& key_file,
                         std::size_t events) {
  const int listener = Listen(&port_);
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("cannot fork");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGPIPE, SIG_IGN);
    ServeForEver(NewServerContext(cert_file, key_file), listener, events);
  }
  close(listener);
}

EventServer::~EventServer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace eventer
