#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <list>

#include "eventer/error.h"
#include "support/raw_client.h"

namespace eventer {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpServerResponse Echo(const HttpServerRequest& request) {
  if (request.target == "/throw") throw std::runtime_error("inner detail");
  if (request.target == "/long") return {200, "text/plain", std::string(5000, 'l')};
  if (request.target == "/down") return {503, "text/plain", "down\n"};
  return {200, "text/plain; charset=utf-8", request.method + " " + request.target + "\n"};
}

std::string Ask(const HttpServer& server, const std::string& request,
                const std::string& ip = "127.0.0.1") {
  RawClient client(server.port(), ip);
  client.Write(request);
  return client.ReadAnswer();
}

std::string Gunzip(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string text(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

std::string BodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST(HttpServerTest, AnswersAsTheHandlerSays) {
  HttpServer server("127.0.0.1", 0, Echo);
  const std::string answer = Ask(server, "GET /healthz?verbose HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_EQ(BodyOf(answer), "GET /healthz?verbose\n");
}

TEST(HttpServerTest, TellsAFailure) {
  HttpServer server("127.0.0.1", 0, Echo);
  const std::string answer = Ask(server, "GET /down HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(BodyOf(answer), "down\n");
}

TEST(HttpServerTest, HeadHasTheHeaderOfGetAndNoBody) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  client.Write("HEAD /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_EQ(BodyOf(answer), "");
}

TEST(HttpServerTest, KeepsConnectionsAlive) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  for (const char* target : {"/1", "/2", "/3"}) {
    client.Write(std::string("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.ReadAnswer(), EndsWith(std::string("GET ") + target + "\n"));
  }
}

TEST(HttpServerTest, AnswersRequestsThatComeAtOnce) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  client.Write("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /1\n"));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /2\n"));
}

TEST(HttpServerTest, ClosesWhenAskedTo) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  client.Write("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), EndsWith("GET /1\n"));
}

TEST(HttpServerTest, AnOldClientNeedsNoHostAndGetsAClose) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  client.Write("GET /old HTTP/1.0\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200"));
  EXPECT_THAT(answer, EndsWith("GET /old\n"));
}

TEST(HttpServerTest, AnOldClientMayKeepItsConnection) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.Write("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /old\n"));
  }
}

TEST(HttpServerTest, ARequestMayComeByteByByte) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  for (char byte : std::string("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")) client.Write({&byte, 1});
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /slow\n"));
}

