#!/bin/sh
# Runs cooper and the other builders of this machine on the same contexts, in turn,
# and prints what each took: see docs/performance.md.
#
#   bench/compare.sh [--runs N] [--only WORKLOAD,...] [--builders NAME,...] [--work DIR]
set -eu
cd "$(dirname "$0")/.."

if [ ! -x build/release/bin/cooper ] || [ ! -x build/release/bin/bare_pipeline ]; then
  cmake --preset release > /dev/null
  cmake --build --preset release --target cooper cooper-runner bare_pipeline
fi
exec python3 -B bench/compare/main.py --bin build/release/bin "$@"
