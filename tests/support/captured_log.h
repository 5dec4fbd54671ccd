// What is logged while it lives, as text.
#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

namespace eventer {

class CapturedLog {
 public:
  CapturedLog() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_pattern("%l %v");
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  }
  ~CapturedLog() {
    spdlog::set_default_logger(before_);
    spdlog::set_level(spdlog::level::info);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  std::string Text() const { return text_.str(); }  // once all writers have ended

  // How many lines have `part`.
  int Count(std::string_view part) const {
    int count = 0;
    std::istringstream lines(Text());
    for (std::string line; std::getline(lines, line);) {
      if (line.find(part) != std::string::npos) ++count;
    }
    return count;
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace eventer
