#!/usr/bin/env python3
"""Writes a C file that holds the given files: const struct embed_file NAME[], and NAME_count. See src/base/embed.h."""
import os
import sys


def main(out, name, *paths):
    lines = ['#include "base/embed.h"', "", f"extern const struct embed_file {name}[];", f"extern const size_t {name}_count;", ""]
    for number, path in enumerate(paths):
        with open(path, "rb") as f:
            data = f.read() + b"\0"  # terminated, for those that want a C string
        lines.append(f"static const unsigned char FILE_{number}[] = {{")
        lines += ["    " + " ".join(f"{b}," for b in data[i:i + 24]) for i in range(0, len(data), 24)]
        lines.append("};")
    lines.append(f"const struct embed_file {name}[] = {{")
    for number, path in enumerate(paths):
        lines.append(f'    {{"{os.path.basename(path)}", FILE_{number}, sizeof FILE_{number} - 1}},')
    lines += ["};", f"const size_t {name}_count = {len(paths)};", ""]
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(lines))


main(*sys.argv[1:])
