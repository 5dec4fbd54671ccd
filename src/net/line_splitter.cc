#include "net/line_splitter.h"

#include <utility>

namespace eventer {
namespace {

// A buffer that grew beyond this for one long line is given back.
constexpr std::size_t kKeptCapacity = 1 << 20;

}  // namespace

LineSplitter::LineSplitter(OnLine on_line, OnSkipped on_skipped, std::size_t max_line)
    : on_line_(std::move(on_line)), on_skipped_(std::move(on_skipped)), max_line_(max_line) {}

bool LineSplitter::Feed(std::string_view bytes) {
  while (open_) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      Keep(bytes);
      break;
    }
    open_ = EndLine(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  return open_;
}

void LineSplitter::Finish() {
  if (open_ && (!partial_.empty() || skipped_ > 0)) EndLine({});
  open_ = false;
}

bool LineSplitter::EndLine(std::string_view rest) {
  if (skipped_ == 0 && partial_.empty() && rest.size() <= max_line_) return on_line_(rest);
  Keep(rest);
  if (skipped_ > 0) {
    if (on_skipped_) on_skipped_(skipped_);
    skipped_ = 0;
    return true;
  }
  const bool more = on_line_(partial_);
  partial_.clear();
  if (partial_.capacity() > kKeptCapacity) partial_.shrink_to_fit();
  return more;
}

void LineSplitter::Keep(std::string_view bytes) {
  if (skipped_ == 0 && bytes.size() <= max_line_ - partial_.size()) {
    partial_.append(bytes);
    return;
  }
  skipped_ += partial_.size() + bytes.size();
  std::string().swap(partial_);
}

}  // namespace eventer
