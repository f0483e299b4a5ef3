#!/usr/bin/env python3
"""Counts test results: `junit NAME FILE` and `tap NAME FILE` print one line for `sum`, which prints the total.

A suite that reports no case at all counts as one failure: tests that did not run have not passed.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree


def junit(path):
    passed = failed = 0
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        cases = list(suite.iter("testcase"))
        bad = sum(1 for c in cases if c.find("failure") is not None or c.find("error") is not None)
        failed += bad
        passed += len(cases) - bad - sum(1 for c in cases if c.find("skipped") is not None)
    return passed, failed


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
        passed, failed = junit(sys.argv[3]) if what == "junit" else tap(sys.argv[3])
    except (OSError, ElementTree.ParseError) as error:
        print(f"tally: {error}", file=sys.stderr)
        passed = failed = 0
    if passed + failed == 0:
        failed = 1
    print(what, sys.argv[2], passed, failed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
