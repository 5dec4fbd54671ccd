#include "common/fd_writer.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <system_error>

namespace eventer {
namespace {

// How long one look at the descriptor may take, for neither stop nor our clock ends it.
constexpr int kPollMilliseconds = 100;

bool IsRegularFile(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

FdWriter::Error KindOf(int error) {
  return error == EPIPE ? FdWriter::Error::kClosed : FdWriter::Error::kFailed;
}

bool IsTemporary(int error) { return error == EINTR || error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

FdWriter::FdWriter(Clock& clock, int fd) : clock_(clock), fd_(fd), is_file_(IsRegularFile(fd)) {}

FdWriter::Result FdWriter::Write(std::string_view text, std::stop_token stop) {
  Result result;
  const SteadyTime end = clock_.Steady() + kLongestWrite;
  SteadyTime deadline = clock_.Steady() + kPatience;
  while (result.written < text.size()) {
    if (stop.stop_requested()) return {result.written, Error::kStopped, "stopped while writing"};
    const ssize_t count = WriteSome(text.substr(result.written));
    if (count > 0) {
      result.written += static_cast<std::size_t>(count);
      deadline = clock_.Steady() + kPatience;
    } else if (count < 0 && !IsTemporary(errno)) {
      return {result.written, KindOf(errno), std::generic_category().message(errno)};
    } else if (clock_.Steady() >= deadline) {
      return {result.written, Error::kBlocked, "nobody reads the output"};
    }
    if (clock_.Steady() >= end && result.written < text.size()) {
      return {result.written, Error::kSlow, "the output's reader is slow"};
    }
  }
  return result;
}

// As write(2); 0: nothing could be written yet.
ssize_t FdWriter::WriteSome(std::string_view text) const {
  if (!Writable()) return 0;
  const std::string_view piece = NextPiece(text);
  return write(fd_, piece.data(), piece.size());
}

// Something can be written, or an error waits to be heard of.
bool FdWriter::Writable() const {
  if (is_file_) return true;
  pollfd poll_fd{fd_, POLLOUT, 0};
  return poll(&poll_fd, 1, kPollMilliseconds) > 0;
}

std::string_view FdWriter::NextPiece(std::string_view text) const {
  if (is_file_ || text.size() <= PIPE_BUF) return text;
  // A pipe that is writable takes PIPE_BUF bytes without blocking, and in one piece.
  const std::size_t line_end = text.substr(0, PIPE_BUF).rfind('\n');
  return text.substr(0, line_end == std::string_view::npos ? PIPE_BUF : line_end + 1);
}

}  // namespace eventer
