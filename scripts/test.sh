#!/bin/sh
# Builds cooper and passes every test.
#
#   scripts/test.sh          everything, as CI does
#   scripts/test.sh quick    unit and golden tests of the dev preset alone
#   scripts/test.sh asan     unit, golden and end-to-end tests under the sanitizers
set -eu
cd "$(dirname "$0")/.."

sh scripts/packages.sh test

run() { # PRESET LABELS
  cmake --preset "$1" > /dev/null
  cmake --build --preset "$1"
  ctest --test-dir "build/$1" --output-on-failure --label-regex "$2"
}

case ${1:-all} in
  all)
    run dev 'unit|golden|e2e|slow|conformance|corpus'
    run asan 'unit|golden|e2e'
    ;;
  quick) run dev 'unit|golden' ;;
  asan) run asan 'unit|golden|e2e' ;;
  *) echo "test.sh: quick, asan or nothing, not \`$1\`" >&2; exit 2 ;;
esac
