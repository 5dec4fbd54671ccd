// An API server for benchmarks: events over TLS, as fast as they are read.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace eventer {

// Lives in a process of its own, so that its CPU time is not counted. Answers a list with an empty
// one, and each watch with `events` different events of about 1 KiB, then with silence.
class EventServer {
 public:
  // Forks, so: before any thread is started. `cert_file` and `key_file` are PEM, for 127.0.0.1.
  EventServer(const std::string& cert_file, const std::string& key_file, std::size_t events);
  ~EventServer();  // ends the process
  EventServer(const EventServer&) = delete;
  EventServer& operator=(const EventServer&) = delete;

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

 private:
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

}  // namespace eventer
