#include "net/name_lookup.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace eventer {

std::vector<std::string> AwaitAddresses(Clock& clock, const NameLookup& lookup,
                                        const std::string& host, SteadyTime deadline,
                                        std::stop_token stop) {
  struct Answer {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<std::vector<std::string>> addresses;
  };
  const auto answer = std::make_shared<Answer>();
  const auto give_up = lookup(host, [answer](std::vector<std::string> addresses) {
    std::lock_guard lock(answer->mutex);
    answer->addresses = std::move(addresses);
    answer->changed.notify_all();
  });
  std::unique_lock lock(answer->mutex);
  const bool found = clock.WaitUntil(lock, answer->changed, std::move(stop), deadline,
                                     [&] { return answer->addresses.has_value(); });
  if (found) return *answer->addresses;
  lock.unlock();
  give_up();
  return {};
}

std::string NextAddress(const std::vector<std::string>& all, const std::string& tried) {
  auto at = tried.empty() ? all.begin() : std::find(all.begin(), all.end(), tried);
  return at == all.end() || ++at == all.end() ? std::string() : *at;
}

}  // namespace eventer
