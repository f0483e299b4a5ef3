#!/usr/bin/env python3
"""The project's own lint: what compilers do not know about this tree.

Usage: tools/lint.py [--root DIR] [--objects BUILD_DIR]

Each finding is one line, `file:line: rule: what and how to mend`; any finding makes the exit status 1. The rules:

layers     a module includes itself and the modules before it in LAYERS, and no other
library    a library's header is included by its one door only
banned     calls that have a safer door in base/
sql        SQL text stands in store/sqlite only
length     a file says one thing: at most LINES_MAX lines, COLUMNS_MAX columns
words      no unfinished-work marks, no path of one machine
links      a link of a document leads to a file of the tree
exports    (with --objects) a library exports only names with its module's prefix; domain touches no I/O
"""
import argparse
import pathlib
import re
import subprocess
import sys

LAYERS = ["base", "domain", "store", "shop", "feed", "sync", "jobs", "http", "cli"]
LINES_MAX, COLUMNS_MAX = 900, 140
# A library's header, and the files that may include it.
DOORS = {
    "jansson.h": r"src/base/js\w*\.c|bench/\w+\.c",
    "glib.h": r"src/base/(tz|utf8)\.c",
    "sodium.h": r"src/base/\w+\.c|src/http/\w+\.c",
    "sqlite3.h": r"src/store/sqlite/\w+\.[ch]|bench/\w+\.c|tests/store/\w+\.c",
    "curl/curl.h": r"src/shop/curl\.c",
    "csv.h": r"src/feed/csv\.c",
    "microhttpd.h": r"src/http/server\.c|bench/stand\.c",
    "zlib.h": r"src/feed/source\.c",
}
BANNED = {  # call -> the door to use, and the files that are that door
    "strcpy": ("str_copy", None), "strcat": ("buf_add", None), "sprintf": ("snprintf or str_printf", None),
    "strtok": ("str_cut", None), "atoi": ("num_parse_i64", None), "atol": ("num_parse_i64", None),
    "gmtime": ("instant_print", None), "localtime": ("instant_print", None), "setlocale": ("nothing: the C locale stays", None),
    "time": ("world_now", r"src/base/os\.c"), "clock_gettime": ("io_clock", r"src/base/os\.c"),
    "gettimeofday": ("io_clock", r"src/base/os\.c"), "rand": ("io_rng", r"src/base/os\.c"), "random": ("io_rng", r"src/base/os\.c"),
    "sleep": ("io_clock", r"src/base/os\.c"), "usleep": ("io_clock", r"src/base/os\.c"), "nanosleep": ("io_clock", r"src/base/os\.c"),
    "alloca": ("an arena", None), "system": ("nothing", None), "popen": ("nothing", None),
}
SQL = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b')
PURE = re.compile(r"^(f?printf|fopen|fwrite|malloc|calloc|realloc|free|time|clock_gettime|nanosleep|socket|open|read|write|getenv)$")


def module_of(path):
    parts = path.parts
    return parts[1] if len(parts) > 2 and parts[0] == "src" and parts[1] in LAYERS else None


