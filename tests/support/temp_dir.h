// A directory that is gone after the test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace eventer {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "eventer-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  TempDir(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }
  // An executable script for /bin/sh.
  std::string WriteScript(const std::string& name, const std::string& text) const {
    Write(name, "#!/bin/sh\n" + text);
    std::filesystem::permissions(Path(name), std::filesystem::perms::owner_all);
    return Path(name);
  }

 private:
  std::string path_;
};

}  // namespace eventer
