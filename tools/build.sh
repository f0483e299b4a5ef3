# Configuring and compiling build folders; sourced by ./dev and tools/test.sh from the root.

# configure DIR CC MESON_OPTIONS...: once, and again only when the options change
configure() {
    local dir=$1 cc=$2 want
    shift 2
    want="$cc $*"
    [ "$(cat "$dir/.configured" 2>/dev/null)" = "$want" ] && return
    rm -rf "$dir"
    local log
    log=$(CC=$cc meson setup "$dir" "$@" 2>&1) || { printf '%s\n' "$log" >&2; return 1; }
    printf '%s' "$want" >"$dir/.configured"
}

# compile DIR [TARGET...]: quiet unless it fails
compile() {
    local dir=$1 log
    shift
    log=$dir/compile.log
    ninja -C "$dir" "$@" >"$log" 2>&1 && return
    grep -vE '^\[[0-9]+/[0-9]+\] (Compiling|Generating|Linking)' "$log" | tail -60 >&2
    return 1
}

build_release() { configure build gcc --buildtype=debugoptimized && compile build "$@"; }
build_sanitized() {
    configure build-asan clang --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false && compile build-asan
}
build_sim() { configure build-sim gcc --buildtype=release -Dsim=true && compile build-sim sim/evenstock-sim; }
build_sim_sanitized() {
    configure build-sim-asan clang --buildtype=debugoptimized -Dsim=true -Db_sanitize=address,undefined -Db_lundef=false &&
        compile build-sim-asan sim/evenstock-sim
}
build_threads() {
    configure build-tsan clang --buildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false &&
        compile build-tsan evenstock tests/flow/http-probe tests/flow/service-probe
}
