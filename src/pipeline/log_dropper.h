// What a full log on the disk loses: the rules are EventLog::Drop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "pipeline/disk_log.h"

namespace eventer {

// Asks the filters of about `count` events behind `*done`, and moves it. False: that was all, or
// the disk failed.
bool JudgeSome(DiskLog& log, std::size_t count, std::uint64_t* done);

// Drops what may be dropped, the worthless first, until `room` bytes fit or nothing is left.
void DropUntilFits(DiskLog& log, const std::set<ReaderId>& stalled, std::size_t room);

}  // namespace eventer
