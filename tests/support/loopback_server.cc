#include "support/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

namespace eventer {
namespace {

int Bind(bool ipv6, std::uint16_t wanted, std::uint16_t* port) {
  const int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = wanted != 0;  // whose last connections may still linger
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_port = htons(wanted);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = htons(wanted);
  auto* address = ipv6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = ipv6 ? sizeof(v6) : sizeof(v4);
  if (bind(fd, address, size) != 0) {
    close(fd);
    throw std::runtime_error("cannot bind to the loopback interface");
  }
  getsockname(fd, address, &size);
  *port = ntohs(ipv6 ? v6.sin6_port : v4.sin_port);
  return fd;
}

X509* ReadCertificate(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return certificate;
}

EVP_PKEY* ReadKey(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return key;
}

std::shared_ptr<SSL_CTX> NewContext(const LoopbackServer::Options& options) {
  if (!options.identity) return nullptr;
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  X509* certificate = ReadCertificate(options.identity->cert_pem);
  EVP_PKEY* key = ReadKey(options.identity->key_pem);
  SSL_CTX_use_certificate(context.get(), certificate);
  SSL_CTX_use_PrivateKey(context.get(), key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), options.max_tls_version);
  // Debian's level refuses to speak TLS 1.1 at all; a test wants a server that does.
  if (options.max_tls_version) SSL_CTX_set_security_level(context.get(), 0);
  if (!options.client_ca_pem.empty()) {
    X509* ca = ReadCertificate(options.client_ca_pem);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca);
    X509_free(ca);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

RecordedRequest ParseHead(const std::string& head) {
  RecordedRequest request;
  request.head = head;
  std::size_t at = head.find("\r\n");
  const std::string line = head.substr(0, at);
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  for (at += 2; at < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    if (end == at) break;
    const std::string field = head.substr(at, end - at);
    const std::size_t colon = field.find(':');
    std::string value = field.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    request.headers.emplace_back(field.substr(0, colon), value);
    at = end + 2;
  }
  return request;
}

}  // namespace

std::string RecordedRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (strcasecmp(key.c_str(), std::string(name).c_str()) == 0) return value;
  }
  return "";
}

LoopbackConnection::LoopbackConnection(int fd, SSL* ssl, Recorder recorder)
    : fd_(fd), ssl_(ssl), recorder_(std::move(recorder)) {}

LoopbackConnection::~LoopbackConnection() { SSL_free(ssl_); }

long LoopbackConnection::Receive(char* bytes, std::size_t size) {
  if (ssl_) return SSL_read(ssl_, bytes, static_cast<int>(size));
  return recv(fd_, bytes, size, 0);
}

