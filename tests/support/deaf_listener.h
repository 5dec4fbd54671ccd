// A port on which a connection attempt gets no answer at all, as behind a firewall.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eventer {

class DeafListener {
 public:
  DeafListener();  // on 127.0.0.1, which is free for another as soon as this one is gone
  ~DeafListener();
  std::uint16_t port() const { return port_; }
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::vector<int> fillers_;  // fill its queue, so that the kernel drops what comes next
};

}  // namespace eventer
