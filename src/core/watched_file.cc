#include <optional>
#include <utility>

#include "core/read_file.h"
#include "eventer/watched_text.h"

namespace eventer {
namespace {

constexpr Duration kLookAgain = std::chrono::seconds(5);

class WatchedFile final : public WatchedText {
 public:
  WatchedFile(Clock& clock, std::string path) : clock_(clock), path_(std::move(path)) {}

  const Reading& Read(std::stop_token) override {
    const SteadyTime now = clock_.Steady();
    if (!looked_ || now - *looked_ >= kLookAgain) {
      looked_ = now;
      Look();
    }
    return reading_;
  }

 private:
  void Look() {
    FileText file = ReadWholeFile(path_);
    reading_.error = file.error.empty() ? "" : path_ + ": " + file.error;
    reading_.misconfigured = !file.error.empty();
    if (!file.error.empty()) return;
    if (reading_.version > 0 && file.text == reading_.text) return;
    reading_.text = std::move(file.text);
    ++reading_.version;
  }

  Clock& clock_;
  const std::string path_;
  Reading reading_;
  std::optional<SteadyTime> looked_;
};

}  // namespace

std::unique_ptr<WatchedText> NewWatchedFile(Clock& clock, std::string path) {
  return std::make_unique<WatchedFile>(clock, std::move(path));
}

}  // namespace eventer