TEST(HttpServerTest, ASlowClientDoesNotDelayTheOthers) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient mute(server.port()), slow(server.port());
  slow.Write("GET /slow HT");
  EXPECT_THAT(Ask(server, "GET /quick HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("GET /quick\n"));
  slow.Write("TP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(slow.ReadAnswer(), EndsWith("GET /slow\n"));
}

TEST(HttpServerTest, DropsWhoDoesNotFinishARequestOrIsIdle) {
  HttpServer server("127.0.0.1", 0, Echo, std::chrono::milliseconds(20));
  RawClient mute(server.port()), slow(server.port());
  slow.Write("GET / HT");
  EXPECT_EQ(mute.ReadAll(), "");
  EXPECT_EQ(slow.ReadAll(), "");
  // Answered, and dropped then; on a busy machine an idle client may itself be too slow to ask.
  std::string answered;
  for (int tries = 0; answered.empty() && tries < 100; ++tries) {
    RawClient idle(server.port());
    idle.Write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    answered = idle.ReadAll();
  }
  EXPECT_THAT(answered, EndsWith("GET /\n"));
}

TEST(HttpServerTest, AThrowingHandlerIsAnInnerFault) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  client.Write("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = client.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("inner detail")));
  client.Write("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /next\n"));
}

TEST(HttpServerTest, CompressesALongAnswerForWhoTakesIt) {
  HttpServer server("127.0.0.1", 0, Echo);
  const std::string answer =
      Ask(server, "GET /long HTTP/1.1\r\nHost: h\r\nAccept-Encoding: deflate, gzip\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_EQ(Gunzip(BodyOf(answer)), std::string(5000, 'l'));
  EXPECT_LT(answer.size(), 500u);
}

TEST(HttpServerTest, DoesNotCompressOtherwise) {
  HttpServer server("127.0.0.1", 0, Echo);
  for (const char* request : {"GET /long HTTP/1.1\r\nHost: h\r\n\r\n",
                              "GET /long HTTP/1.1\r\nHost: h\r\nAccept-Encoding: br\r\n\r\n",
                              "GET /long HTTP/1.1\r\nAccept-Encoding: gzip;q=0\r\n\r\n",
                              "GET /short HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n"}) {
    EXPECT_THAT(Ask(server, request), Not(HasSubstr("gzip\r\n"))) << request;
  }
}

TEST(HttpServerTest, TellsTheHandlerWhetherGzipIsTaken) {
  std::atomic<bool> accepts{true};
  HttpServer server("127.0.0.1", 0, [&](const HttpServerRequest& request) {
    accepts = request.accepts_gzip;
    return HttpServerResponse();
  });
  Ask(server, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_FALSE(accepts);
  Ask(server, "GET / HTTP/1.1\r\nAccept-Encoding: gzip;q=0.5\r\n\r\n");
  EXPECT_TRUE(accepts);
  Ask(server, "GET / HTTP/1.1\r\nAccept-Encoding: *\r\n\r\n");
  EXPECT_TRUE(accepts);
}

TEST(HttpServerTest, TakesASmallBodyAndRefusesALargeOne) {
  HttpServer server("127.0.0.1", 0, Echo);
  const std::string body(64 << 10, 'b');
  EXPECT_THAT(Ask(server, "POST /x HTTP/1.1\r\nContent-Length: 65536\r\n\r\n" + body),
              EndsWith("POST /x\n"));
  EXPECT_THAT(Ask(server, "POST /x HTTP/1.1\r\nContent-Length: 65537\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Ask(server, "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" + body),
              StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServerTest, RefusesHeadersOver16KiB) {
  HttpServer server("127.0.0.1", 0, Echo);
  EXPECT_THAT(Ask(server, "GET / HTTP/1.1\r\nX: " + std::string(16 << 10, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST(HttpServerTest, RefusesGarbage) {
  HttpServer server("127.0.0.1", 0, Echo);
  for (const char* garbage :
       {"garbage\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET / HTTP/9.9\r\n\r\n",
        "GET /a b HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_THAT(Ask(server, garbage), StartsWith("HTTP/1.1 400 ")) << garbage;
  }
}

TEST(HttpServerTest, AClientThatLeavesDoesNoHarm) {
  HttpServer server("127.0.0.1", 0, Echo);
  for (const char* part : {"", "GET", "GET / HTTP/1.1\r\n", "GET /long HTTP/1.1\r\n\r\n"}) {
    RawClient client(server.port());
    client.Write(part);
  }
  EXPECT_THAT(Ask(server, "GET /still HTTP/1.1\r\n\r\n"), EndsWith("GET /still\n"));
}

TEST(HttpServerTest, AHalfClosedClientStillGetsItsAnswer) {
  HttpServer server("127.0.0.1", 0, Echo);
  RawClient client(server.port());
  client.Write("GET /half HTTP/1.1\r\n\r\n");
  client.EndWriting();
  EXPECT_THAT(client.ReadAll(), EndsWith("GET /half\n"));
}

TEST(HttpServerTest, BeyondSixtyFourConnectionsTheOldestGoes) {
  HttpServer server("127.0.0.1", 0, Echo);
  std::list<RawClient> clients;
  for (int i = 0; i < 64; ++i) {
    clients.emplace_back(server.port()).Write("GET /one HTTP/1.1\r\n\r\n");
    clients.back().ReadAnswer();
  }
  EXPECT_THAT(Ask(server, "GET /more HTTP/1.1\r\n\r\n"), EndsWith("GET /more\n"));
  EXPECT_EQ(clients.front().ReadAll(), "");
  clients.back().Write("GET /two HTTP/1.1\r\n\r\n");
  EXPECT_THAT(clients.back().ReadAnswer(), EndsWith("GET /two\n"));
}

TEST(HttpServerTest, ListensOnIpv6) {
  HttpServer server("::1", 0, Echo);
  EXPECT_THAT(Ask(server, "GET /six HTTP/1.1\r\n\r\n", "::1"), EndsWith("GET /six\n"));
}

TEST(HttpServerTest, TheAnyAddressOfIpv6TakesIpv4Too) {
  HttpServer server("::", 0, Echo);
  EXPECT_THAT(Ask(server, "GET /six HTTP/1.1\r\n\r\n", "::1"), EndsWith("GET /six\n"));
  EXPECT_THAT(Ask(server, "GET /four HTTP/1.1\r\n\r\n"), EndsWith("GET /four\n"));
}

std::string ListenError(const std::string& ip, std::uint16_t port) {
  try {
    HttpServer server(ip, port, Echo);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

TEST(HttpServerTest, SaysWhyItCannotListen) {
  HttpServer first("127.0.0.1", 0, Echo), sixth("::1", 0, Echo);
  EXPECT_EQ(
      ListenError("127.0.0.1", first.port()),
      "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
  EXPECT_THAT(ListenError("::1", sixth.port()), HasSubstr("cannot listen on [::1]:"));
  EXPECT_THAT(ListenError("192.0.2.1", 8084), HasSubstr("Cannot assign requested address"));
  EXPECT_EQ(ListenError("localhost", 8084), "cannot listen on \"localhost\": not an IP address");
}

TEST(HttpServerTest, APortIsFreeAgainAtOnce) {
  std::uint16_t port = 0;
  for (int i = 0; i < 3; ++i) {
    HttpServer server("127.0.0.1", port, Echo);
    port = server.port();
    RawClient client(port);
    client.Write("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    client.ReadAll();
  }
}

TEST(HttpServerTest, EndsWithConnectionsOpen) {
  auto server = std::make_unique<HttpServer>("127.0.0.1", 0, Echo);
  RawClient mute(server->port()), slow(server->port());
  slow.Write("GET / HT");
  Ask(*server, "GET / HTTP/1.1\r\n\r\n");  // so both are accepted
  server.reset();
  EXPECT_EQ(mute.ReadAll(), "");
  EXPECT_EQ(slow.ReadAll(), "");
}

}  // namespace
}  // namespace eventer
