// A run of the real program, as a user starts it. The clock is the real one; nothing here sleeps:
// every wait ends when the program writes or exits, or fails after a minute.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace eventer {

struct ProgramSurroundings {
  std::map<std::string, std::string> environment = {};  // added to ours
  std::vector<int> closed = {};                         // descriptors that are, when it starts
  bool terminal = false;                                // its standard output is one, and no pipe
};

class Program {
 public:
  explicit Program(const std::vector<std::string>& args,
                   const ProgramSurroundings& surroundings = {});
  ~Program();  // kills it if it still runs

  // Until its output so far is as wanted. False: it ended, or a minute passed.
  bool AwaitOut(const std::function<bool(const std::string&)>& wanted);
  bool AwaitErr(std::string_view part);
  // The exit status, 128 + N if signal N ended it, -1 if it did not end within a minute.
  int AwaitExit();

  // Waits for its output, but not longer than that; for loops that ask somebody else meanwhile:
  // a program whose log is not read stands still in the end.
  void Pump(std::chrono::milliseconds patience);
  bool ended() const { return ended_; }

  void Signal(int signal) const;
  void CloseOut();  // as `| head` does
  // From now on its output is not read, as by a pager that waits: the pipe fills.
  void HoldOut() { out_held_ = true; }

  std::string FileOf(int fd) const;  // what its descriptor stands for; empty: it is not open

  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  bool PumpUntil(const std::function<bool()>& done);
  bool PumpOnce(int timeout_ms);
  void ReadAll(int& fd, std::string& text);
  void Reap();

  pid_t pid_ = -1;
  int pid_fd_ = -1, out_fd_ = -1, err_fd_ = -1;
  bool ended_ = false, out_held_ = false;
  int status_ = -1;
  std::string out_, err_;
};

std::vector<std::string> Lines(const std::string& text);

}  // namespace eventer
