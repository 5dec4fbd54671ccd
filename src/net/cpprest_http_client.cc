#include "net/cpprest_http_client.h"

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>

#include "net/cpprest_request.h"
#include "net/exchange.h"
#include "net/peers.h"
#include "net/url.h"

namespace eventer {
namespace {

bool IsInjection(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

HttpResponse NotSent(HttpError error, std::string text) {
  HttpResponse response;
  response.error = error;
  response.error_text = std::move(text);
  return response;
}

class CpprestHttpClient final : public HttpClient {
 public:
  CpprestHttpClient(Clock& clock, const HttpClientOptions& options, NameLookup lookup)
      : clock_(clock),
        user_agent_(options.user_agent.empty() ? "kube-eventer" : options.user_agent),
        peers_(clock, options, std::move(lookup)) {}

  HttpResponse Send(const HttpRequest& request, std::stop_token stop) override {
    return Run(request, stop, nullptr);
  }

  HttpResponse Stream(const HttpRequest& request, std::stop_token stop,
                      const StreamHandler& handler) override {
    return Run(request, stop, &handler);
  }

 private:
  HttpResponse Run(const HttpRequest& request, std::stop_token stop, const StreamHandler* lines);
  HttpResponse RunTwice(Peer& peer, const HttpRequest& request, const Url& url, SteadyTime start,
                        std::stop_token stop, const StreamHandler* lines);
  HttpResponse RunOnce(Peer& peer, const HttpRequest& request, const Url& url, Duration timeout,
                       std::stop_token stop, const StreamHandler* lines);

  Clock& clock_;
  const std::string user_agent_;
  Peers peers_;
};

HttpResponse CpprestHttpClient::Run(const HttpRequest& request, std::stop_token stop,
                                    const StreamHandler* lines) {
  const std::optional<Url> url = ParseUrl(request.url);
  if (!url) return NotSent(HttpError::kConnect, "not a URL of http or https");
  for (const auto& [name, value] : request.headers) {
    if (IsInjection(name) || IsInjection(value)) {
      return NotSent(HttpError::kConnect, "a header has a line break in its name or value");
    }
  }
  if (stop.stop_requested()) return NotSent(HttpError::kStopped, "stopped");
  const SteadyTime start = clock_.Steady();
  const std::shared_ptr<Peer> peer = peers_.For(*url, stop);
  HttpResponse response = RunTwice(*peer, request, *url, start, stop, lines);
  response.error_text += peers_.AfterFailure(response, peer, *url, std::move(stop));
  if (!response.error_text.empty()) {
    response.error_text = url->authority() + ": " + response.error_text;
  }
  return response;
}

HttpResponse CpprestHttpClient::RunTwice(Peer& peer, const HttpRequest& request, const Url& url,
                                         SteadyTime start, std::stop_token stop,
                                         const StreamHandler* lines) {
  const auto timeout = [&] {
    return lines ? request.timeout : request.timeout - (clock_.Steady() - start);
  };
  HttpResponse response = RunOnce(peer, request, url, timeout(), stop, lines);
  // A kept-alive connection that the peer has closed meanwhile: it has not got the request whole.
  if (response.error == HttpError::kBroken && response.status == 0 &&
      response.error_text.starts_with(kWriteFailed)) {
    response = RunOnce(peer, request, url, timeout(), std::move(stop), lines);
  }
  return response;
}

HttpResponse CpprestHttpClient::RunOnce(Peer& peer, const HttpRequest& request, const Url& url,
                                        Duration timeout, std::stop_token stop,
                                        const StreamHandler* lines) {
  auto exchange = std::make_shared<Exchange>(clock_, timeout, lines);
  const Url* proxy = url.secure() ? nullptr : peers_.proxies().For(url);
  auto cancel = StartRequest(*peer.client, {request, url, user_agent_, proxy, peer.tls}, exchange);
  HttpResponse response = exchange->Wait(std::move(stop), cancel);
  if (response.status / 100 == 1) {
    // cpprestsdk takes an interim answer for the answer; the real one would be taken for the
    // next request's.
    peers_.Forget(url);
    response.error = HttpError::kBroken;
    response.error_text = "an interim answer that was not asked for";
  }
  return response;
}

}  // namespace

void InitHttpThreads(std::size_t threads) {
  setenv("RES_OPTIONS", "timeout:1 attempts:2", /*overwrite=*/0);
  // Before the pool, so that at exit OpenSSL is cleaned up after the last thread that uses it.
  OPENSSL_init_ssl(0, nullptr);
  crossplat::threadpool::initialize_with_threads(threads);
}

NameLookup SystemNameLookup() {
  using boost::asio::ip::tcp;
  return [](const std::string& host, std::function<void(std::vector<std::string>)> done) {
    auto resolver =
        std::make_shared<tcp::resolver>(crossplat::threadpool::shared_instance().service());
    resolver->async_resolve(
        host, "", tcp::resolver::address_configured,
        [resolver, done = std::move(done)](const auto& error, const auto& found) {
          std::vector<std::string> addresses;
          if (!error) {
            for (const auto& entry : found) {
              addresses.push_back(entry.endpoint().address().to_string());
            }
          }
          done(std::move(addresses));
        });
    return [resolver] { resolver->cancel(); };
  };
}

std::shared_ptr<HttpClient> NewCpprestHttpClient(Clock& clock, const HttpClientOptions& options,
                                                 NameLookup lookup) {
  return std::make_shared<CpprestHttpClient>(clock, options, std::move(lookup));
}

}  // namespace eventer
