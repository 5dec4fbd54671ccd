#!/usr/bin/env bash
# HEALTHZ_PORT reaches the daemon that deploy/run_local.sh starts with ARGS, too.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/build/release" "$tree/deploy"
cp "$root/deploy/run_local.sh" "$tree/deploy/"
printf '#!/bin/sh\necho "$*"\n' >"$tree/build/release/kube-eventer"
chmod +x "$tree/build/release/kube-eventer"

# starts ARGS PORT EXPECTED
starts() {
  local said
  said=$(ARGS=$1 HEALTHZ_PORT=$2 "$tree/deploy/run_local.sh")
  [[ $said == "$3" ]] || { echo "FAILED: ARGS=$1 HEALTHZ_PORT=$2 starts it with $said"; exit 1; }
}
starts "--sink=log:" "" "--sink=log:"
starts "--sink=log:" 9 "--healthz-port=9 --sink=log:"
# What ARGS say counts: it is the last one. A command has no such flag.
starts "--healthz-port=8" 9 "--healthz-port=9 --healthz-port=8"
starts "dead-letters --data-dir=/d" 9 "dead-letters --data-dir=/d"
echo "the port is handed on"
