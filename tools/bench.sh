#!/usr/bin/env bash
# tools/bench.sh BUILD [NAME]: all benchmarks of a build folder, or the one named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1 wanted=${2:-} ran=0
for program in "$build"/bench/*_bench; do
    name=$(basename "$program" _bench)
    [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
    echo "== $name"
    "$program"
    ran=$((ran + 1))
done
[ $ran -gt 0 ] || { echo "tools/bench.sh: no benchmark '$wanted'; there are: $(cd "$build/bench" && echo *_bench | sed 's/_bench//g')" >&2; exit 2; }