bool LoopbackConnection::FillUntil(const std::function<bool()>& enough) {
  char bytes[16384];
  while (!enough()) {
    const long count = Receive(bytes, sizeof(bytes));
    if (count <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<RecordedRequest> LoopbackConnection::Read() {
  std::size_t end = 0;
  if (!FillUntil([&] { return (end = received_.find("\r\n\r\n")) != std::string::npos; })) {
    return std::nullopt;
  }
  RecordedRequest request = ParseHead(received_.substr(0, end + 4));
  received_.erase(0, end + 4);
  const std::string length = request.Header("Content-Length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  if (!FillUntil([&] { return received_.size() >= size; })) return std::nullopt;
  request.body = received_.substr(0, size);
  received_.erase(0, size);
  recorder_(request);
  return request;
}

bool LoopbackConnection::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const long count = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                            : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool LoopbackConnection::Drip(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!Write(bytes.substr(i, 1))) return false;
  }
  return true;
}

std::size_t LoopbackConnection::WriteUntilFull(std::string_view bytes, int times) {
  constexpr int kWhileMs = 50;
  std::size_t written = 0;
  while (times-- > 0) {
    for (std::string_view rest = bytes; !rest.empty();) {
      pollfd writable{fd_, POLLOUT, 0};
      if (poll(&writable, 1, kWhileMs) <= 0) return written;
      const long count = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count <= 0) return written;
      rest.remove_prefix(static_cast<std::size_t>(count));
      written += static_cast<std::size_t>(count);
    }
  }
  return written;
}

void LoopbackConnection::AwaitRead() {
  int unsent = 1;
  while (ioctl(fd_, TIOCOUTQ, &unsent) == 0 && unsent > 0) std::this_thread::yield();
}

void LoopbackConnection::AwaitClose() {
  char bytes[16384];
  while (Receive(bytes, sizeof(bytes)) > 0) {
  }
}

void LoopbackConnection::RelayTo(std::uint16_t port) {
  const int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool open = connect(other, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  pollfd ends[] = {{fd_, POLLIN, 0}, {other, POLLIN, 0}};
  while (open && poll(ends, 2, -1) > 0) {
    for (int from : {0, 1}) {
      if (ends[from].revents == 0) continue;
      char bytes[16384];
      const long count = recv(ends[from].fd, bytes, sizeof(bytes), 0);
      open = open && count > 0 &&
             send(ends[1 - from].fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    }
  }
  close(other);
}

void LoopbackConnection::Cut() { SSL_free(std::exchange(ssl_, nullptr)); }

void LoopbackConnection::Reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Cut();
}

void LoopbackConnection::End() {
  if (ssl_) SSL_shutdown(ssl_);
}

std::string LoopbackConnection::server_name() const {
  const char* name = ssl_ ? SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name) : nullptr;
  return name ? name : "";
}

LoopbackServer::LoopbackServer(Script script, Options options)
    : script_(std::move(script)), options_(std::move(options)), tls_(NewContext(options_)) {
  signal(SIGPIPE, SIG_IGN);  // SSL_write knows no MSG_NOSIGNAL
  listener_ = Bind(options_.ipv6, options_.port, &port_);
  if (!options_.down) ComeUp();
}

void LoopbackServer::ComeUp() {
  if (listen(listener_, 128) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::thread([this] { AcceptLoop(); });
}

LoopbackServer::~LoopbackServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Session& session : sessions_) {
      if (session.fd >= 0) shutdown(session.fd, SHUT_RDWR);
    }
  }
  shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  for (Session& session : sessions_) session.thread.join();
  close(listener_);
}

void LoopbackServer::AcceptLoop() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    std::lock_guard lock(mutex_);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (stopping_) {
      close(fd);
      return;
    }
    ++connections_;
    changed_.notify_all();
    Session& session = sessions_.emplace_back();
    session.fd = fd;
    session.thread = std::thread([this, &session] { Serve(session); });
  }
}

SSL* LoopbackServer::Handshake(int fd) {
  SSL* ssl = SSL_new(tls_.get());
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) == 1) return ssl;
  ERR_clear_error();
  SSL_free(ssl);
  // A close with unread bytes would be a reset, and could overtake the alert that says why.
  shutdown(fd, SHUT_WR);
  char bytes[1024];
  while (recv(fd, bytes, sizeof(bytes), 0) > 0) {
  }
  return nullptr;
}

void LoopbackServer::Serve(Session& session) {
  int fd;
  {
    std::lock_guard lock(mutex_);
    fd = session.fd;
  }
  SSL* ssl = tls_ ? Handshake(fd) : nullptr;
  if (ssl || !tls_) {
    LoopbackConnection connection(fd, ssl, [this](const RecordedRequest& request) {
      if (!options_.keeps_requests) return;
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
      changed_.notify_all();
    });
    script_(connection);
    connection.End();
  }
  std::lock_guard lock(mutex_);
  session.fd = -1;
  close(fd);
  ++ended_;
  changed_.notify_all();
}

std::string LoopbackServer::authority() const {
  return (options_.ipv6 ? "[::1]:" : "127.0.0.1:") + std::to_string(port_);
}

std::string LoopbackServer::Url(std::string_view target) const {
  return (tls_ ? "https://" : "http://") + authority() + std::string(target);
}

int LoopbackServer::connections() const {
  std::lock_guard lock(mutex_);
  return connections_;
}

std::vector<RecordedRequest> LoopbackServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void LoopbackServer::AwaitRequests(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void LoopbackServer::AwaitConnections(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return connections_ >= count; });
}

void LoopbackServer::AwaitEnded(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ >= count; });
}

std::string HttpAnswer(std::string_view body, int status, std::string_view more_headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more_headers) + "\r\n" + std::string(body);
}

std::string HttpChunk(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof(size), "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

LoopbackServer::Script AnswerAll(const std::string& answer) {
  return [answer](LoopbackConnection& connection) {
    while (connection.Read()) connection.Write(answer);
  };
}

}  // namespace eventer
