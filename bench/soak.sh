#!/usr/bin/env bash
# `make soak`: runs bench/soak.cc in a folder of its own, which stays if it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
if build/release/bench/soak "$scratch" "$@"; then
  rm -rf "$scratch"
else
  echo "soak: failed; the data directory is $scratch/data" >&2
  exit 1
fi
