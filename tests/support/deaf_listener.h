// A port on which a connection attempt gets no answer at all, as behind a firewall.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eventer {

class DeafListener {
 public:
  explicit DeafListener(std::uint16_t port = 0);  // on 127.0.0.1; 0: any
  ~DeafListener();
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::vector<int> fillers_;  // fill its queue, so that the kernel drops what comes next
};

}  // namespace eventer
