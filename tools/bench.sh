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
for program in bench/*_bench.js; do
    name=$(basename "$program" _bench.js)
    [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
    echo "== $name"
    EVENSTOCK=$build/evenstock node "$program"
    ran=$((ran + 1))
done
[ $ran -gt 0 ] || { echo "tools/bench.sh: no benchmark '$wanted'; there are: $(ls "$build/bench" bench | grep -oE "^[a-z]+_bench(\.js)?$" | sed "s/_bench.*//" | tr "\n" " ")" >&2; exit 2; }
