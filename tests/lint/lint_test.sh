#!/usr/bin/env bash
# What `.ci/lint text` must refuse before it looks at any format.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

mkdir -p "$scratch"/.ci "$scratch"/src/core "$scratch"/tests/core
cp "$root"/.ci/lint "$root"/.ci/include_rules "$scratch"/.ci/
cd "$scratch"
touch src/core/a.cc tests/core/kube_test.cc tests/core/fake_kube_test.cc

refused() {  # TEXT: it fails and says so
  if said=$(.ci/lint text 2>&1); then
    echo "FAILED: nothing was refused: $said"
  elif [[ $said != *"$1"* ]]; then
    echo "FAILED: not a word of '$1': $said"
  else
    return 0
  fi
  failures=$((failures + 1))
}

GIT_DIR=/nonexistent refused "git names no"
git init -q .
echo "SOURCES fake_kube_test.cc" >tests/core/CMakeLists.txt
refused "tests/core/kube_test.cc: not in tests/core/CMakeLists.txt"
echo "SOURCES fake_kube_test.cc kube_test.cc" >tests/core/CMakeLists.txt
if said=$(.ci/lint text 2>&1); [[ $said == *kube_test.cc:* ]]; then
  echo "FAILED: a test that is compiled was reported: $said"
  failures=$((failures + 1))
fi

((failures == 0)) || exit 1
echo "lint refuses what it should"
