#!/usr/bin/env bash
# tools/fuzz.sh BUILD SECONDS: every libFuzzer target of a build folder, each for SECONDS from its kept corpus.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1 seconds=$2 failed=0 count=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in "$build"/fuzz/*_libfuzzer; do
    [ -x "$target" ] || continue
    name=$(basename "$target" _libfuzzer)
    mkdir -p "$work/$name"
    count=$((count + 1))
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$work/$name-" "$work/$name" \
        "fuzz/corpus/$name" >"$work/$name.log" 2>&1; then
        echo "ok    $name: $(grep -oE 'stat::number_of_executed_units: *[0-9]+|Done [0-9]+ runs' "$work/$name.log" | tail -1)"
    else
        echo "FAIL  $name"
        tail -30 "$work/$name.log"
        failed=$((failed + 1))
    fi
done
echo "$((count - failed)) passed, $failed failed"
[ $failed = 0 ] && [ $count -gt 0 ]
