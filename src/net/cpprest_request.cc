#include "net/cpprest_request.h"

#include <cpprest/http_client.h>
#include <cpprest/rawptrstream.h>
#include <openssl/err.h>
#include <strings.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace eventer {
namespace {

using web::http::http_exception;
using web::http::http_response;
using Byte = std::uint8_t;

// Runs continuations on the thread that completes a task: the status is known before the body is
// read, and no other thread of the pool is needed for it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // theirs; it is never destroyed through it
class InlineScheduler final : public pplx::scheduler_interface {
 public:
  void schedule(pplx::TaskProc_t proc, void* argument) override { proc(argument); }
};
#pragma GCC diagnostic pop

pplx::task_options Inline() {
  static const auto scheduler = std::make_shared<InlineScheduler>();
  return pplx::task_options(pplx::scheduler_ptr(scheduler));
}

// The end of the response stream: cpprestsdk writes what it has read and reads on when the write
// has returned, so a handler that blocks holds back the peer. Nothing is ever read from it.
class BodyBuffer final : public concurrency::streams::details::streambuf_state_manager<Byte> {
 public:
  explicit BodyBuffer(std::shared_ptr<Exchange> exchange)
      : streambuf_state_manager(std::ios_base::out), exchange_(std::move(exchange)) {}

 private:
  pplx::task<std::size_t> _putn(const Byte* bytes, std::size_t count) override {
    exchange_->Bytes({reinterpret_cast<const char*>(bytes), count});
    return pplx::task_from_result(count);
  }
  pplx::task<int_type> _putc(Byte byte) override {
    _putn(&byte, 1);
    return pplx::task_from_result<int_type>(byte);
  }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }

  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
  std::size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return -1; }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return -1; }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
    return -1;
  }
  bool acquire(Byte*&, std::size_t&) override { return false; }
  void release(Byte*, std::size_t) override {}
  Byte* _alloc(std::size_t) override { return nullptr; }
  void _commit(std::size_t) override {}
  static pplx::task<int_type> Eof() { return pplx::task_from_result<int_type>(traits::eof()); }
  pplx::task<int_type> _bumpc() override { return Eof(); }
  pplx::task<int_type> _getc() override { return Eof(); }
  pplx::task<int_type> _nextc() override { return Eof(); }
  pplx::task<int_type> _ungetc() override { return Eof(); }
  int_type _sbumpc() override { return traits::eof(); }
  int_type _sgetc() override { return traits::eof(); }
  pplx::task<std::size_t> _getn(Byte*, std::size_t) override {
    return pplx::task_from_result<std::size_t>(0);
  }
  std::size_t _scopy(Byte*, std::size_t) override { return 0; }

  const std::shared_ptr<Exchange> exchange_;
};

// What a request keeps in cpprestsdk for as long as its connection works for it. When the last
// reference goes, the connection is back in the pool.
struct Lifeline {
  Lifeline(std::shared_ptr<Exchange> e, HttpBody b) : exchange(std::move(e)), body(std::move(b)) {}
  ~Lifeline() { exchange->Released(); }
  const std::shared_ptr<Exchange> exchange;
  const HttpBody body;
};

struct Fault {
  HttpError error;
  std::string text;
};

std::string ErrnoText(int code) {
  if (code == EHOSTUNREACH) return "connection refused or no route to it";  // cpprestsdk's choice
  if (code == ECONNABORTED || code == 1 || code == 2) return "the peer closed the connection";
  char text[128];
  return ::strerror_r(code, text, sizeof(text));
}

bool IsTlsCode(int code) { return ERR_GET_LIB(static_cast<unsigned>(code)) == ERR_LIB_SSL; }

std::string TlsText(int code, TlsPeer* peer) {
  if (std::string fault = peer ? peer->TakeFault() : ""; !fault.empty()) return fault;
  const char* reason =
      IsTlsCode(code) ? ERR_reason_error_string(static_cast<unsigned>(code)) : nullptr;
  return std::string("the TLS handshake failed: ") + (reason ? reason : ErrnoText(code));
}

// cpprestsdk 2.10.18 says in words where it failed; the words are those of its
// http_client_asio.cpp. They hold no URL.
Fault FaultOf(const http_exception& e, TlsPeer* tls) {
  const std::string_view what = e.what();
  const int code = e.error_code().value();
  constexpr std::string_view kProxyAnswered = "Expected a 200 response from proxy, received: ";
  if (what.starts_with(kProxyAnswered)) {
    return {HttpError::kConnect,
            "the proxy answered " + std::string(what.substr(kProxyAnswered.size()))};
  }
  if (what.find("proxy") != std::string_view::npos) {
    return {HttpError::kConnect, "no connection through the proxy: " + ErrnoText(code)};
  }
  if (what.starts_with("Error resolving") || what.starts_with("Failed to resolve")) {
    return {HttpError::kConnect, "the host name cannot be resolved"};
  }
  if (what.starts_with("Failed to connect")) return {HttpError::kConnect, ErrnoText(code)};
  if (what.starts_with("Error in SSL handshake")) return {HttpError::kTls, TlsText(code, tls)};
  // With TLS 1.3 a server refuses a client's certificate after the handshake.
  if (IsTlsCode(code)) return {HttpError::kTls, TlsText(code, tls)};
  if (what.starts_with("Failed to write")) {
    return {HttpError::kBroken, std::string(kWriteFailed) + ErrnoText(code)};
  }
  return {HttpError::kBroken, std::string(what) + (code ? ": " + ErrnoText(code) : "")};
}

