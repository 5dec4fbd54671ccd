#!/usr/bin/env bash
# `make bench`: what the release program costs, beside the targets. `bench/run.sh build` only
# builds what it takes.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release -DEVENTER_BENCH=ON >/dev/null
cmake --build --preset release --target kube-eventer bench_programs replay-api-server
if [[ ${1:-} == build ]]; then exit; fi

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
source bench/idle_memory.sh

# row WHAT TARGET VALUE UNIT: a target is an upper bound, or "-".
row() {
  awk -v what="$1" -v target="$2" -v value="$3" -v unit="$4" 'BEGIN {
    verdict = target == "-" ? "" : value <= target ? "ok" : "OVER"
    bound = target == "-" ? "-" : "< " target " " unit
    printf "%-58s %12s %14s  %s\n", what, bound, value " " unit, verdict
  }'
}
value() { awk -v name="$2" '$1 == name { print $2 }' "$scratch/$1"; }

build/release/bench/decode_bench >"$scratch/decode"
build/release/bench/path_bench "$scratch" >"$scratch/path"
idle_memory "$scratch" >"$scratch/idle"

printf '%-58s %12s %14s\n' "" target measured
row "decode one event of 1 KiB" 2 "$(value decode us_per_event)" µs
row "from TLS to a sink that does nothing: CPU per event" 7 "$(value path cpu_us_per_event)" µs
row "  events per second" - "$(value path events_per_second)" /s
row "  peak memory" - "$(value path peak_mb)" MB
row "idle over TLS, 100,000 stored events: resident" 16 "$(value idle rss_mb)" MB
row "  its share (PSS)" - "$(value idle pss_mb)" MB
row "program, stripped" 5 \
  "$(stat -c %s build/release/kube-eventer | awk '{ printf "%.2f", $1 / 1e6 }')" MB
