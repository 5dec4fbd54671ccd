// What a running program says of itself on its health port.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "eventer/http_client.h"
#include "support/program.h"

namespace eventer {

// One sink's books, as /metrics tells them.
struct SinkBooks {
  std::uint64_t received = 0, filtered = 0, delivered = 0, rejected = 0, dropped = 0, pending = 0;

  bool Balanced() const { return received == filtered + delivered + rejected + dropped + pending; }
  std::string Text() const;
};

// By sink. `metrics`: the text of /metrics.
std::map<std::string, SinkBooks> ReadSinkBooks(const std::string& metrics);

class ProgramHealth {
 public:
  // Blocks until `program` has said where it serves: on 127.0.0.1, at a port of its choice. Throws
  // std::runtime_error with what it said instead.
  explicit ProgramHealth(Program& program);

  HttpResponse Get(const std::string& target) const;
  // Of a series as it stands there, with its labels; -1: there is none.
  double Metric(const std::string& series) const;
  // Asks again every 20 ms, so that the program has the processor. False: a minute passed.
  bool Await(const std::function<bool()>& condition) const;
  bool AwaitMetric(const std::string& line) const;
  // The same for a series that goes on counting.
  bool AwaitMetric(const std::string& series, double least) const;
  std::map<std::string, SinkBooks> Books() const { return ReadSinkBooks(Get("/metrics").body); }

 private:
  std::string base_;
  std::shared_ptr<HttpClient> client_;
};

}  // namespace eventer
