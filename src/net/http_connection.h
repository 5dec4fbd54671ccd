// One connection of HttpServer: reads a request, asks the handler, writes the answer, again.
#pragma once

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "net/http_server.h"

namespace eventer {

// Used on the server's thread only. Keeps itself alive while it reads or writes; a peer that does
// not do its part of either within `patience` is dropped.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // `handler` outlives the connection.
  HttpConnection(boost::asio::ip::tcp::socket socket, const HttpServer::Handler& handler,
                 std::chrono::milliseconds patience);

  void Start() { Read(); }
  void Close();

 private:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void Read();
  void OnRead(boost::beast::error_code error);
  void Answer(HttpServerResponse content, bool gzip);
  void Refuse(boost::beast::http::status status);
  void Write();
  void OnWritten(boost::beast::error_code error);
  // Reads and forgets until the peer has closed, too.
  void Drain();

  const HttpServer::Handler& handler_;
  const std::chrono::milliseconds patience_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  Response response_;
};

}  // namespace eventer
