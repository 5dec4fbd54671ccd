# For bench/run.sh: idle_memory SCRATCH prints what the release program occupies when it is idle: over
# TLS under a CA of its own, after a start on 100,000 stored events.

idle_memory() {
  local scratch=$1 server daemon url= rss pss
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$scratch/idle.key" -out "$scratch/idle.crt" 2>/dev/null
  build/release/tests/support/replay-api-server --events tests/golden/events.jsonl --stored 100000 \
    --event-bytes 1024 --events-per-second 0.001 \
    --tls-cert "$scratch/idle.crt" --tls-key "$scratch/idle.key" >"$scratch/idle.server" &
  server=$!
  for _ in {1..300}; do
    url=$(grep -o 'https://[^ ]*' "$scratch/idle.server" || true)
    [[ -z $url ]] || break
    sleep 0.1
  done
  cat >"$scratch/idle.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: bench
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
clusters: [{name: bench, cluster: {server: '$url', certificate-authority: $scratch/idle.crt}}]
users: [{name: bench, user: {token: bench}}]
END
  build/release/kube-eventer "--source=kubernetes:?inClusterConfig=false&auth=$scratch/idle.kubeconfig" \
    --sink=log: --healthz-ip=127.0.0.1 --healthz-port=0 >/dev/null 2>"$scratch/idle.log" &
  daemon=$!
  for _ in {1..300}; do
    grep -q ': open, from version' "$scratch/idle.log" && break
    sleep 0.1
  done
  sleep 5  # for what the start has left to settle
  rss=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$daemon/status")
  pss=$(awk '$1 == "Pss:" { print $2 }' "/proc/$daemon/smaps_rollup")
  kill "$daemon" "$server"
  awk -v rss="$rss" -v pss="$pss" 'BEGIN { printf "rss_mb %.1f\npss_mb %.1f\n", rss / 1024, pss / 1024 }'
}
