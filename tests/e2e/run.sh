#!/usr/bin/env bash
# Builds a Kubernetes control plane, unless it is there already, and runs the end-to-end tests on it.
# Arguments go to `go test`, as in: tests/e2e/run.sh -run Compaction
source "$(dirname "$0")/common.sh"

# The stamp names what the program was built from. It is written last: half a build is no build.
build_controlplane() {
  local want
  want=$(cat go.sum controlplane/main.go | sha256sum)
  if [[ -x $E2E_DIR/controlplane && $(cat "$E2E_DIR/controlplane.stamp" 2>/dev/null) == "$want" ]]; then
    return
  fi
  echo "e2e: building the control plane; with an empty Go cache this takes some minutes"
  # A compiler's heap may grow: garbage costs it a tenth of its time.
  GOGC=400 again \
    go build -buildvcs=false -ldflags "-s -w" -o "$E2E_DIR/controlplane" ./controlplane
  echo "$want" >"$E2E_DIR/controlplane.stamp"
}

take_program KUBE_EVENTER_BIN kube-eventer
KUBE_EVENTER_MANIFEST=$(realpath -m "${KUBE_EVENTER_MANIFEST:-$root/deploy/kube-eventer.yaml}")
export KUBE_EVENTER_MANIFEST
[[ -r $KUBE_EVENTER_MANIFEST ]] || fail "no manifest at $KUBE_EVENTER_MANIFEST"
check_go
check_tool etcd etcd-server
take_folder e2e
cd "$here"
build_controlplane
again go vet .
exec go test -count=1 -timeout=15m -v "$@" .
