#include "net/http_server.h"

#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <list>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "eventer/error.h"
#include "net/http_connection.h"

namespace eventer {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// More than any scraper or probe needs; beyond them the oldest connection goes.
constexpr std::size_t kMaxConnections = 64;

tcp::endpoint Endpoint(const std::string& ip, std::uint16_t port) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(ip, error);
  if (error) throw ConfigError("cannot listen on \"" + ip + "\": not an IP address");
  return {address, port};
}

tcp::acceptor Listen(asio::io_context& io, const tcp::endpoint& endpoint) {
  try {
    tcp::acceptor acceptor(io, endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    // "::" stands for every address, IPv4 too, whatever the system's default is.
    if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false));
    acceptor.bind(endpoint);
    acceptor.listen();
    return acceptor;
  } catch (const boost::system::system_error& e) {
    const std::string ip = endpoint.address().to_string();
    throw ConfigError("cannot listen on " + (endpoint.address().is_v6() ? "[" + ip + "]" : ip) +
                      ":" + std::to_string(endpoint.port()) + ": " + e.code().message());
  }
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const std::string& ip, std::uint16_t port, Handler handler,
       std::chrono::milliseconds patience)
      : handler_(std::move(handler)),
        patience_(patience),
        acceptor_(Listen(io_, Endpoint(ip, port))) {
    Accept();
    thread_ = std::thread([this] { io_.run(); });
    pthread_setname_np(thread_.native_handle(), "http_server");
  }

  ~Impl() {
    io_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return AcceptLater();  // out of descriptors: those that go make room
      Serve(std::move(socket));
      Accept();
    });
  }

  void AcceptLater() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](boost::system::error_code error) {
      if (!error) Accept();
    });
  }

  void Serve(tcp::socket socket) {
    connections_.remove_if([](const auto& connection) { return connection.expired(); });
    if (connections_.size() >= kMaxConnections) {
      if (auto oldest = connections_.front().lock()) oldest->Close();
      connections_.pop_front();
    }
    auto connection = std::make_shared<HttpConnection>(std::move(socket), handler_, patience_);
    connections_.push_back(connection);
    connection->Start();
  }

  const Handler handler_;
  const std::chrono::milliseconds patience_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
  asio::steady_timer pause_{io_};
  std::list<std::weak_ptr<HttpConnection>> connections_;  // oldest first
  std::thread thread_;
};

HttpServer::HttpServer(const std::string& ip, std::uint16_t port, Handler handler,
                       std::chrono::milliseconds patience)
    : impl_(std::make_unique<Impl>(ip, port, std::move(handler), patience)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return impl_->port(); }

}  // namespace eventer
