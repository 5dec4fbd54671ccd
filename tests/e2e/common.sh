# The head of the end-to-end tests' run.sh, which source it: what each needs, checked, and its folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
  echo "e2e: $*" >&2
  exit 1
}

check_go() {
  local found
  export GOTOOLCHAIN=local  # never another Go than the one whose version is checked
  found=$(go env GOVERSION 2>/dev/null) || found=none
  printf '%s\n' go1.26 "$found" | sort --check=quiet --version-sort \
    && [[ $found == go1.* ]] || fail "needs Go 1.26 or later, found $found"
  GOPROXY=$(go env GOPROXY)
  GOPROXY=${GOPROXY%,direct}  # registries only, no repositories
  # Not optimised, servers and tests are built in two thirds of the time, and do as well.
  GOFLAGS="$(go env GOFLAGS) '-gcflags=all=-N -l -dwarf=false'"
  # Without C, the tests share what was compiled for the servers.
  export GOPROXY GOFLAGS CGO_ENABLED=0
}

# check_tool PROGRAM PACKAGE
check_tool() {
  command -v "$1" >/dev/null || fail "needs $1 (Debian: $2)"
}

# again COMMAND...: a registry may fail for a moment; what was downloaded is kept.
again() {
  local attempt
  for attempt in 1 2; do
    "$@" && return
    echo "e2e: attempt $attempt of 3 failed: $1" >&2
    sleep 15
  done
  "$@"
}

# take_program VARIABLE PATH: exported, it names a program, by default that of the release build.
take_program() {
  declare -gx "$1=$(realpath -m "${!1:-$root/build/release/$2}")"
  [[ -x ${!1} ]] || fail "no program at ${!1}: build it first (make $(basename "$here"))"
}

# take_folder NAME: below build/, for this run alone; it becomes E2E_DIR, with empty run/ and logs/.
take_folder() {
  export E2E_DIR=$root/build/$1
  mkdir -p "$E2E_DIR"
  exec 9>"$E2E_DIR/lock"
  flock --nonblock 9 || fail "another run uses $E2E_DIR"
  rm -rf "$E2E_DIR/run" "$E2E_DIR/logs"
  mkdir -p "$E2E_DIR/run" "$E2E_DIR/logs"
}
