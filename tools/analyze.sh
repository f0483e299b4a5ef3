#!/usr/bin/env bash
# Static analysis of src/: gcc's -fanalyzer, clang-tidy with the checks of .clang-tidy, cppcheck. Findings fail. A file
# without findings is not looked at again until it, or anything it includes, is another.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CLEAN=${XDG_CACHE_HOME:-$HOME/.cache}/evenstock/analyzed
FLAGS="-std=c17 -D_GNU_SOURCE -DEVENSTOCK_VERSION=\"0\" -Isrc -Ibuild/src -Ibuild/src/store -Ibuild/src/shop
    $(pkg-config --cflags glib-2.0 jansson libsodium libcurl sqlite3 libmicrohttpd)"
export FLAGS
TOOLS=$(gcc --version | head -1; clang-tidy --version | tr -d '\n'; cppcheck --version; cat .clang-tidy tools/analyze.sh)
export TOOLS
mkdir -p "$CLEAN"

analyze() {
    local stamp findings
    stamp=$CLEAN/$({ echo "$1 $TOOLS"; cat "$1"; gcc $FLAGS -E -P "$1"; } | sha256sum | cut -c1-64)
    [ -e "$stamp" ] && return 0
    findings=$({
        clang-tidy --quiet -p build "$1" 2>/dev/null
        gcc $FLAGS -O1 -fanalyzer -Wno-analyzer-too-complex -c "$1" -o /dev/null 2>&1
        # It does not know AUTO, so leaks are left to gcc and the sanitizers, which do.
        cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --suppress=missingInclude \
            --suppress=unknownMacro --suppress=memleak -D'MUST=' -D'AUTO(x)=' -D'CHECK(x)=if(!(x)) abort()' -Isrc \
            --template='{file}:{line}: warning: {message} [{id}]' "$1" 2>&1
    } | grep -E 'warning:|error:')
    [ -z "$findings" ] && { : >"$stamp"; return 0; }
    printf '%s\n' "$findings"
    return 1
}
export -f analyze
git ls-files 'src/*.c' | xargs -P2 -I{} bash -c 'analyze {}'
