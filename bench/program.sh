# For bench/run.sh: the release program against an API server over TLS under a CA of its own.

# start_api SCRATCH OPTION...: starts it with 1 KiB events; sets $server, its process, and writes
# $SCRATCH/kubeconfig.
start_api() {
  local scratch=$1 url
  shift
  [[ -f $scratch/api.key ]] || openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bench \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$scratch/api.key" -out "$scratch/api.crt" 2>/dev/null
  build/release/tests/support/replay-api-server --event-bytes 1024 "$@" \
    --tls-cert "$scratch/api.crt" --tls-key "$scratch/api.key" >"$scratch/api.url" &
  server=$!
  url=$(await_line "$scratch/api.url" '^https://')
  cat >"$scratch/kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: bench
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
clusters: [{name: bench, cluster: {server: '$url', certificate-authority: $scratch/api.crt}}]
users: [{name: bench, user: {token: bench}}]
END
}

# start_daemon SCRATCH SINK: sets $daemon; its log is $SCRATCH/daemon.log. With the flags of the array
# daemon_flags, too.
daemon_flags=()
start_daemon() {
  build/release/kube-eventer "--source=kubernetes:?inClusterConfig=false&auth=$1/kubeconfig" \
    "--sink=$2" --frequency=5s --healthz-ip=127.0.0.1 --healthz-port=0 "${daemon_flags[@]}" \
    >/dev/null 2>"$1/daemon.log" &
  daemon=$!
}

# await_line FILE PATTERN: the first line of FILE that has it, within 30 s.
await_line() {
  for _ in {1..300}; do
    grep -sm1 -- "$2" "$1" && return
    sleep 0.1
  done
  echo "nothing like $2 in $1" >&2
  return 1
}

# What the program occupies when it is idle, after a start on 100,000 stored events.
idle_memory() {
  local scratch=$1
  start_api "$scratch" --stored 100000
  start_daemon "$scratch" log:
  await_line "$scratch/daemon.log" ': open, from version' >/dev/null
  sleep 5  # for what the start has left to settle
  awk '$1 == "VmRSS:" { printf "rss_mb %.1f\n", $2 * 1024 / 1e6 }' "/proc/$daemon/status"
  awk '$1 == "Pss:" { printf "pss_mb %.1f\n", $2 * 1024 / 1e6 }' "/proc/$daemon/smaps_rollup"
  kill "$daemon" "$server"
}

# start_with_log SCRATCH EVENTS: how long a start takes that finds so many events for a sink that
# does not take them, and what the program occupies then.
start_with_log() {
  local scratch=$1 events=$2 begin
  build/release/bench/log_bench "$scratch/data" fill "$events" dead >&2
  begin=$(date +%s%N)
  build/release/kube-eventer '--source=kubernetes:http://127.0.0.1:1?inClusterConfig=false' \
    '--sink=webhook:http://127.0.0.1:1/?method=POST&name=dead' --data-dir="$scratch/data" \
    --data-dir-bytes=4GiB --healthz-ip=127.0.0.1 --healthz-port=0 >/dev/null 2>"$scratch/daemon.log" &
  daemon=$!
  await_line "$scratch/daemon.log" "$events wait from an earlier run" >/dev/null
  awk -v ns=$(($(date +%s%N) - begin)) 'BEGIN { printf "seconds %.1f\n", ns / 1e9 }'
  awk '$1 == "VmRSS:" { printf "rss_mb %.1f\n", $2 * 1024 / 1e6 }' "/proc/$daemon/status"
  kill "$daemon"
}

# deliver SCRATCH EVENTS SINK OPTION...: that many events at once to a receiver with these options;
# SINK has @ where its URL goes. Prints the receiver's numbers, cpu_us_per_event (of the whole life of
# the program, its start included) and peak_mb.
deliver() {
  local scratch=$1 events=$2 sink=$3 receiver
  shift 3
  rm -f "$scratch/receiver.url"
  build/release/tests/support/event-receiver --quiet --expect "$events" \
    --url-file "$scratch/receiver.url" "$@" &
  receiver=$!
  start_api "$scratch" --burst "$events"
  start_daemon "$scratch" "${sink/@/$(await_line "$scratch/receiver.url" '^http')}"
  wait "$receiver"
  awk -v events="$events" -v tick="$(getconf CLK_TCK)" \
    '{ sub(/.*\) /, ""); printf "cpu_us_per_event %.2f\n", ($12 + $13) / tick * 1e6 / events }' \
    "/proc/$daemon/stat"
  awk '$1 == "VmHWM:" { printf "peak_mb %.1f\n", $2 * 1024 / 1e6 }' "/proc/$daemon/status"
  kill "$daemon" "$server"
}
