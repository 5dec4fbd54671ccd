#!/usr/bin/env bash
# `make bench`: what the release program costs, beside the targets.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release -DEVENTER_BENCH=ON >/dev/null
cmake --build --preset release \
  --target kube-eventer bench_programs replay-api-server event-receiver

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
source bench/program.sh

# row WHAT TARGET VALUE UNIT: a target is "< N", "> N", a word that the value has to be, or "-".
# Without a value nothing was measured: that ends this script with an error, once all is printed.
missing=0
row() {
  awk -v what="$1" -v target="$2" -v value="$3" -v unit="$4" 'BEGIN {
    split(target, t)
    good = t[1] == "<" ? value < t[2] : t[1] == ">" ? value > t[2] : value == target
    if (t[1] == "<" || t[1] == ">") target = target " " unit
    verdict = value == "" ? "MISSING" : target == "-" ? "" : good ? "ok" : "MISSED"
    printf "%-58s %12s %14s  %s\n", what, target, value " " unit, verdict
    exit value == ""
  }' || missing=1
}
value() { awk -v name="$2" '$1 == name { print $2 }' "$scratch/$1"; }

bulk_events=50000
build/release/bench/decode_bench >"$scratch/decode"
build/release/bench/template_bench >"$scratch/template"
build/release/bench/digest_bench >"$scratch/digest"
build/release/bench/path_bench "$scratch" >"$scratch/path"
deliver "$scratch" $bulk_events elasticsearch:@ --as elasticsearch >"$scratch/bulk"
deliver "$scratch" 2000 'webhook:@/hook?method=POST' --as webhook --latency 5ms >"$scratch/webhook"
deliver "$scratch" 20000 'webhook:@/hook?method=POST' --as webhook >"$scratch/fast"
idle_memory "$scratch" >"$scratch/idle"
daemon_flags=("--data-dir=$scratch/small" --data-dir-bytes=64MiB)
deliver "$scratch" 250000 elasticsearch:@ --as elasticsearch >"$scratch/disk"
daemon_flags=()
mkdir "$scratch/log" "$scratch/data"
build/release/bench/log_bench "$scratch/log" >"$scratch/log.out"
start_with_log "$scratch" 800000 >"$scratch/start"

printf '%-58s %12s %14s\n' "" target measured
row "decode one event of 1 KiB" "< 2" "$(value decode us_per_event)" µs
row "render the default body of a webhook" "< 2" "$(value template default_us)" µs
row "  the longest documented one" - "$(value template longest_us)" µs
row "a digest of 10,000 events: CPU" "< 20" "$(value digest digest_ms)" ms
row "  memory beside the events" "< 2" "$(value digest digest_mb)" MB
row "from TLS to a sink that does nothing: CPU per event" "< 7" "$(value path cpu_us_per_event)" µs
row "  events per second" - "$(value path events_per_second)" /s
row "  peak memory" - "$(value path peak_mb)" MB
row "$bulk_events events at once, TLS to bulk: CPU per event" "< 15" \
  "$(value bulk cpu_us_per_event)" µs
row "  peak memory" "< 80" "$(value bulk peak_mb)" MB
row "  all in order at the receiver" yes "$(value bulk in_order)" ""
row "  events per second, the last of them waiting for a tick" - \
  "$(value bulk events_per_second)" /s
row "webhook that answers after 5 ms, one connection: events" "> 180" \
  "$(value webhook events_per_second)" /s
row "webhook that answers at once: CPU per event" - "$(value fast cpu_us_per_event)" µs
row "  events per second" - "$(value fast events_per_second)" /s
row "log on the disk: CPU per event, more than in memory" "< 6" "$(value log.out disk_more_us)" µs
row "250,000 events at once through 64 MiB of it: in order" yes "$(value disk in_order)" ""
row "  peak memory" "< 150" "$(value disk peak_mb)" MB
row "  CPU per event" - "$(value disk cpu_us_per_event)" µs
row "start with 800,000 undelivered events" "< 2" "$(value start seconds)" s
row "  resident then" "< 40" "$(value start rss_mb)" MB
row "idle over TLS, 100,000 stored events: resident" "< 16" "$(value idle rss_mb)" MB
row "  its share (PSS)" - "$(value idle pss_mb)" MB
row "program, stripped" "< 5" \
  "$(stat -c %s build/release/kube-eventer | awk '{ printf "%.2f", $1 / 1e6 }')" MB
exit "$missing"
