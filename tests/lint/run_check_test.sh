#!/usr/bin/env bash
# Where `make run` ends before it begins, .ci/run_check shows at once what it said.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/.ci" "$tree/deploy"
cp "$root/.ci/run_check" "$tree/.ci/"
printf '#!/bin/sh\necho the port is taken\nexit 3\n' >"$tree/deploy/run_local.sh"
chmod +x "$tree/deploy/run_local.sh"

status=0
said=$(timeout 30 "$tree/.ci/run_check" 2>&1) || status=$?
for part in ": FAILED" "the port is taken"; do
  [[ $said == *"$part"* ]] || { echo "FAILED: not a word of '$part': $said"; exit 1; }
done
((status == 1)) || { echo "FAILED: ended with $status"; exit 1; }
echo "what failed is told"
