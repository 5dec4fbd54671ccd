// A TCP client on the loopback interface that sends any bytes, for servers under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eventer {

class RawClient {
 public:
  // `ip`: "127.0.0.1" or "::1". Ends the test program if nobody listens.
  explicit RawClient(std::uint16_t port, const std::string& ip = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;

  void Write(std::string_view bytes);
  // No more will be written.
  void EndWriting();
  // What the server sends until it closes.
  std::string ReadAll();
  // One answer with a Content-Length, without reading beyond it.
  std::string ReadAnswer();

 private:
  int fd_;
};

}  // namespace eventer
