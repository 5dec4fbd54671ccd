#include "support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace eventer {

RawClient::RawClient(std::uint16_t port, const std::string& ip) {
  const bool v6 = ip.find(':') != std::string::npos;
  fd_ = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in v4_address{};
  v4_address.sin_family = AF_INET;
  v4_address.sin_port = htons(port);
  inet_pton(AF_INET, ip.c_str(), &v4_address.sin_addr);
  sockaddr_in6 v6_address{};
  v6_address.sin6_family = AF_INET6;
  v6_address.sin6_port = htons(port);
  inet_pton(AF_INET6, ip.c_str(), &v6_address.sin6_addr);
  const int result =
      v6 ? connect(fd_, reinterpret_cast<sockaddr*>(&v6_address), sizeof(v6_address))
         : connect(fd_, reinterpret_cast<sockaddr*>(&v4_address), sizeof(v4_address));
  if (result != 0) std::abort();
}

RawClient::~RawClient() { close(fd_); }

void RawClient::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const long count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawClient::EndWriting() { shutdown(fd_, SHUT_WR); }

std::string RawClient::ReadAll() {
  std::string all;
  char bytes[16384];
  for (long count; (count = recv(fd_, bytes, sizeof(bytes), 0)) > 0;) {
    all.append(bytes, static_cast<std::size_t>(count));
  }
  return all;
}

std::string RawClient::ReadAnswer() {
  std::string answer;
  std::size_t wanted = std::string::npos;
  for (char byte; answer.size() < wanted && recv(fd_, &byte, 1, 0) == 1;) {
    answer += byte;
    if (wanted != std::string::npos || !answer.ends_with("\r\n\r\n")) continue;
    const std::size_t length = answer.find("Content-Length: ");
    wanted = answer.size() +
             (length == std::string::npos ? 0 : std::strtoul(&answer[length + 16], nullptr, 10));
  }
  return answer;
}

}  // namespace eventer
