#include "pipeline/compressed_text.h"

#include <lz4.h>

#include <stdexcept>

namespace eventer {

CompressedText::CompressedText(std::string_view text) : size_(text.size()) {
  const int size = static_cast<int>(text.size());
  std::string stored(static_cast<std::size_t>(LZ4_compressBound(size)), '\0');
  const int used =
      LZ4_compress_default(text.data(), stored.data(), size, static_cast<int>(stored.size()));
  stored_ = std::string(stored.data(), static_cast<std::size_t>(used));
}

std::string CompressedText::Text() const {
  std::string text(size_, '\0');
  const int size = LZ4_decompress_safe(stored_.data(), text.data(),
                                       static_cast<int>(stored_.size()), static_cast<int>(size_));
  if (size < 0 || static_cast<std::size_t>(size) != size_) {
    throw std::logic_error("compressed text was changed in memory");
  }
  return text;
}

}  // namespace eventer
