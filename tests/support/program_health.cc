#include "support/program_health.h"

#include <chrono>
#include <stdexcept>
#include <string_view>

#include "eventer/clock.h"
#include "net/cpprest_http_client.h"

namespace eventer {
namespace {

constexpr std::string_view kBeforePort = "127.0.0.1 port ";
constexpr std::string_view kBooks = "eventer_sink_events_";

std::uint64_t* Account(SinkBooks& books, std::string_view name) {
  if (name == "received_total") return &books.received;
  if (name == "filtered_total") return &books.filtered;
  if (name == "delivered_total") return &books.delivered;
  if (name == "rejected_total") return &books.rejected;
  if (name == "dropped_total") return &books.dropped;
  return name == "pending" ? &books.pending : nullptr;
}

}  // namespace

std::string SinkBooks::Text() const {
  return "received " + std::to_string(received) + " = filtered " + std::to_string(filtered) +
         " + delivered " + std::to_string(delivered) + " + rejected " + std::to_string(rejected) +
         " + dropped " + std::to_string(dropped) + " + pending " + std::to_string(pending);
}

std::map<std::string, SinkBooks> ReadSinkBooks(const std::string& metrics) {
  std::map<std::string, SinkBooks> books;
  for (const std::string& line : Lines(metrics)) {
    const std::size_t labels = line.find('{'), sink = line.find("sink=\"");
    if (!line.starts_with(kBooks) || sink == std::string::npos) continue;
    const std::size_t name = sink + 6;
    SinkBooks& own = books[line.substr(name, line.find('"', name) - name)];
    std::uint64_t* account =
        Account(own, std::string_view(line).substr(kBooks.size(), labels - kBooks.size()));
    // The causes of one sink add up.
    if (account) *account += static_cast<std::uint64_t>(std::stod(line.substr(line.rfind(' '))));
  }
  return books;
}

ProgramHealth::ProgramHealth(Program& program)
    : client_(NewCpprestHttpClient(SystemClock(), {.proxy = ""})) {
  program.AwaitErr("; handing on");
  const std::size_t at = program.err().find(kBeforePort);
  if (at == std::string::npos) throw std::runtime_error("it serves nowhere: " + program.err());
  base_ = "http://127.0.0.1:" +
          std::to_string(std::stoi(program.err().substr(at + kBeforePort.size())));
}

HttpResponse ProgramHealth::Get(const std::string& target) const {
  HttpRequest request;
  request.url = base_ + target;
  return client_->Send(request, {});
}

double ProgramHealth::Metric(const std::string& series) const {
  const std::string body = "\n" + Get("/metrics").body;
  const std::size_t at = body.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(body.substr(at + series.size() + 2));
}

bool ProgramHealth::AwaitMetric(const std::string& line) const {
  return Await([&] { return Get("/metrics").body.find("\n" + line + "\n") != std::string::npos; });
}

bool ProgramHealth::AwaitMetric(const std::string& series, double least) const {
  return Await([&] { return Metric(series) >= least; });
}

bool ProgramHealth::Await(const std::function<bool()>& condition) const {
  const SteadyTime deadline = SystemClock().Steady() + std::chrono::minutes(1);
  while (!condition()) {
    const SteadyTime now = SystemClock().Steady();
    if (now >= deadline) return false;
    SleepUntil(SystemClock(), {}, now + std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace eventer
