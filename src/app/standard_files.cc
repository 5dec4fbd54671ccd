#include "app/standard_files.h"

#include <fcntl.h>
#include <unistd.h>

namespace eventer {

// open() takes the lowest number that is free. As glibc does for programs that run setuid, each is
// opened for what nobody does with it: so whoever tries hears of it.
void HoldStandardFiles() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    if (fd == STDIN_FILENO) {
      open("/dev/null", O_WRONLY);
    } else {
      open("/dev/null", O_RDONLY);
    }
  }
}

}  // namespace eventer
