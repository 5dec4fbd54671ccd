// An API server for benchmarks: events over TLS, as fast as they are read.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "support/test_certificates.h"

namespace eventer {

// Lives in a process of its own, so that its CPU time is not counted. Answers a list with an empty
// one, and each watch with `events` different events of about 1 KiB, then with silence.
class EventServer {
 public:
  // `chunk`: bytes of an HTTP chunk; 1: each event in one of its own, as a kube-apiserver writes
  // them. Forks, so: before any thread is started.
  EventServer(std::size_t events, std::size_t chunk);
  ~EventServer();  // ends the process
  EventServer(const EventServer&) = delete;
  EventServer& operator=(const EventServer&) = delete;

  const std::string& url() const { return url_; }
  const std::string& ca_pem() const { return ca_.pem(); }

 private:
  TestCa ca_;
  std::string url_;
  pid_t process_ = 0;
};

}  // namespace eventer