// To be called in a catch block.
void EndWithException(Exchange& exchange, TlsPeer* tls) {
  try {
    throw;
  } catch (const http_exception& e) {
    Fault fault = FaultOf(e, tls);
    exchange.End(fault.error, std::move(fault.text));
  } catch (...) {
    // What such exceptions say may quote the URL.
    exchange.End(HttpError::kBroken, "the HTTP library refused the request");
  }
}

HttpHeaders CopyHeaders(const http_response& response) {
  return {response.headers().begin(), response.headers().end()};
}

bool HasHeader(const HttpHeaders& headers, const char* name) {
  for (const auto& header : headers) {
    if (strcasecmp(header.first.c_str(), name) == 0) return true;
  }
  return false;
}

web::uri TargetUri(const Url& url) {
  const std::size_t question = url.target.find('?');
  web::uri_builder target;
  target.set_path(url.target.substr(0, question));
  if (question != std::string::npos) target.set_query(url.target.substr(question + 1));
  return target.to_uri();
}

void AddCredentials(const char* header, const Url& of, web::http::http_request& message) {
  if (of.user_info.empty()) return;
  const std::vector<Byte> user(of.user_info.begin(), of.user_info.end());
  message.headers().add(header, "Basic " + utility::conversions::to_base64(user));
}

// How the request is framed is cpprestsdk's; a second opinion would garble it.
bool IsFraming(const std::string& name) {
  for (const char* framing : {"Content-Length", "Transfer-Encoding", "Connection"}) {
    if (strcasecmp(name.c_str(), framing) == 0) return true;
  }
  return false;
}

// cpprestsdk would join the values of one name by commas, which is another thing for most readers
// but HTTP's own (the API server takes "a, b" for one group). It writes values as they are.
void AddHeader(const std::string& name, const std::string& value,
               web::http::http_headers& headers) {
  const auto there = headers.find(name);
  if (there == headers.end()) {
    headers.add(name, value);
  } else {
    there->second += "\r\n" + there->first + ":" + value;
  }
}

void SetHeaders(const OutgoingRequest& outgoing, web::http::http_request& message) {
  const HttpHeaders& headers = outgoing.request.headers;
  message.headers().remove("Content-Type");  // cpprestsdk's own idea
  for (const auto& [name, value] : headers) {
    if (!IsFraming(name)) AddHeader(name, value, message.headers());
  }
  if (!HasHeader(headers, "Host")) message.headers().add("Host", outgoing.url.host_header);
  if (!HasHeader(headers, "User-Agent")) message.headers().add("User-Agent", outgoing.user_agent);
  if (!HasHeader(headers, "Authorization")) {
    AddCredentials("Authorization", outgoing.url, message);
  }
  if (outgoing.plain_proxy) {
    AddCredentials("Proxy-Authorization", *outgoing.plain_proxy, message);
  }
}

web::http::http_request MakeMessage(const OutgoingRequest& outgoing,
                                    const std::shared_ptr<Exchange>& exchange) {
  web::http::http_request message(outgoing.request.method);
  message.set_request_uri(TargetUri(outgoing.url));
  auto lifeline = std::make_shared<Lifeline>(exchange, outgoing.request.body);
  if (const std::string& body = lifeline->body.text(); !body.empty()) {
    const auto* bytes = reinterpret_cast<const Byte*>(body.data());
    message.set_body(concurrency::streams::rawptr_stream<Byte>::open_istream(bytes, body.size()),
                     body.size());
  }
  SetHeaders(outgoing, message);
  message.set_response_stream(
      concurrency::streams::streambuf<Byte>(std::make_shared<BodyBuffer>(exchange))
          .create_ostream());
  message.set_progress_handler(
      [lifeline](web::http::message_direction::direction direction, utility::size64_t) {
        // Called first when the headers are written. A throw ends a request that is given up.
        const bool sending = direction == web::http::message_direction::upload;
        if (sending && !lifeline->exchange->Sent()) throw http_exception("given up");
      });
  return message;
}

// Tells `exchange` the outcome of both tasks: the headers' and the body's.
void Follow(const pplx::task<http_response>& answered, const std::shared_ptr<Exchange>& exchange,
            const std::shared_ptr<TlsPeer>& tls) {
  auto body_done = [exchange, tls](const pplx::task<http_response>& done) {
    try {
      done.get();
      exchange->End(HttpError::kNone, "");
    } catch (...) {
      EndWithException(*exchange, tls.get());
    }
  };
  auto headers_done = [exchange, tls, body_done](const pplx::task<http_response>& done) {
    try {
      http_response response = done.get();
      exchange->Headers(response.status_code(), CopyHeaders(response));
      response.content_ready().then(body_done, Inline());
    } catch (...) {
      EndWithException(*exchange, tls.get());
    }
  };
  answered.then(headers_done, Inline());
}

}  // namespace

std::function<void()> StartRequest(web::http::client::http_client& client,
                                   const OutgoingRequest& outgoing,
                                   const std::shared_ptr<Exchange>& exchange) {
  pplx::cancellation_token_source source;
  try {
    Follow(client.request(MakeMessage(outgoing, exchange), source.get_token()), exchange,
           outgoing.tls);
  } catch (...) {
    EndWithException(*exchange, outgoing.tls.get());
  }
  return [source] { source.cancel(); };
}

}  // namespace eventer
