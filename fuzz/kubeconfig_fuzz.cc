// Any text as a kubeconfig: a configuration or a ConfigError, never anything else.
#include <cstddef>
#include <cstdint>
#include <string>

#include "eventer/error.h"
#include "kube/kubeconfig_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    eventer::ParseKubeconfig(
        {{"fuzz", "/", std::string(reinterpret_cast<const char*>(data), size)}}, std::nullopt);
  } catch (const eventer::ConfigError&) {
  }
  return 0;
}
