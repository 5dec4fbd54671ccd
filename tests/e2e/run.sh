#!/usr/bin/env bash
# Builds a Kubernetes control plane, unless it is there already, and runs the end-to-end tests on it.
# Arguments go to `go test`, as in: tests/e2e/run.sh -run Compaction
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export E2E_DIR=$root/build/e2e
KUBE_EVENTER_BIN=$(realpath -m "${KUBE_EVENTER_BIN:-$root/build/release/kube-eventer}")
KUBE_EVENTER_MANIFEST=$(realpath -m "${KUBE_EVENTER_MANIFEST:-$root/deploy/kube-eventer.yaml}")
export KUBE_EVENTER_BIN KUBE_EVENTER_MANIFEST
export GOTOOLCHAIN=local  # never another Go than the one whose version is checked

fail() {
  echo "e2e: $*" >&2
  exit 1
}

check_go() {
  local found
  found=$(go env GOVERSION 2>/dev/null) || found=none
  printf '%s\n' go1.26 "$found" | sort --check=quiet --version-sort \
    && [[ $found == go1.* ]] || fail "needs Go 1.26 or later, found $found"
}

# The stamp names what the program was built from. It is written last: half a build is no build.
build_controlplane() {
  local want
  want=$(cat go.sum controlplane/main.go | sha256sum)
  if [[ -x $E2E_DIR/controlplane && $(cat "$E2E_DIR/controlplane.stamp" 2>/dev/null) == "$want" ]]; then
    return
  fi
  echo "e2e: building the control plane; with an empty Go cache this takes some minutes"
  CGO_ENABLED=0 go build -buildvcs=false -ldflags "-s -w" -o "$E2E_DIR/controlplane" ./controlplane
  echo "$want" >"$E2E_DIR/controlplane.stamp"
}

check_go
command -v etcd >/dev/null || fail "needs etcd (Debian: etcd-server)"
[[ -x $KUBE_EVENTER_BIN ]] || fail "no daemon at $KUBE_EVENTER_BIN: build it first"
[[ -r $KUBE_EVENTER_MANIFEST ]] || fail "no manifest at $KUBE_EVENTER_MANIFEST"
cd "$here"
GOPROXY=$(go env GOPROXY)
export GOPROXY=${GOPROXY%,direct}  # registries only, no repositories
mkdir -p "$E2E_DIR"
exec 9>"$E2E_DIR/lock"
flock --nonblock 9 || fail "another run uses $E2E_DIR"
build_controlplane
rm -rf "$E2E_DIR/run" "$E2E_DIR/logs"
mkdir -p "$E2E_DIR/run" "$E2E_DIR/logs"
exec go test -count=1 -timeout=15m -v "$@" .
