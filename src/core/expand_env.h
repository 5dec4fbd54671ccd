// Go's os.ExpandEnv.
#pragma once

#include <string>
#include <string_view>

namespace eventer {

// Replaces $NAME and ${NAME} by the environment's value, an unset one by nothing. The one-character
// specials of a shell ($$, $?, $*, $0 ...) are names too. There is no escape: a '$' that no name
// follows stays, "${}" and an unclosed "${" are eaten.
std::string ExpandEnv(std::string_view text);

}  // namespace eventer
