#include "app/logging.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

namespace eventer {
namespace {

constexpr int kDebugVerbosity = 4;

// Until the first flush it keeps everything.
class HoldingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (released_) {
      Write({line.data(), line.size()});
    } else {
      held_.append(line.data(), line.size());
    }
  }
  void flush_() override {
    released_ = true;
    Write(held_);
    held_ = {};
  }

 private:
  static void Write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

  bool released_ = false;
  std::string held_;
};

}  // namespace

void SetUpLog(int verbosity) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<HoldingSink>());
  logger->set_level(verbosity >= kDebugVerbosity ? spdlog::level::debug : spdlog::level::info);
  logger->set_pattern("%L%m%d %H:%M:%S.%f %7t] %v");
  spdlog::set_default_logger(std::move(logger));
}

void ReleaseLog() { spdlog::default_logger()->flush(); }

}  // namespace eventer
