// Space on the disk that is held for the worst moment: given back when the disk is full, so that
// what makes room there (deliveries, and trims after them) can still be written.
#pragma once

#include <cstddef>
#include <string>

namespace eventer {

// A file of so many bytes that are really allocated. Not thread-safe.
class Ballast {
 public:
  // Nothing is written yet. `bytes` 0: there is none, and it is never short of space.
  Ballast(std::string path, std::size_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  // Allocates what is not held. False: the disk has less than that left; then nothing is kept.
  // Whatever else is wrong with it is for others to find.
  bool Take();
  // False: there was nothing to give back.
  bool Release();
  // The directory is not what it was.
  void Forget() { held_ = false; }

 private:
  const std::string path_;
  const std::size_t bytes_;
  bool held_ = false;
};

}  // namespace eventer
