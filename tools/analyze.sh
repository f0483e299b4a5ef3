#!/usr/bin/env bash
# Static analysis of src/: gcc's -fanalyzer, clang-tidy with the checks of .clang-tidy, cppcheck. Findings fail.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
found=0
files=$(git ls-files 'src/*.c')
printf '%s\n' $files | xargs -P2 -n8 clang-tidy --quiet -p build 2>/dev/null | grep -E 'warning:|error:' && found=1
flags=$(pkg-config --cflags glib-2.0 jansson libsodium libcurl sqlite3 libmicrohttpd)
# One translation unit a run; the sanitizers see the rest.
printf '%s\n' $files | xargs -P2 -I{} gcc -std=c17 -D_GNU_SOURCE -DEVENSTOCK_VERSION='"0"' -Isrc -Ibuild/src -Ibuild/src/store -Ibuild/src/shop $flags \
    -O1 -fanalyzer -Wno-analyzer-too-complex -c {} -o /dev/null 2>&1 | grep -E 'warning:|error:' && found=1
# It does not know AUTO, so leaks are left to gcc and the sanitizers, which do.
cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 --suppress=missingInclude \
    --suppress=unknownMacro --suppress=memleak -D'MUST=' -D'AUTO(x)=' -D'CHECK(x)=if(!(x)) abort()' -Isrc $files 2>&1 || found=1
exit $found
