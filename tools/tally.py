#!/usr/bin/env python3
"""Counts test results: `meson NAME DIR` and `tap NAME FILE` print one line for `sum`, which prints the total.

What reports no case at all counts as one failure, and so does a program that ends badly after its last good case:
tests that did not run have not passed.
"""
import json
import re
import sys
import xml.etree.ElementTree as ElementTree


def meson(folder):
    passed = 0
    failed = {}
    for suite in ElementTree.parse(f"{folder}/meson-logs/testlog.junit.xml").getroot().iter("testsuite"):
        cases = list(suite.iter("testcase"))
        bad = sum(1 for c in cases if c.find("failure") is not None or c.find("error") is not None)
        failed[suite.get("name")] = bad
        passed += len(cases) - bad - sum(1 for c in cases if c.find("skipped") is not None)
    with open(f"{folder}/meson-logs/testlog.json", encoding="utf-8") as programs:
        for program in map(json.loads, programs):
            name = "evenstock." + program["name"]
            if program["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
                failed[name] = max(failed.get(name, 0), 1)
    return passed, sum(failed.values())


def tap(path):
    """Counts the leaves: a line of a file or group that has parts of its own is left out."""
    passed = failed = 0
    with open(path, encoding="utf-8", errors="replace") as lines:
        text = lines.read()
    for key, value in re.findall(r"^# (pass|fail|cancelled) (\d+)$", text, flags=re.M):
        if key == "pass":
            passed += int(value)
        else:
            failed += int(value)
    return passed, failed


def main():
    what = sys.argv[1]
    if what == "sum":
        passed = failed = 0
        with open(sys.argv[2], encoding="utf-8") as rows:
            for row in rows:
                _, _, good, bad = row.split()
                passed, failed = passed + int(good), failed + int(bad)
        print(f"{passed} passed, {failed} failed")
        return 1 if failed or not passed else 0
    try:
        passed, failed = meson(sys.argv[3]) if what == "meson" else tap(sys.argv[3])
    except (OSError, ElementTree.ParseError, ValueError) as error:
        print(f"tally: {error}", file=sys.stderr)
        passed = failed = 0
    if passed + failed == 0:
        failed = 1
    print(what, sys.argv[2], passed, failed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
