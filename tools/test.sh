#!/usr/bin/env bash
# All tests: ./dev test calls it. Every suite writes its results to build-results; the tally at the end adds them up.
#
#   tools/test.sh [--long]     --long: the soaks (200 kills instead of 30), 600 s of the simulator and its mutants, threads
#                              under the thread sanitizer, unit tests under valgrind
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
long=0
for word in "$@"; do
    case $word in
    --long) long=1 ;;
    *) echo "tools/test.sh: unknown option '$word'; it takes --long" >&2; exit 2 ;;
    esac
done
export EVENSTOCK_LONG=$long
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
node=node
[ -x node_modules/.bin/node ] && node=$PWD/node_modules/.bin/node
results=build-results
failed_steps=0

# step NAME COMMAND...: runs it, counts it as one test
step() {
    local name=$1 started=$SECONDS
    shift
    if "$@" >"$results/$name.log" 2>&1; then
        echo "ok    $name ($((SECONDS - started)) s)"
        echo "step $name 1 0" >>"$results/tally"
    else
        echo "FAIL  $name ($((SECONDS - started)) s)"
        tail -40 "$results/$name.log"
        echo "step $name 0 1" >>"$results/tally"
        failed_steps=$((failed_steps + 1))
    fi
}

# c_tests DIR: the C tests of a build folder, one line a suite, each case counted
c_tests() {
    local dir=$1 started=$SECONDS
    meson test -C "$dir" --no-rebuild --num-processes 2 --print-errorlogs >"$results/$dir.log" 2>&1 ||
        { failed_steps=$((failed_steps + 1)); grep -E 'FAIL|TIMEOUT|ERROR|not ok' "$results/$dir.log" | head -40; }
    python3 tools/tally.py meson "$dir" "$dir" >>"$results/tally"
    echo "done  $dir ($((SECONDS - started)) s)"
}

# node_tests NAME FILES...: with node's own runner
node_tests() {
    local name=$1 started=$SECONDS
    shift
    "$node" --test --test-concurrency=2 --test-reporter=tap "$@" >"$results/$name.tap" 2>"$results/$name.err" ||
        { failed_steps=$((failed_steps + 1)); grep -B1 -A25 -E '^ *not ok' "$results/$name.tap" | head -120; tail -5 "$results/$name.err"; }
    python3 tools/tally.py tap "$name" "$results/$name.tap" >>"$results/tally"
    echo "done  $name ($((SECONDS - started)) s)"
}

# worlds SECONDS SEED: of the simulator, one half on each core. A test plays the same worlds each time, so that a red one is
# the fault of what was changed; --long looks for new ones.
worlds() {
    local one status
    build-sim/sim/evenstock-sim $(($1 / 2)) "$2" &
    one=$!
    build-sim/sim/evenstock-sim $(($1 / 2)) $(($2 + 1000000000)) >"$results/worlds-two.log" 2>&1
    status=$?
    wait "$one" || status=1
    cat "$results/worlds-two.log"
    return $status
}

# What serve's threads share, by the flows that make them meet. A report of the sanitizer is a failure, whoever reads it.
threads() {
    bash -c 'source tools/build.sh; build_threads' || return
    local reports=$PWD/$results/threads
    mkdir -p "$reports"
    TSAN_OPTIONS=log_path=$reports/report EVENSTOCK=$PWD/build-tsan/evenstock \
        "$node" --test --test-concurrency=2 tests/flow/{serve,service,webhook,pages}.test.js || return
    [ -z "$(ls "$reports")" ] || { cat "$reports"/*; return 1; }
}

# The C tests once more; what the sanitizers do not see is a read of memory that was never written. They see every leak,
# and a child that a test kills by design would look like one here.
memcheck() {
    meson test -C build --no-rebuild --num-processes 2 --timeout-multiplier 20 --print-errorlogs --logbase memcheck \
        --wrapper 'valgrind -q --error-exitcode=9'
}

rm -rf "$results"
mkdir -p "$results"
: >"$results/tally"
step lint ./dev lint
step model ./dev sim --model --quick
step build-sanitized bash -c 'source tools/build.sh; build_sanitized'
c_tests build
c_tests build-asan
step sim-same-twice ./dev sim 0 1 --worlds 5 --twice
step sim-fixed worlds 60 1
step sim-sanitized ./dev sim --sanitized 15 1
if [ $long = 1 ]; then
    step sim-by-clock worlds 600 $(($(date +%s) % 1000000 * 1000))
    step sim-mutants ./dev sim 0 1 --mutants
    step threads threads
    step memcheck memcheck
fi
node_tests tools $(git ls-files 'tools/*.test.js' 'sim/model/*.test.js')
node_tests sandbox $(git ls-files 'sandbox/*.test.js')
export EVENSTOCK=$PWD/build/evenstock
node_tests cli $(git ls-files 'tests/cli/*.test.js')
node_tests flow $(git ls-files 'tests/flow/*.test.js')
EVENSTOCK=$PWD/build-asan/evenstock node_tests cli-asan $(git ls-files 'tests/cli/*.test.js')
EVENSTOCK=$PWD/build-asan/evenstock node_tests flow-asan $(git ls-files 'tests/flow/*.test.js')
python3 tools/tally.py sum "$results/tally"
status=$?
[ $failed_steps = 0 ] && [ $status = 0 ]
