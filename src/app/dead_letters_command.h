// `kube-eventer dead-letters`: what sinks rejected for good, listed.
#pragma once

#include <string>
#include <vector>

namespace eventer {

// `args` behind the command's name. What is to be printed on standard output. Throws ConfigError.
// Needs no daemon and disturbs none.
std::string DeadLettersCommand(const std::vector<std::string>& args);

}  // namespace eventer
