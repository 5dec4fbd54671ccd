#include "app/logging.h"

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

namespace eventer {
namespace {

using testing::ContainsRegex;

TEST(Logging, LinesOfAStartAreKeptBackUntilOneCannotWait) {
  const auto before = spdlog::default_logger();
  SetUpLog(0);
  testing::internal::CaptureStderr();
  spdlog::info("one");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  spdlog::warn("two: wait");
  spdlog::default_logger()->flush();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), ContainsRegex("one\n.*two: wait\n$"));
  testing::internal::CaptureStderr();
  spdlog::info("three");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), ContainsRegex("^I.*three\n$"));
  spdlog::set_default_logger(before);
}

}  // namespace
}  // namespace eventer
