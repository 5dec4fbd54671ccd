#!/usr/bin/env bash
# .ci/include_rules must report each of these includes, and none of the allowed ones.
set -euo pipefail
check=$(cd "$(dirname "$0")/../.." && pwd)/.ci/include_rules
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# verdict FILE INCLUDE: what the script says of a tree with this one file.
verdict() {
  rm -rf "${scratch:?}"/*
  mkdir -p "$scratch/$(dirname "$1")"
  printf '// A fixture.\n%s\n' "$2" >"$scratch/$1"
  "$check" "$scratch" 2>&1
}

allowed() {
  if said=$(verdict "$1" "$2"); then return 0; fi
  echo "FAILED: $1 may have '$2', but: $said"
  failures=$((failures + 1))
}

forbidden() {
  if said=$(verdict "$1" "$2"); then
    echo "FAILED: $1 may not have '$2', but: $said"
  elif [[ $said != "$1:2: "* ]]; then
    echo "FAILED: no file and line for '$2' in $1: $said"
  else
    return 0
  fi
  failures=$((failures + 1))
}

allowed include/eventer/a.h '#include "eventer/event.h"'
allowed src/core/a.cc '#include "eventer/event.h"'
allowed src/core/a.cc '#include "core/stats.h"'
allowed src/core/a.cc '#include <vector>'
allowed src/core/a.cc '#include <simdjson.h>'
allowed src/kube/a.cc '#include "core/stats.h"'
allowed src/kube/a.cc '#include <yaml-cpp/yaml.h>'
allowed src/net/cpprest_http_client.cc '#include <cpprest/http_client.h>'
allowed src/net/http_server.cc '#include <boost/beast/http.hpp>'
allowed src/pipeline/a.cc '#include <spdlog/spdlog.h>'
allowed src/app/a.cc '#include "net/http_server.h"'
allowed src/app/a.cc '#include <prometheus/registry.h>'
allowed src/main.cc '#include "app/options.h"'
allowed sinks/registry.cc '#include "sinks.def"'
allowed sinks/log/log_sink.cc '#include "log/log_sink.h"'
allowed sinks/log/log_sink.cc '#include "common/batches.h"'

forbidden include/eventer/a.h '#include "core/stats.h"'
forbidden include/eventer/a.h '#include <nlohmann/json.hpp>'
forbidden src/core/a.cc '#include "pipeline/event_log.h"'
forbidden src/core/a.cc '  #  include "net/http_server.h"'
forbidden src/core/a.h '#include <cpprest/http_client.h>'
forbidden src/net/a.cc '#include "core/stats.h"'
forbidden src/net/http_server.cc '#include <pplx/pplxtasks.h>'
forbidden src/kube/a.cc '#include "net/cpprest_http_client.h"'
forbidden src/kube/a.cc '#include <boost/asio.hpp>'
forbidden src/pipeline/a.cc '#include "kube/kube_api.h"'
forbidden src/pipeline/a.cc '#include "log/log_sink.h"'
forbidden sinks/log/a.cc '#include "core/stats.h"'
forbidden sinks/log/a.cc '#include "webhook/webhook_sink.h"'
forbidden sinks/common/a.cc '#include "log/log_sink.h"'
forbidden sinks/log/a.cc '#include <CLI/CLI.hpp>'
forbidden src/core/a.cc '#include "support/fake_clock.h"'
forbidden src/core/a.cc '#include "stats.h"'
forbidden sinks/log/a.cc '#include "text_line.h"'
forbidden src/core/a.cc '#include EVENT_HEADER'

if verdict src/newpart/a.cc '#include <vector>' >/dev/null; then
  echo "FAILED: a folder without a rule must be reported"
  failures=$((failures + 1))
fi

((failures == 0)) || exit 1
echo "every rule holds"
