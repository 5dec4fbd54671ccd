// Writes to a file descriptor that others own and share, without ever hanging on it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

#include "eventer/clock.h"

namespace eventer {

// Used by one thread. The program ignores SIGPIPE.
class FdWriter {
 public:
  // Our choice: a reader that takes nothing for so long is not reading.
  static constexpr Duration kPatience = std::chrono::seconds(10);
  // And one that takes so long for a text is slow: so much of it as is written counts, so that
  // nobody takes us for stuck.
  static constexpr Duration kLongestWrite = std::chrono::seconds(20);

  enum class Error : char {
    kNone,     // all is written
    kStopped,  // `stop` was requested
    kBlocked,  // not a byte could be written for kPatience
    kSlow,     // not all could be written within kLongestWrite
    kClosed,   // the reader has closed the pipe: what it had not read is gone
    kFailed,   // the system refused: disk full, bad descriptor ...
  };
  struct Result {
    std::size_t written = 0;
    Error error = Error::kNone;
    std::string detail;  // for people, one line
  };

  // `fd` stays open as long as this object lives; its flags are left as they are, for they belong
  // to whoever else has it open.
  FdWriter(Clock& clock, int fd);

  // Writes `text`, in pieces that end with a line where that is possible, so that what others
  // write to the same pipe does not come in between. Blocks until all is written or something is
  // in the way, for kLongestWrite at most; notices stop, and the clock, within 100 ms.
  Result Write(std::string_view text, std::stop_token stop);

 private:
  ssize_t WriteSome(std::string_view text) const;
  bool Writable() const;
  std::string_view NextPiece(std::string_view text) const;

  Clock& clock_;
  const int fd_;
  const bool is_file_;  // never blocks for want of a reader
};

}  // namespace eventer
