// One digest of ten thousand events, as after a bad night. Prints digest_ms, of CPU, digest_mb,
// what it takes beside the events while it is composed, and pages.
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "common/event_digest.h"
#include "storms/storm.h"

namespace {

// glibc tells no peak: the most that was in use after any allocation.
std::size_t in_use = 0, most = 0;

double CpuMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  in_use += malloc_usable_size(memory);
  most = std::max(most, in_use);
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory) in_use -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

int main() {
  std::vector<eventer::EventPtr> events;
  for (const eventer::StormEvent& event : eventer::Mix().events) events.push_back(event.event);
  const eventer::LineStyle style{.page_bytes = 4096, .cluster = "prod"};
  constexpr int kTimes = 20;
  std::size_t pages = 0;
  const std::size_t before = in_use;
  most = in_use;
  const double begin = CpuMilliseconds();
  for (int i = 0; i < kTimes; ++i) pages = eventer::ComposeDigest(events, style).size();
  std::printf("digest_ms %.2f\ndigest_mb %.2f\nevents %zu\npages %zu\n",
              (CpuMilliseconds() - begin) / kTimes, static_cast<double>(most - before) / 1e6,
              events.size(), pages);
}
