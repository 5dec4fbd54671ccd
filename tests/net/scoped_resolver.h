// The system's resolver in the hands of a test.
#pragma once

#include <functional>
#include <string>

namespace eventer {

// While it lives, every getaddrinfo of the program asks `instead` for the host to look up. Called
// on the resolver's thread. One at a time.
class ScopedResolver {
 public:
  using Instead = std::function<std::string(const std::string& host, int flags)>;
  explicit ScopedResolver(Instead instead);
  ~ScopedResolver();
  ScopedResolver(const ScopedResolver&) = delete;
};

}  // namespace eventer
