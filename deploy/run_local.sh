#!/usr/bin/env bash
# `make run`. Without arguments: a small API server on this machine replays recorded events of a
# real cluster, and the daemon shows them. With arguments (in ARGS, or as arguments): the daemon
# with these.
set -euo pipefail
cd "$(dirname "$0")/.."
daemon=build/release/kube-eventer

# ARGS is split as a shell would, quotes included, but nothing in it is run or expanded: a sink's
# URI has & and $ of its own.
if [[ -n ${ARGS:-} ]]; then
  mapfile -t from_make < <(xargs -n1 printf '%s\n' <<<"$ARGS")
  set -- "${from_make[@]}"
fi
if (($#)); then exec "$daemon" "$@"; fi

cmake --build --preset release --target replay-api-server
scratch=$(mktemp -d)
server_pid= daemon_pid=

finish() {
  if [[ -n $server_pid ]]; then kill "$server_pid" 2>/dev/null || true; fi
  wait
  rm -rf "$scratch"
}
trap finish EXIT
# In process groups of their own, Ctrl-C reaches neither: this script tells the daemon, once for each
# time, since a second signal ends it at once.
set -m
trap '[[ -z $daemon_pid ]] || kill -TERM "$daemon_pid" 2>/dev/null || true' INT TERM

cat tests/golden/events.jsonl tests/recordings/core-v1.watch.jsonl >"$scratch/events.jsonl"
build/release/tests/support/replay-api-server --events "$scratch/events.jsonl" \
  --events-per-second 1 >"$scratch/server" &
server_pid=$!

url=
for _ in {1..100}; do
  url=$(grep -o 'http://[^ ]*' "$scratch/server" || true)
  [[ -z $url ]] || break
  kill -0 "$server_pid" || exit 1
  sleep 0.1
done

echo
echo "Recorded events of a real cluster, served on $url in a loop; shown as they come, every 5 seconds."
echo "  Is it well?   curl 'http://127.0.0.1:8084/readyz?verbose'"
echo "  Metrics       curl http://127.0.0.1:8084/metrics"
echo "  Stop          Ctrl-C"
echo

"$daemon" "--source=kubernetes:$url?inClusterConfig=false" '--sink=log:?format=text' --frequency=5s &
daemon_pid=$!

# A signal interrupts `wait`; the daemon goes on until it has delivered what it had.
while wait "$daemon_pid" || true; kill -0 "$daemon_pid" 2>/dev/null; do :; done
wait "$daemon_pid"
