#include "pipeline/log_reader.h"

#include "eventer/error.h"

namespace eventer {

void RefuseMoreReaders(std::size_t open) {
  if (open < kMaxReaders) return;
  throw ConfigError("--sink: at most " + std::to_string(kMaxReaders) + " sinks");
}

}  // namespace eventer
