// HttpClient over cpprestsdk.
#pragma once

#include <cstddef>
#include <memory>

#include "eventer/http_client.h"

namespace eventer {

// Sets the size of cpprestsdk's thread pool; call once, before the first client is made. A watch
// that is held back holds one of these threads, so: watches + 2, or everything stops.
void InitHttpThreads(std::size_t threads);

// Throws ConfigError if a certificate, key or proxy of `options` cannot be used.
std::shared_ptr<HttpClient> NewCpprestHttpClient(Clock& clock, const HttpClientOptions& options);

}  // namespace eventer
