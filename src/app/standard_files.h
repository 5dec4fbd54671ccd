// Standard input, output and error as file descriptors that are never anything else.
#pragma once

namespace eventer {

// Takes those of 0, 1 and 2 that were closed when the program started; else the next socket or file
// would get one of these numbers, and be written to as if it were standard output. Reading from
// such an input and writing to such an output fail. Called first of all, on the main thread.
void HoldStandardFiles();

}  // namespace eventer
