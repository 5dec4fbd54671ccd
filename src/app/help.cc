#include "app/help.h"

#include "eventer/sinks.h"

namespace eventer {
namespace {

constexpr char kSources[] =
    "\nSource:\n"
    "  --source=kubernetes:                                            in a cluster, by the "
    "service account\n"
    "  --source='kubernetes:?inClusterConfig=false&auth=PATH'          by a kubeconfig\n"
    "  --source='kubernetes:http://HOST:PORT?inClusterConfig=false'    without credentials\n";

constexpr char kCommandLines[] =
    "\nExamples:\n"
    "  kube-eventer --source=kubernetes: --sink=log:\n"
    "  kube-eventer '--source=kubernetes:?inClusterConfig=false&auth=/etc/kubeconfig' \\\n"
    "      '--sink=log:?format=text' --since=1h --frequency=5s\n"
    "  kube-eventer --source=kubernetes:https://kubernetes.default --frequency=1m \\\n"
    "      '--sink=log:?level=Warning&namespaces=shop,ci' --buffer-bytes=128MiB "
    "--healthz-port=9084\n";

constexpr char kDeadLetters[] =
    "\nDead letters, what sinks rejected for good, are kept in --data-dir:\n"
    "  kube-eventer dead-letters --data-dir=PATH                       lists them\n"
    "  kube-eventer dead-letters --data-dir=PATH --replay=SINK         hands one sink's in again\n";

constexpr char kValues[] =
    "\nFlags are read as Go reads them: -name=value, --name=value or --name value; booleans take\n"
    "a value only after \"=\". A DURATION is 90s, 1m30s, 1h; a SIZE is a number of bytes or has a\n"
    "unit such as KiB, MiB, GiB or K, M, G, which mean the same. $VAR in a URI is replaced by the\n"
    "environment's.\n";

std::string Sinks() {
  std::string text =
      "\nSinks, each with level=, namespaces=, kinds=, reason=, exclude_namespaces=, "
      "exclude_kinds=,\nexclude_reason= and name=:\n";
  for (const SinkKind& kind : AllSinkKinds()) {
    text += "  --sink='" + std::string(kind.example) + "'\n";
  }
  return text;
}

std::string WithoutEffect(const std::vector<std::string>& flags) {
  std::string text = "\nAccepted for the original's sake, without effect:";
  std::size_t column = text.size();
  for (const std::string& flag : flags) {
    if (column + flag.size() > 98) {
      text += "\n ";
      column = 1;
    }
    text += " " + flag;
    column += 1 + flag.size();
  }
  return text + "\n";
}

}  // namespace

std::string HelpText(std::string flags, const std::vector<std::string>& flags_without_effect) {
  // CLI11 sets two blank lines between groups.
  for (std::size_t at; (at = flags.find("\n\n\n")) != std::string::npos;) flags.erase(at, 1);
  while (flags.ends_with("\n\n")) flags.pop_back();
  return flags + kSources + Sinks() + kCommandLines + kDeadLetters + kValues +
         WithoutEffect(flags_without_effect);
}

}  // namespace eventer
