// Cuts a stream of bytes, as the network happens to bring it, into lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace eventer {

// Not thread-safe. Keeps only a line that is not complete yet, and never more than `max_line`.
class LineSplitter {
 public:
  // A line without its "\n", good for this call only. False: no more lines are wanted.
  using OnLine = std::function<bool(std::string_view line)>;
  // A line longer than `max_line` was passed over; told at its end, with its whole length.
  using OnSkipped = std::function<void(std::uint64_t bytes)>;

  // The longest line that is handed on (the contract of HttpClient::Stream).
  static constexpr std::size_t kMaxLine = 16 << 20;

  LineSplitter(OnLine on_line, OnSkipped on_skipped, std::size_t max_line = kMaxLine);

  // Takes the next bytes and hands on every line that they complete. False: on_line said so, now
  // or before; then the bytes are thrown away.
  bool Feed(std::string_view bytes);
  // The stream ended well: what is left is a line too, if it is not empty.
  void Finish();

 private:
  // `rest` ends the line whose beginning is in partial_.
  bool EndLine(std::string_view rest);
  void Keep(std::string_view bytes);

  const OnLine on_line_;
  const OnSkipped on_skipped_;
  const std::size_t max_line_;
  std::string partial_;
  std::uint64_t skipped_ = 0;  // bytes of the current line, once it is too long
  bool open_ = true;
};

}  // namespace eventer
