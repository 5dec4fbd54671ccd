// event-receiver: the other end of a sink, for people and benchmarks.
//
//   event-receiver --as webhook|dingtalk|wecom|feishu|elasticsearch [--quiet] [--latency 5ms]
//                  [--expect N] [--url-file FILE] [--tls-ca FILE]
//
// As dingtalk: prints what the group would see, and shows that to a browser as well.
// Prints its URL (or writes it to --url-file), then each request that arrives, until SIGINT or
// SIGTERM. --quiet prints at the end what arrived in numbers instead. --expect ends it after that
// many events. --tls-ca: speaks TLS; writes the certificate to trust to FILE, before the URL.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "eventer/clock.h"
#include "eventer/time_format.h"
#include "support/chat_page.h"
#include "support/receiver.h"
#include "support/test_certificates.h"

namespace eventer {
namespace {

struct ReceiverOptions {
  ReceiverKind kind = ReceiverKind::kWebhook;
  bool quiet = false;
  Duration latency{};
  std::string url_file, ca_file;
  std::uint64_t expected = 0;  // 0: no end
};

class Receiver {
 public:
  explicit Receiver(const ReceiverOptions& options) : options_(options) {}

  // One connection's script.
  void Serve(LoopbackConnection& connection) {
    while (const auto request = connection.Read()) {
      Clock& clock = SystemClock();
      if (options_.latency > Duration::zero()) {
        SleepUntil(clock, {}, clock.Steady() + options_.latency);
      }
      if (options_.kind == ReceiverKind::kDingtalk && request->method == "GET") {
        if (!connection.Write(HttpAnswer(Page(), 200, "Content-Type: text/html\r\n"))) return;
        continue;
      }
      if (!connection.Write(AnswerOf(options_.kind, *request))) return;
      Note(*request, clock.Steady());
    }
  }

  std::string Numbers() {
    std::lock_guard lock(mutex_);
    return books_.Text();
  }

 private:
  void Note(const RecordedRequest& request, SteadyTime now) {
    std::lock_guard lock(mutex_);
    books_.Take(options_.kind, request, now);
    if (!options_.quiet) std::cout << "\n" << Show(request) << std::flush;
    if (options_.expected > 0 && books_.events() >= options_.expected) kill(getpid(), SIGTERM);
  }

  std::string Page() {
    std::lock_guard lock(mutex_);
    return ChatPage(messages_);
  }

  // Of a robot's message what the group sees.
  std::string Show(const RecordedRequest& request) {
    if (options_.kind != ReceiverKind::kDingtalk) return ShowRequest(request);
    const std::optional<ChatMessage> message = ReadDingtalkMessage(request.body);
    if (!message) return ShowRequest(request);
    messages_.push_back(*message);
    if (messages_.size() > kShownMessages) messages_.erase(messages_.begin());
    return message->text + "\n";
  }

  static constexpr std::size_t kShownMessages = 100;  // on the page

  const ReceiverOptions options_;
  std::mutex mutex_;
  std::vector<ChatMessage> messages_;
  ReceiverBooks books_;
};

LoopbackServer::Options ServerOptions(const ReceiverOptions& options) {
  LoopbackServer::Options server{.keeps_requests = false};
  if (options.ca_file.empty()) return server;
  const TestCa ca;
  std::ofstream(options.ca_file) << ca.pem();
  server.identity = ca.Issue({"IP:127.0.0.1"});
  return server;
}

int Serve(const ReceiverOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // threads inherit it

  Receiver receiver(options);
  const LoopbackServer server(
      [&receiver](LoopbackConnection& connection) { receiver.Serve(connection); },
      ServerOptions(options));
  if (options.url_file.empty()) {
    std::cout << server.Url("") << std::endl;
  } else {
    std::ofstream(options.url_file) << server.Url("") << "\n";
  }
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  if (options.quiet) std::cout << receiver.Numbers() << std::flush;
  return 0;
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  eventer::ReceiverOptions options;
  std::string kind = "webhook", latency = "0s";
  CLI::App app("Takes what a sink sends, and shows it.");
  app.add_option("--as", kind, "webhook, dingtalk, wecom, feishu or elasticsearch");
  app.add_flag("--quiet", options.quiet, "show nothing but numbers at the end");
  app.add_option("--latency", latency, "answer so much later, as 5ms");
  app.add_option("--url-file", options.url_file, "write the URL there");
  app.add_option("--tls-ca", options.ca_file, "speak TLS; write the CA's certificate there");
  app.add_option("--expect", options.expected, "end after so many events; 0: never");
  CLI11_PARSE(app, argc, argv);
  const auto known_kind = eventer::ReceiverOf(kind);
  const auto known_latency = eventer::ParseGoDuration(latency);
  if (!known_kind || !known_latency) {
    std::cerr << "event-receiver: " << (known_kind ? "--latency " + latency : "--as " + kind)
              << " is not known\n";
    return 2;
  }
  options.kind = *known_kind;
  options.latency = *known_latency;
  return eventer::Serve(options);
}
