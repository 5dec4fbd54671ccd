// Text that is seldom needed and shall be small meanwhile.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eventer {

// By LZ4: in 64 KiB of events' JSON it finds most of what repeats, and undoing it costs a fraction
// of decoding the JSON.
class CompressedText {
 public:
  explicit CompressedText(std::string_view text);

  std::string Text() const;
  std::size_t size() const { return size_; }                // of the text
  std::size_t bytes() const { return stored_.capacity(); }  // that it occupies

 private:
  std::string stored_;
  std::size_t size_;
};

}  // namespace eventer
