#include "core/read_file.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace eventer {
namespace {

constexpr std::size_t kMaxBytes = 16 << 20;

std::string SystemError(int error) { return std::generic_category().message(error); }

}  // namespace

FileText ReadWholeFile(const std::string& path) {
  FileText result;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return {.error = "is a directory"};
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int error = errno;
    return {.error = SystemError(error ? error : EIO), .missing = error == ENOENT};
  }
  std::array<char, 4096> chunk;
  while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0) {
    result.text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
    if (result.text.size() > kMaxBytes) return {.error = "is larger than 16 MiB"};
  }
  if (file.bad()) return {.error = SystemError(EIO)};
  return result;
}

}  // namespace eventer
