// A server on the loopback interface that does to its clients exactly what a test says: raw bytes,
// in any pieces, over TCP or TLS.
#pragma once

#include <openssl/ssl.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "eventer/http_client.h"
#include "support/test_certificates.h"

namespace eventer {

struct RecordedRequest {
  std::string method, target;
  HttpHeaders headers;
  std::string body;
  std::string head;  // the raw request line and headers

  std::string Header(std::string_view name) const;
};

// One connection, in its script's hands, on a thread of its own. Closed cleanly when the script
// returns.
class LoopbackConnection {
 public:
  using Recorder = std::function<void(const RecordedRequest&)>;

  LoopbackConnection(int fd, SSL* ssl, Recorder recorder);
  ~LoopbackConnection();

  // The next request, whole. nullopt: the client has closed or broken the connection.
  std::optional<RecordedRequest> Read();
  // False: the client is gone.
  bool Write(std::string_view bytes);
  // Each byte in a packet of its own.
  bool Drip(std::string_view bytes);
  // Writes `bytes` up to `times` times, until the client takes no more for a while. Returns how
  // many bytes it took. Without TLS only.
  std::size_t WriteUntilFull(std::string_view bytes, int times);
  // Blocks until the client's kernel has all that was written: later bytes are another read's.
  void AwaitRead();
  // Blocks until the client closes its side; what it sends meanwhile is thrown away.
  void AwaitClose();
  // Carries bytes both ways between the client and a server on 127.0.0.1, until one closes.
  void RelayTo(std::uint16_t port);
  // Closes the TCP connection alone, without the end that TLS wants.
  void Cut();
  // Closes with an RST. Nothing may be called afterwards.
  void Reset();

  std::string server_name() const;  // of TLS: the SNI that the client sent

 private:
  friend class LoopbackServer;
  long Receive(char* bytes, std::size_t size);
  bool FillUntil(const std::function<bool()>& enough);
  void End();

  int fd_;
  SSL* ssl_;
  Recorder recorder_;
  std::string received_;
};

class LoopbackServer {
 public:
  // Called for each connection, after the TLS handshake if there is one.
  using Script = std::function<void(LoopbackConnection&)>;

  struct Options {
    bool ipv6 = false;
    std::uint16_t port = 0;                // 0: any
    std::optional<TestIdentity> identity;  // speak TLS
    std::string client_ca_pem;             // and ask for a client certificate
    int max_tls_version = 0;               // 0: any
    bool keeps_requests = true;            // for requests() and AwaitRequests
    bool down = false;                     // refuse connections, until ComeUp
  };

  explicit LoopbackServer(Script script) : LoopbackServer(std::move(script), Options()) {}
  LoopbackServer(Script script, Options options);
  // Closes everything; scripts that only wait for the client end by that. Joins.
  ~LoopbackServer();

  void ComeUp();  // once, if it is down

  std::uint16_t port() const { return port_; }
  std::string authority() const;                         // "127.0.0.1:1234", "[::1]:1234"
  std::string Url(std::string_view target = "/") const;  // with http or https
  int connections() const;
  std::vector<RecordedRequest> requests() const;
  // Blocks until that many requests were received, or connections accepted.
  void AwaitRequests(std::size_t count);
  void AwaitConnections(int count);
  // Blocks until that many connections have ended on our side.
  void AwaitEnded(int count);

 private:
  struct Session {
    int fd = -1;
    std::thread thread;
  };

  void AcceptLoop();
  void Serve(Session& session);
  SSL* Handshake(int fd);

  const Script script_;
  const Options options_;
  std::shared_ptr<SSL_CTX> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Session> sessions_;
  std::vector<RecordedRequest> requests_;
  int connections_ = 0;
  int ended_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK" with a Content-Length.
std::string HttpAnswer(std::string_view body, int status = 200, std::string_view more_headers = "");
inline constexpr std::string_view kChunkedHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
std::string HttpChunk(std::string_view data);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Answers every request of a connection with `answer`.
LoopbackServer::Script AnswerAll(const std::string& answer);

}  // namespace eventer
