#include "app/log_builder.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

TEST(LogBuilder, DeadLettersOfAllSinksAreTakenFromTheBytesOfTheDirectory) {
  const TempDir dir;
  FakeClock clock;
  Stats stats;
  Options options;
  options.data_dir = dir.path();
  options.data_dir_bytes = 1 << 30;
  for (int i = 0; i < 2; ++i) options.sinks.push_back(SinkUri::Parse("--sink", "log"));
  ASSERT_EQ(DeadLetterBytes(options), 16U << 20);
  const BuiltLog built = BuildLog(clock, stats, options);
  const std::size_t rest = (1U << 30) - 4 * (16U << 20);  // two files a sink
  EXPECT_EQ(built.log->max_bytes(), DiskBoundsFor(rest, options.buffer_bytes).events);
}

}  // namespace
}  // namespace eventer
