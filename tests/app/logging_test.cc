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

TEST(Logging, VerbosityIsDebugFrom4On) {
  const auto before = spdlog::default_logger();
  for (const auto& [verbosity, said] :
       {std::pair(0, ""), {3, ""}, {4, "^D.*each\n$"}, {10, "^D"}}) {
    SetUpLog(verbosity);
    ReleaseLog();
    testing::internal::CaptureStderr();
    spdlog::debug("each");
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(text.empty(), std::string_view(said).empty()) << verbosity;
    EXPECT_THAT(text, ContainsRegex(said)) << verbosity;
  }
  spdlog::set_default_logger(before);
}

}  // namespace
}  // namespace eventer