def strip_comments(text):
    """Comments become blanks, so that line numbers stay."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)


def strip_strings(text):
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def check_includes(path, text, found):
    own = module_of(path)
    for n, line in enumerate(text.split("\n"), 1):
        m = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not m:
            continue
        name = m.group(2)
        used = name.split("/")[0]
        if own and m.group(1) == '"' and used in LAYERS and LAYERS.index(used) > LAYERS.index(own):
            found.append(f"{path}:{n}: layers: {own} is below {used} and may not include it; move the code up or the type down")
        if used in LAYERS and used != own and name.endswith("/internal.h") and str(path).startswith("src/"):
            found.append(f"{path}:{n}: layers: {name} is for {used} alone; use its public header")
        door = DOORS.get(name)
        if door and str(path).startswith(("src/", "tests/", "bench/")) and not re.fullmatch(door, str(path)):
            found.append(f"{path}:{n}: library: <{name}> has one door; call the module that owns it")


def check_calls(path, code, found):
    if not str(path).startswith("src/"):
        return
    for n, line in enumerate(strip_strings(code).split("\n"), 1):
        for m in re.finditer(r"(?<![\w.>])([a-z_]+)\s*\(", line):
            ban = BANNED.get(m.group(1))
            if ban and not (ban[1] and re.fullmatch(ban[1], str(path))):
                found.append(f"{path}:{n}: banned: {m.group(1)}() is not called here; use {ban[0]}")


def check_text(path, text, found):
    lines = text.split("\n")
    if path.suffix in (".c", ".h", ".js", ".mjs", ".py") and len(lines) > LINES_MAX:
        found.append(f"{path}:1: length: {len(lines)} lines, at most {LINES_MAX}; split it by what it says")
    for n, line in enumerate(lines, 1):
        if path.suffix in (".c", ".h") and len(line) > COLUMNS_MAX:
            found.append(f"{path}:{n}: length: {len(line)} columns, at most {COLUMNS_MAX}; run ./dev fmt")
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
            found.append(f"{path}:{n}: words: unfinished by its own word; finish it or take it out")
        if re.search(r"(^|[\s\"'=:(])/(work|home/\w+|root)/", line):
            found.append(f"{path}:{n}: words: a path of one machine")


def check_sql(path, code, found):
    if str(path).startswith("src/") and not str(path).startswith("src/store/sqlite/"):
        for n, line in enumerate(code.split("\n"), 1):
            if SQL.search(line):
                found.append(f"{path}:{n}: sql: statements stand in src/store/sqlite/sql.def")


def check_links(root, path, text, found):
    for n, line in enumerate(text.split("\n"), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            name = target.split("#")[0]
            if name and "://" not in name and not (root / path.parent / name).exists():
                found.append(f"{path}:{n}: links: {target} leads nowhere")


def symbols(library, flag):
    out = subprocess.run(["nm", flag, "--extern-only", str(library)], capture_output=True, text=True, check=True).stdout
    return [line.split()[-1] for line in out.split("\n") if line and not line.endswith(":")]


def check_objects(build, found):
    """base's words are their own prefix; every other module's exports carry its name."""
    for layer in LAYERS[1:]:
        library = build / "src" / f"libevenstock-{layer}.a"
        if not library.exists():
            continue
        allowed = {
            "domain": r"(domain|atp|event_kind|queue_kind|facility_type|channel_mode|reset_mode|reading)_\w+",
            "store": r"(store|config)_\w+|(explained_kind|operation_state|target_state|run_state)_(name|over)",
            "cli": r"(cli|cmd)_\w+|COMMANDS|main",
        }.get(layer, rf"{layer}_\w+")
        for name in symbols(library, "--defined-only"):
            if not re.fullmatch(allowed, name) and not name.startswith(("__", "_")):
                found.append(f"src/{layer}: exports: {name} lacks the prefix {layer}_; make it static or rename it")
        if layer == "domain":
            for name in symbols(library, "--undefined-only"):
                if PURE.match(name):
                    found.append(f"src/domain: exports: domain is pure, but calls {name}()")


def files(root):
    tracked = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, text=True)
    names = tracked.stdout.split("\0") if tracked.returncode == 0 else [str(p.relative_to(root)) for p in root.rglob("*")]
    for name in sorted(filter(None, names)):
        path = pathlib.Path(name)
        if path.suffix in (".c", ".h", ".js", ".mjs", ".py", ".sh", ".sql", ".md", ".build", ".def") or name in ("dev", ".ci/run"):
            if "node_modules" not in path.parts and path.name != "package-lock.json" and (root / path).is_file():
                yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--objects", type=pathlib.Path, help="a build folder: check the exported names of its libraries")
    args = parser.parse_args()
    found = []
    for path in files(args.root):
        text = (args.root / path).read_text(encoding="utf-8")
        check_text(path, text, found)
        if path.suffix == ".md":
            check_links(args.root, path, text, found)
        if path.suffix in (".c", ".h"):
            code = strip_comments(text)
            check_includes(path, code, found)
            check_calls(path, code, found)
            check_sql(path, code, found)
    if args.objects:
        check_objects(args.objects, found)
    for line in found:
        print(line)
    print(f"lint: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
