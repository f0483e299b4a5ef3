#!/usr/bin/env python3
"""Checks the models of the sync protocol with spin: our protocol must hold, every wrong one must be refuted.

usage: sim/model/run.py [--quick] [MODEL[/VARIANT]...]     all, or only those named
       sim/model/run.py --story MODEL/VARIANT              the counterexample of a wrong protocol, step by step

--root and --depth are for this program's own tests: another tree, and searches that end early.

A model's head comment lists its variants, one a line: name, what is expected, why. A variant's name is the macros that it
defines, joined by +; `ours` defines none. What is expected:

holds     the whole state space was searched and nothing is wrong
refuted   an invariant breaks; a shortest counterexample is looked for
bound     refuted too: a limit of the protocol that docs/protocol.md admits, kept here so that it stays true

A search that ends early, a deadlock, or a counterexample of another kind than the invariant's is a failure. The table of
rules in docs/protocol.md is held to the models too: what it cites exists, and what is refuted is cited.
"""
import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
AT_ONCE = 2  # searches, each within MEMORY_MB
MEMORY_MB = 900
DEPTH = 2_000_000
SECONDS_MAX = 600

VARIANT = re.compile(r"^ \*   (ours|[A-Z][A-Z0-9]*(?:\+[A-Z][A-Z0-9]*)*) +(holds|refuted|bound)( +\(slow\))?(?: |$)")
CITED = re.compile(r"`([a-z]+)/(ours|[A-Z][A-Z0-9+]*)`")
BROKEN = re.compile(r"assertion violated|acceptance cycle")
CUT_SHORT = re.compile(r"max search depth too small|out of memory|reached -DMEMLIM|Search not completed|aborting", re.I)


@dataclasses.dataclass(frozen=True)
class Variant:
    source: pathlib.Path
    folder: pathlib.Path  # for what is built
    name: str
    expected: str
    slow: bool  # left out of --quick
    forever: bool  # an LTL formula: infinite runs, weak fairness

    @property
    def model(self):
        return self.source.stem

    @property
    def title(self):
        return f"{self.model}/{self.name}"

    @property
    def macros(self):
        return [] if self.name == "ours" else [f"-D{macro}" for macro in self.name.split("+")]

    @property
    def shortest(self):
        return self.expected != "holds" and not self.forever


@dataclasses.dataclass
class Result:
    variant: Variant
    states: str = "-"
    depth: str = "-"
    seconds: float = 0.0
    length: str = "-"
    verdict: str = ""
    log: str = ""

    @property
    def good(self):
        return self.verdict == "holds" if self.variant.expected == "holds" else self.verdict == "refuted"


def variants_of(root, path):
    text = path.read_text(encoding="utf-8")
    forever = re.search(r"^ltl ", text, re.M) is not None
    matches = (VARIANT.match(line) for line in text.split("\n"))
    build = root / "build-model" / path.stem
    return [Variant(path, build / m[1], m[1], m[2], m[3] is not None, forever) for m in matches if m]


