// Files that others write: tokens, certificates, kubeconfigs.
#pragma once

#include <string>

namespace eventer {

struct FileText {
  std::string text = {};
  std::string error = {};  // the system's words; empty: it was read
  bool missing = false;
};

// Opens by path each time: the kubelet replaces such files through a symbolic link. A file over
// 16 MiB is an error: none of ours is one thousandth of that.
FileText ReadWholeFile(const std::string& path);

}  // namespace eventer
