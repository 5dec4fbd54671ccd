// Hands dead letters in again, for the sink that rejected them alone, after
// `kube-eventer dead-letters --replay`.
#pragma once

#include <filesystem>
#include <istream>
#include <map>
#include <string_view>
#include <vector>

#include "core/log_limiter.h"
#include "eventer/clock.h"
#include "eventer/event.h"
#include "pipeline/dead_letters.h"
#include "pipeline/sqlite_event_log.h"

namespace eventer {

// Called by the Housekeeper's thread alone.
class DeadLetterReplay {
 public:
  // `clock` and `log` must outlive it.
  DeadLetterReplay(Clock& clock, DurableEventLog& log, std::filesystem::path data_dir);

  // Appends what waits in the replay folder and fits into the log; a file is deleted when all of it
  // is on the disk, so that a kill repeats events and loses none. What does not fit waits for the
  // next call, and so do later files of its sink; so does the file of a sink that is not configured
  // or that cannot be read. Blocks for the disk only.
  void Run();

 private:
  bool HandIn(const ReplayFile& file);
  bool HandInLines(const ReplayFile& file, std::istream& lines);
  std::vector<EventPtr> ReadSome(std::istream& lines);
  void Say(const ReplayFile& file, std::string_view what);

  DurableEventLog& log_;
  const std::filesystem::path data_dir_;
  // How many events of each file that is begun were taken. One that is done and cannot be removed
  // stays here, and is not handed in again.
  std::map<std::filesystem::path, std::size_t> taken_;
  LogLimiter trouble_lines_, garbage_lines_;
};

}  // namespace eventer
