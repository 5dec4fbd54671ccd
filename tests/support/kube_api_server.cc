#include "support/kube_api_server.h"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <optional>
#include <thread>

#include "eventer/clock.h"

namespace eventer {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Error = boost::system::error_code;

http::response<http::string_body> Response(const FakeKubeApi::Answer& answer, bool keep_alive) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.body() = answer.body;
  response.keep_alive(keep_alive);
  response.prepare_payload();
  return response;
}

// One connection, on a thread of its own.
template <typename Stream>
class Connection {
 public:
  Connection(FakeKubeApi& api, Stream& stream, std::stop_token stop)
      : api_(api), stream_(stream), stop_(std::move(stop)) {}

  void Serve() {
    beast::flat_buffer buffer;
    Error error;
    while (!stop_.stop_requested()) {
      http::request<http::string_body> request;
      http::read(stream_, buffer, request, error);
      if (error || !Answer(request)) return;
    }
  }

 private:
  // False: the connection ends.
  bool Answer(const http::request<http::string_body>& request) {
    if (request.method() == http::verb::post) return Reply(request, Post(request.body()));
    const auto view = [](auto text) { return std::string_view(text.data(), text.size()); };
    const auto answer = api_.Handle(view(request.method_string()), view(request.target()),
                                    view(request[http::field::authorization]));
    if (!answer) return false;
    return answer->watch ? Watch(*answer->watch) : Reply(request, *answer);
  }

  bool Reply(const http::request<http::string_body>& request, const FakeKubeApi::Answer& answer) {
    Error error;
    http::write(stream_, Response(answer, request.keep_alive()), error);
    return !error && request.keep_alive();
  }

  FakeKubeApi::Answer Post(const std::string& event) {
    try {
      const std::string version = std::to_string(api_.Put(event));
      return {.status = 201, .body = R"({"metadata":{"resourceVersion":")" + version + "\"}}\n"};
    } catch (const std::exception& error) {
      return {.status = 400, .body = std::string(error.what()) + "\n"};
    }
  }

  bool Watch(FakeKubeApi::Watch& watch) {
    Clock& clock = SystemClock();
    const SteadyTime ends = watch.timeout_seconds > 0
                                ? clock.Steady() + std::chrono::seconds(watch.timeout_seconds)
                                : SteadyTime::max();
    if (!Write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\n")) {
      return false;
    }
    while (true) {
      const FakeKubeApi::Chunk chunk = api_.Read(watch, clock, ends, stop_);
      if (!chunk.bytes.empty() && !WriteChunk(chunk.bytes)) return false;
      if (chunk.end == FakeKubeApi::End::kBroken) Reset();
      if (stop_.stop_requested() || chunk.end == FakeKubeApi::End::kBroken) return false;
      const bool over = clock.Steady() >= ends && !api_.silent();
      if (over || chunk.end == FakeKubeApi::End::kClean) return Write("0\r\n\r\n");
    }
  }

  // An RST. The descriptor stays: somebody may be about to shut it down by its number.
  void Reset() {
    const sockaddr nobody{.sa_family = AF_UNSPEC, .sa_data = {}};
    ::connect(beast::get_lowest_layer(stream_).native_handle(), &nobody, sizeof(nobody));
  }

  bool Write(std::string_view bytes) {
    Error error;
    asio::write(stream_, asio::buffer(bytes.data(), bytes.size()), error);
    return !error;
  }

  bool WriteChunk(const std::string& bytes) {
    std::array<char, 20> size;
    const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    const std::array<asio::const_buffer, 3> parts = {
        asio::buffer(size.data(), static_cast<std::size_t>(digits)), asio::buffer(bytes),
        asio::buffer("\r\n", 2)};
    Error error;
    asio::write(stream_, parts, error);
    return !error;
  }

  FakeKubeApi& api_;
  Stream& stream_;
  const std::stop_token stop_;
};

}  // namespace

class KubeApiServer::Impl {
 public:
  Impl(FakeKubeApi& api, const KubeApiServerOptions& options)
      : api_(api),
        acceptor_(context_, Tcp::endpoint(asio::ip::address_v4::loopback(), options.port)) {
    if (!options.cert_file.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(options.cert_file);
      tls_->use_private_key_file(options.key_file, asio::ssl::context::pem);
    }
    acceptor_thread_ = std::jthread([this](std::stop_token stop) { Accept(stop); });
  }

  ~Impl() {
    acceptor_thread_.request_stop();
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes accept(), as close() would not
    acceptor_thread_.join();
    std::list<Peer> peers;
    {
      std::lock_guard lock(mutex_);
      peers.swap(peers_);
    }
    for (Peer& peer : peers) {
      peer.thread.request_stop();
      ::shutdown(peer.socket->native_handle(), SHUT_RDWR);
    }
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  bool tls() const { return tls_.has_value(); }

 private:
  struct Peer {
    std::shared_ptr<Tcp::socket> socket;
    std::shared_ptr<std::atomic<bool>> done;
    std::jthread thread;
  };

  void Accept(std::stop_token stop) {
    while (!stop.stop_requested()) {
      Error error;
      auto socket = std::make_shared<Tcp::socket>(context_);
      acceptor_.accept(*socket, error);
      if (error || stop.stop_requested()) continue;
      socket->set_option(Tcp::no_delay(true), error);
      auto done = std::make_shared<std::atomic<bool>>(false);
      std::jthread thread([this, socket, done](std::stop_token own) {
        Serve(*socket, own);
        *done = true;
      });
      std::lock_guard lock(mutex_);
      peers_.remove_if([](const Peer& peer) { return peer.done->load(); });
      peers_.push_back({std::move(socket), std::move(done), std::move(thread)});
    }
  }

  void Serve(Tcp::socket& socket, std::stop_token stop) {
    Error error;
    if (tls_) {
      asio::ssl::stream<Tcp::socket&> stream(socket, *tls_);
      stream.handshake(asio::ssl::stream_base::server, error);
      if (!error) Connection(api_, stream, stop).Serve();
    } else {
      Connection(api_, socket, stop).Serve();
    }
    // Not closed: somebody may be about to shut it down by its number.
    ::shutdown(socket.native_handle(), SHUT_RDWR);
  }

  FakeKubeApi& api_;
  asio::io_context context_;
  Tcp::acceptor acceptor_;
  std::optional<asio::ssl::context> tls_;
  std::mutex mutex_;
  std::list<Peer> peers_;
  std::jthread acceptor_thread_;
};

KubeApiServer::KubeApiServer(FakeKubeApi& api, const KubeApiServerOptions& options)
    : impl_(std::make_unique<Impl>(api, options)) {}

KubeApiServer::~KubeApiServer() = default;

std::uint16_t KubeApiServer::port() const { return impl_->port(); }

std::string KubeApiServer::url() const {
  return (impl_->tls() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}

}  // namespace eventer