def command(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, done.stdout + done.stderr


def build(variant):
    """Makes the searcher; says what went wrong, or nothing."""
    folder = variant.folder
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.trail"):
        old.unlink()
    status, log = command(["spin", *variant.macros, "-a", str(variant.source)], folder)
    if status != 0 or re.search(r"syntax error|Error:", log):
        return log
    options = ["-DNFAIR=3"] if variant.forever else ["-DSAFETY"]
    # A short search costs less than the optimizer.
    options += ["-DBFS", "-O0"] if variant.shortest else ["-O1"]
    status, log = command(["gcc", "-w", *options, f"-DMEMLIM={MEMORY_MB}", "-o", "pan", "pan.c"], folder)
    return log if status != 0 else ""


def search(variant, depth):
    words = ["./pan", f"-m{depth}", "-w20"]
    if variant.forever:
        words += ["-a", "-f"]
    return command(words, variant.folder)[1]


def steps_of_trail(variant):
    trails = list(variant.folder.glob("*.trail"))
    return len([line for line in trails[0].read_text().split("\n") if re.match(r"\d", line)]) if trails else 0


def verdict_of(log):
    """One error ends a search, so an error's kind decides; a search without errors must have been complete."""
    error = re.search(r"^pan:\d+: (.*)$", log, re.M)
    if error:
        return "refuted" if BROKEN.search(error[1]) else error[1]
    if CUT_SHORT.search(log):
        return "incomplete"
    return "holds" if re.search(r"errors: 0$", log, re.M) else "no result"


def check(variant, depth=DEPTH):
    result = Result(variant)
    started = time.monotonic()
    try:
        failed = build(variant)
        result.log = failed or search(variant, depth)
        result.verdict = "does not build" if failed else verdict_of(result.log)
    except subprocess.TimeoutExpired:
        result.verdict = f"over {SECONDS_MAX} s"
    result.seconds = time.monotonic() - started
    if m := re.search(r"^ *(\d+) states, stored", result.log, re.M):
        result.states = f"{int(m[1]):,}"
    if m := re.search(r"depth reached (\d+)", result.log):
        result.depth = m[1]
    if result.verdict == "refuted":
        result.length = str(steps_of_trail(variant))
    return result


def print_row(words):
    print("{:<10} {:<16} {:<8} {:>11} {:>8} {:>7} {:>6}  {}".format(*words), flush=True)


def print_result(result):
    v = result.variant
    verdict = result.verdict if result.good else f"{result.verdict}  WRONG"
    print_row([v.model, v.name, v.expected, result.states, result.depth, f"{result.seconds:.1f}", result.length, verdict])
    if not result.good:
        print("\n".join("    " + line for line in result.log.split("\n")[:12]))


def wrong_citations(root, known):
    """What docs/protocol.md cites and no model has; what is refuted and it does not cite."""
    text = (root / "docs" / "protocol.md").read_text(encoding="utf-8")
    cited = {f"{m[1]}/{m[2]}" for m in CITED.finditer(text)}
    titles = {v.title for v in known}
    wrong = [f"docs/protocol.md cites {c}, which no model has" for c in sorted(cited - titles)]
    wrong += [f"docs/protocol.md does not cite {v.title}" for v in known if v.expected != "holds" and v.title not in cited]
    return wrong


def chosen(known, names, quick):
    for name in names:
        if not any(name in (v.model, v.title) for v in known):
            raise SystemExit(f"sim/model/run.py: there is no model or variant '{name}'")
    return [v for v in known if (not names or v.model in names or v.title in names) and not (quick and v.slow)]


def run(variants, depth):
    """The table; whether all is as expected."""
    print_row(["model", "variant", "expected", "states", "depth", "seconds", "steps", "verdict"])
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        results = []
        for result in pool.map(lambda variant: check(variant, depth), variants):
            print_result(result)
            results.append(result)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    bad = sum(1 for r in results if not r.good)
    held = sum(1 for r in results if r.good and r.verdict == "holds")
    print(f"{held} hold, {len(results) - held - bad} refuted as they should be, {bad} not as expected; "
          f"{time.monotonic() - started:.0f} s; {used.ru_utime + used.ru_stime:.0f} s of CPU, "
          f"largest process {used.ru_maxrss // 1024} MB")
    return bad == 0 and len(results) > 0


def story(variant):
    """Replays the counterexample; the models' own words are what each step does."""
    result = check(variant)
    if result.verdict != "refuted":
        print(f"{variant.title}: {result.verdict}")
        return 1
    trail = next(variant.folder.glob("*.trail"))
    made = variant.source.stat().st_mtime + 1  # spin warns of a trail older than its model: a clock may be set back
    os.utime(trail, (made, made))
    _, log = command(["spin", *variant.macros, "-t", "-T", "-k", trail.name, str(variant.source)],
                     variant.folder)
    steps = re.split(r"^spin: trail ends|^#processes", log, maxsplit=1, flags=re.M)[0]
    steps = re.sub(r"^(Never claim|ltl ).*\n", "", steps, flags=re.M).replace("<<<<<START OF CYCLE>>>>>", "and so for ever:")
    print(steps.rstrip())
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./dev sim --model", description="Checks the models of the sync protocol.")
    parser.add_argument("--quick", action="store_true", help="without the large searches")
    parser.add_argument("--story", metavar="MODEL/VARIANT", help="print the counterexample of a wrong protocol")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--depth", type=int, default=DEPTH, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="MODEL[/VARIANT]")
    words = parser.parse_args()
    os.environ["LC_ALL"] = "C"
    known = [v for path in sorted((words.root / "sim" / "model").glob("*.pml")) for v in variants_of(words.root, path)]
    if words.story:
        return story(chosen(known, [words.story], False)[0])
    good = run(chosen(known, words.names, words.quick), words.depth)
    wrong = [] if words.names else wrong_citations(words.root, known)
    for line in wrong:
        print(line)
    return 0 if good and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
