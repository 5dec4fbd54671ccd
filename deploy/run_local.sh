#!/usr/bin/env bash
# `make run`. Without arguments: a small API server on this machine replays recorded events of a
# real cluster, and the daemon shows them. With SINK=webhook, dingtalk, wecom, feishu or
# elasticsearch: the daemon sends them to a receiver on this machine, which shows what arrives. With
# arguments (in ARGS, or as arguments): the daemon with these. HEALTHZ_PORT: another port than 8084
# for health and metrics, unless the arguments name one.
#   deploy/run_local.sh check   only looks at SINK
set -euo pipefail
cd "$(dirname "$0")/.."
daemon=build/release/kube-eventer
port=${HEALTHZ_PORT:-8084}

case ${SINK:-} in
  '' | webhook | dingtalk | wecom | feishu | elasticsearch) ;;
  *)
    echo "SINK=$SINK: must be webhook, dingtalk, wecom, feishu or elasticsearch, or be left out" >&2
    exit 2
    ;;
esac
if [[ -n ${SINK:-} && -n ${ARGS:-} ]]; then
  echo "SINK=$SINK: not with ARGS, which name their own sinks" >&2
  exit 2
fi
if [[ ${1:-} == check ]]; then exit; fi

# ARGS is split as a shell would, quotes included, but nothing in it is run or expanded: a sink's
# URI has & and $ of its own.
if [[ -n ${ARGS:-} ]]; then
  mapfile -t from_make < <(xargs -n1 printf '%s\n' <<<"$ARGS")
  set -- "${from_make[@]}"
fi
if (($#)); then
  # In front, since the last one counts. A command (dead-letters) serves no health.
  if [[ -n ${HEALTHZ_PORT:-} && $1 == -* ]]; then set -- "--healthz-port=$HEALTHZ_PORT" "$@"; fi
  exec "$daemon" "$@"
fi

cmake --build --preset release --target replay-api-server event-receiver
scratch=$(mktemp -d)
server_pids=() daemon_pid=

finish() {
  if ((${#server_pids[@]})); then kill "${server_pids[@]}" 2>/dev/null || true; fi
  wait
  rm -rf "$scratch"
}
trap finish EXIT
# In process groups of their own, Ctrl-C reaches none of them: this script tells the daemon, once for
# each time, since a second signal ends it at once.
set -m
trap '[[ -z $daemon_pid ]] || kill -TERM "$daemon_pid" 2>/dev/null || true' INT TERM

# await_url FILE: the URL that the server started last writes to FILE.
await_url() {
  url=
  for _ in {1..100}; do
    url=$(grep -som1 'http://[^ ]*' "$1" || true)
    [[ -z $url ]] || return 0
    kill -0 "${server_pids[-1]}" 2>/dev/null || exit 1
    sleep 0.1
  done
  exit 1
}

cat tests/golden/events.jsonl tests/recordings/core-v1.watch.jsonl >"$scratch/events.jsonl"
# A chat robot is shown in a storm: more events than messages that it takes.
rate=1
case ${SINK:-} in dingtalk | wecom | feishu) rate=10 ;; esac
build/release/tests/support/replay-api-server --events "$scratch/events.jsonl" \
  --events-per-second "$rate" >"$scratch/server" &
server_pids+=($!)
await_url "$scratch/server"
api=$url
sink='log:?format=text' where='shown as they come'

if [[ -n ${SINK:-} ]]; then
  build/release/tests/support/event-receiver --as "$SINK" --url-file "$scratch/receiver" &
  server_pids+=($!)
  await_url "$scratch/receiver"
  where="sent to $url, where each request is shown"
  case $SINK in
    webhook) sink="webhook:$url/hook?method=POST" ;;
    dingtalk)
      sink="dingtalk:$url/robot/send?access_token=none&level=Normal&msg_type=card&cluster=demo"
      where="sent to a robot, whose group is shown here and at $url"
      ;;
    wecom) sink="wecom:$url/cgi-bin/webhook/send?key=none&level=Normal&cluster=demo" ;;
    feishu) sink="feishu:$url/open-apis/bot/v2/hook/none?level=Normal&cluster=demo" ;;
    elasticsearch) sink="elasticsearch:$url?index=kube-events" ;;
  esac
fi

echo
echo "Recorded events of a real cluster, served on $api in a loop; $where, every 5 seconds."
echo "  The sink      --sink=$sink"
echo "  Is it well?   curl 'http://127.0.0.1:$port/readyz?verbose'"
echo "  Metrics       curl http://127.0.0.1:$port/metrics"
echo "  Stop          Ctrl-C"
echo

"$daemon" "--source=kubernetes:$api?inClusterConfig=false" "--sink=$sink" --frequency=5s \
  --healthz-port="$port" &
daemon_pid=$!

# A signal interrupts `wait`; the daemon goes on until it has delivered what it had.
while wait "$daemon_pid" || true; kill -0 "$daemon_pid" 2>/dev/null; do :; done
wait "$daemon_pid"
