// The addresses of a host, and which of them is tried next.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

// Returns at once; calls `done` once, from another thread: the numeric addresses of a host in the
// order in which they are to be tried, none if it cannot be resolved. What is returned gives the
// lookup up: nobody waits for it any longer, and `done` may be told none.
using NameLookup = std::function<std::function<void()>(
    const std::string& host, std::function<void(std::vector<std::string> addresses)> done)>;

// What `lookup` finds until `deadline` or a stop; else none.
std::vector<std::string> AwaitAddresses(Clock& clock, const NameLookup& lookup,
                                        const std::string& host, SteadyTime deadline,
                                        std::stop_token stop);

// The one behind `tried`, which is empty where cpprestsdk did its own search, that begins with the
// first. Empty after the last: that search again.
std::string NextAddress(const std::vector<std::string>& all, const std::string& tried);

}  // namespace eventer
