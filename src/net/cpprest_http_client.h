// HttpClient over cpprestsdk.
#pragma once

#include <cstddef>
#include <memory>

#include "eventer/http_client.h"
#include "net/name_lookup.h"

namespace eventer {

// Sets the size of cpprestsdk's thread pool; call once, before the first client is made and any
// other thread starts. A watch that is held back holds one of these threads, so: watches + 2, or
// everything stops.
//
// The library looks up one name at a time, numeric addresses among them: behind a name server that
// does not answer every new connection waits. glibc gives it 5 s and two tries for a name, and the
// same again for the name in a search domain. Here it is 1 s: 4 s in all for each server of
// resolv.conf (measured; 20 s without), which is less than the deadline of a request. RES_OPTIONS
// in the environment (resolv.conf(5)) takes the place of that; plug-ins inherit it.
void InitHttpThreads(std::size_t threads);

// The system's resolver, on the thread that looks up names for cpprestsdk, too.
NameLookup SystemNameLookup();

// Throws ConfigError if a certificate, key or proxy of `options` cannot be used.
//
// What the library's reading means for Stream: bytes count when their chunk is whole (the API
// server writes each event as a chunk), and a body that is not chunked comes in pieces of 64 KiB.
//
// A host's addresses are tried one after the other: one that refuses takes no time, one that never
// answers takes the deadline of an attempt, and the next attempt goes to the next one. `lookup`
// tells which that is. There it stays until that one fails, shows a wrong certificate or breaks
// the connection, and for 5 min at a time: then only if the name still has that address.
std::shared_ptr<HttpClient> NewCpprestHttpClient(Clock& clock, const HttpClientOptions& options,
                                                 NameLookup lookup = SystemNameLookup());

}  // namespace eventer
