#!/bin/sh
# Builds cooper and passes every test.
#
#   scripts/test.sh          everything, as CI does
#   scripts/test.sh quick    unit and golden tests of the dev preset alone
#   scripts/test.sh asan     the same tests under the address sanitizer
set -eu
cd "$(dirname "$0")/.."

sh scripts/packages.sh test

run() { # PRESET LABELS
  cmake --preset "$1" > /dev/null
  cmake --build --preset "$1"
  ctest --test-dir "build/$1" --output-on-failure --label-regex "$2"
}

if [ "${1:-}" = quick ]; then
  run dev 'unit|golden'
  exit
fi
if [ "${1:-}" = asan ]; then
  run asan 'unit|golden|e2e'
  exit
fi
run dev 'unit|golden|e2e|slow|conformance'
