// Recorded events, told again as if they happened now.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/clock.h"
#include "support/fake_kube_api.h"

namespace eventer {

// Used by one thread.
class EventReplay {
 public:
  // One event's JSON per line. Throws std::exception if there is none.
  explicit EventReplay(std::string_view lines);

  // The next recorded event with fresh names, uid and times; every fifth one is instead an update
  // (count + 1) of an event told shortly before.
  FakeKubeApi::Prepared Next(WallTime now);

  // One of many alike, of about `bytes`, for load: "load.N" in one of five namespaces.
  static FakeKubeApi::Prepared Load(std::uint64_t number, WallTime now, std::size_t bytes);

 private:
  std::string Fresh(std::size_t index, WallTime now);
  std::string Updated(WallTime now);

  std::vector<std::string> recorded_;
  std::vector<std::string> recent_;
  std::uint64_t told_ = 0;
};

}  // namespace eventer
