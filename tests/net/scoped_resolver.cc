#include "net/scoped_resolver.h"

#include <dlfcn.h>
#include <netdb.h>

#include <mutex>
#include <utility>

namespace eventer {
namespace {

std::mutex resolver_mutex;
ScopedResolver::Instead resolver_instead;

std::string HostInsteadOf(const char* host, int flags) {
  std::unique_lock lock(resolver_mutex);
  const ScopedResolver::Instead instead = resolver_instead;
  lock.unlock();
  return instead ? instead(host, flags) : host;
}

}  // namespace

ScopedResolver::ScopedResolver(Instead instead) {
  std::lock_guard lock(resolver_mutex);
  resolver_instead = std::move(instead);
}

ScopedResolver::~ScopedResolver() {
  std::lock_guard lock(resolver_mutex);
  resolver_instead = nullptr;
}

}  // namespace eventer

// Found before the C library's by every caller in the program.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* host,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** found) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (!host) return real(host, service, hints, found);
  const std::string other = eventer::HostInsteadOf(host, hints ? hints->ai_flags : 0);
  return real(other.c_str(), service, hints, found);
}
