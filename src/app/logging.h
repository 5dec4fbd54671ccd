// The program's log: spdlog to stderr, in klog's look ("I0501 10:03:04.123456  1234] message").
#pragma once

namespace eventer {

// Makes the default logger. Lines are kept back until ReleaseLog, so that a start that fails says
// exactly one line; but whoever makes the start wait for long says so and flushes the logger, which
// does the same. `verbosity` is klog's -v: from 4 on, a line for each event too (debug).
void SetUpLog(int verbosity);

// Writes what was kept back, and from now on each line at once. Thread-safe.
void ReleaseLog();

}  // namespace eventer
