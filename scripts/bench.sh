#!/usr/bin/env bash
# Measures target/release/triptych beside nginx (or a plain file server) that sends the same bytes. Prints a table; takes
# --rounds N, --seconds N and --connections N. Wants a quiet machine: nothing fails on timing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ! -x target/release/triptych ]]; then
  echo "build it first: cargo build --release --locked" >&2
  exit 1
fi
# The load generator shares the artefacts of the tests; what it measures is the release build.
exec cargo bench --locked --quiet --profile dev --bench load -- "$@"
