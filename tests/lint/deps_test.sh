#!/usr/bin/env bash
# Where there is no apt, .ci/deps says what to install, and that somebody has to.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
for tool in bash dirname grep sed; do ln -s "$(command -v "$tool")" "$bin/"; done

status=0
said=$(PATH=$bin bash "$root/.ci/deps" 2>&1) || status=$?
for part in "  cmake" "  libgmock-dev" "there is no apt-get here"; do
  [[ $said == *"$part"* ]] || { echo "FAILED: not a word of '$part': $said"; exit 1; }
done
((status == 1)) || { echo "FAILED: ended with $status"; exit 1; }
echo "the list is told"
