#!/usr/bin/env bash
# Gets the servers, unless they are there already, and runs the elasticsearch sink's tests on them.
# Arguments go to `go test`, as in: tests/e2e/elasticsearch/run.sh -run Servers/opensearch
# One server at a time, unless -parallel=N is among them: each takes 700 MB.
source "$(dirname "$0")/../common.sh"

# The servers refuse to run as root, who starts them as the user `nobody`. Where that user cannot enter
# the clone, they and what they write get a folder elsewhere, for this run.
take_servers_folder() {
  umask 022
  export SERVERS_DIR=$E2E_DIR
  if ((EUID == 0)) && ! setpriv --reuid=nobody --regid=nogroup --clear-groups test -x "$E2E_DIR"; then
    SERVERS_DIR=$(mktemp -d /var/tmp/e2e-es.XXXXXX)
    trap 'rm -rf "$SERVERS_DIR"' EXIT
    chmod 755 "$SERVERS_DIR"
  fi
}

# The stamp is written last: half of them are not them.
get_servers() {
  local want log=$E2E_DIR/logs/mvn.log
  want=$(sha256sum <pom.xml)
  if [[ $(cat "$SERVERS_DIR/servers.stamp" 2>/dev/null) == "$want" ]]; then return; fi
  echo "e2e: getting the servers from Maven: 230 MB the first time"
  rm -rf "$SERVERS_DIR/servers"
  again mvn --batch-mode --file pom.xml -Dservers="$SERVERS_DIR/servers" dependency:unpack \
    >"$log" 2>&1 \
    || fail "mvn could not get the servers: $(grep --max-count=1 ERROR "$log" || echo "see $log")"
  echo "$want" >"$SERVERS_DIR/servers.stamp"
}

take_program KUBE_EVENTER_BIN kube-eventer
take_program REPLAY_SERVER_BIN tests/support/replay-api-server
check_go
check_tool java openjdk-17-jre-headless
check_tool mvn maven
JAVA_HOME=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
export JAVA_HOME
take_folder e2e-es
take_servers_folder
cd "$here"
get_servers
again go vet .
go test -count=1 -timeout=30m -parallel=1 -v "$@" .
