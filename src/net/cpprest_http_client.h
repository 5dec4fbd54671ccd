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
//
// What the library's reading means for Stream: bytes count when their chunk is whole (the API
// server writes each event as a chunk), and a body that is not chunked comes in pieces of 64 KiB.
std::shared_ptr<HttpClient> NewCpprestHttpClient(Clock& clock, const HttpClientOptions& options);

}  // namespace eventer
