#include "net/http_connection.h"

#include <chrono>
#include <utility>

#include "eventer/gzip.h"

namespace eventer {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::uint32_t kMaxHeader = 16 << 10;
constexpr std::uint64_t kMaxBody = 64 << 10;
constexpr std::size_t kWorthCompressing = 1 << 10;

HttpServerResponse Ask(const HttpServer::Handler& handler, const HttpServerRequest& request) {
  try {
    return handler(request);
  } catch (...) {
    return {500, "text/plain; charset=utf-8", "internal error\n"};
  }
}

// Is gzip among the codings that the client takes? "gzip;q=0" says it is not.
bool AcceptsGzip(beast::string_view accepted) {
  for (const auto& coding : http::ext_list(accepted)) {
    if (!beast::iequals(coding.first, "gzip") && coding.first != "*") continue;
    for (const auto& parameter : coding.second) {
      if (beast::iequals(parameter.first, "q") &&
          parameter.second.find_first_not_of("0.") == beast::string_view::npos) {
        return false;
      }
    }
    return true;
  }
  return false;
}

}  // namespace

HttpConnection::HttpConnection(boost::asio::ip::tcp::socket socket,
                               const HttpServer::Handler& handler,
                               std::chrono::milliseconds patience)
    : handler_(handler), patience_(patience), stream_(std::move(socket)) {}

void HttpConnection::Close() { stream_.close(); }

void HttpConnection::Read() {
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(kMaxBody);
  stream_.expires_after(patience_);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code error, std::size_t) { self->OnRead(error); });
}

void HttpConnection::OnRead(beast::error_code error) {
  if (error == http::error::body_limit) return Refuse(http::status::payload_too_large);
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Refuse(http::status::request_header_fields_too_large);
  }
  if (error && error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    return Refuse(http::status::bad_request);
  }
  if (error) return Close();
  const Request& request = parser_->get();
  HttpServerRequest question{std::string(request.method_string()), std::string(request.target()),
                             AcceptsGzip(request[http::field::accept_encoding])};
  Answer(Ask(handler_, question), question.accepts_gzip);
  Write();
}

void HttpConnection::Answer(HttpServerResponse content, bool gzip) {
  const Request& request = parser_->get();
  response_ = Response(static_cast<http::status>(content.status), request.version());
  response_.set(http::field::content_type, content.content_type);
  response_.keep_alive(request.keep_alive());
  if (gzip && content.body.size() > kWorthCompressing) {
    content.body = Gzip(content.body);
    response_.set(http::field::content_encoding, "gzip");
  }
  response_.content_length(content.body.size());
  // HEAD: the header that GET would have, and no body.
  if (request.method() != http::verb::head) response_.body() = std::move(content.body);
}

void HttpConnection::Refuse(http::status status) {
  response_ = Response(status, 11);
  response_.set(http::field::content_type, "text/plain; charset=utf-8");
  response_.keep_alive(false);
  response_.body() = std::string(http::obsolete_reason(status)) + "\n";
  response_.prepare_payload();
  Write();
}

void HttpConnection::Write() {
  stream_.expires_after(patience_);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](beast::error_code error, std::size_t) {
                      self->OnWritten(error);
                    });
}

void HttpConnection::OnWritten(beast::error_code error) {
  if (error) return Close();
  if (response_.keep_alive()) return Read();
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
  stream_.expires_after(patience_);
  Drain();
}

// A close with unread bytes is a reset, which could overtake the answer.
void HttpConnection::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kMaxHeader),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            if (error) return self->Close();
                            self->Drain();
                          });
}

}  // namespace eventer
