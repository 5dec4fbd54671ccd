#include "pipeline/ballast.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace eventer {

bool Ballast::Take() {
  if (held_ || bytes_ == 0) return true;
  const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return errno != ENOSPC && errno != EDQUOT;
  const int error = posix_fallocate(file, 0, static_cast<off_t>(bytes_));
  close(file);
  held_ = error == 0;
  if (!held_) unlink(path_.c_str());
  return error != ENOSPC && error != EDQUOT && error != EFBIG;
}

bool Ballast::Release() {
  const bool held = held_ && bytes_ > 0;
  held_ = false;
  return held && unlink(path_.c_str()) == 0;
}

}  // namespace eventer
