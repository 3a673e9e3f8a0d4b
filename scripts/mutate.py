"""Plant small faults in the package, one at a time, and count how many the tests notice: `make mutants`.

    make mutants                          a third of all mutants, two at a time, and the page docs/mutants.md
    make mutants ARGS="cell --every 1"    all of one room; the page is made anew once every room has been judged
    make mutants ARGS="--survivors"       only those that lived last time, after new tests: what was caught stays so
    make mutants ARGS="--rest --every 1"  only those that were never judged

Each mutant (see mutants.py) is written into a copy of the project and judged by the tests of its room, quick ones
first, in a process forked from one that has the heavy libraries already and our package not yet: so on Linux and macOS.
A test that fails, or hangs, catches it. Results are kept in .mutants.csv, which git ignores, and reasons in
mutants_equivalent.csv.
"""

import argparse
import csv
import gc
import math
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutants import drawn, mutants, room_of

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "lstm_demo"
# The tests that concern each room, those that notice most first.
LAWS = {
    "series": ("series", "data", "named"),
    "layout": ("layout", "ways"),
    "cell": ("cell", "ways"),
    "torch_lstm": ("torch_lstm", "closed_gates", "changed", "ways", "ragged", "named"),
    "ways": ("ways", "closed_gates", "named"),
    "checks": ("checks", "checks_carry", "checks_lanes", "checks_windows", "check_half_life", "masked_mean"),
}
CARRIED = ("lstm_demo", "tests", "scripts", "data", "pyproject.toml")
PATIENCE = 10  # times the core's time that a judge may take, on the clock
ENOUGH = 0.95
HUNG, LIVES = "hung", ""


class Judged(NamedTuple):
    """What became of a mutant: the first test that failed, "hung", or nothing if all passed."""

    key: str
    every: int
    day: str
    seconds: float
    caught_by: str


class Order:
    """A plugin of pytest: quick tests first, without those that fail where no fault is planted."""

    def __init__(self, known=None):
        self.known, self.took, self.failed = known or {}, {}, []

    def pytest_collection_modifyitems(self, items):
        # a mutant may give a test another name: what is not known is run, last
        seconds = {item: self.known.get(item.nodeid, math.inf) for item in items}
        items[:] = sorted((item for item in items if seconds[item] is not None), key=seconds.get)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.append(report.nodeid)
        if report.passed:
            self.took[report.nodeid] = self.took.get(report.nodeid, 0) + report.duration

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed.append(report.nodeid)


def copied(root, folder):
    """A copy of what tests need; its files keep their times, so that no bytecode of one is taken for another's."""
    for name in CARRIED:
        if (root / name).is_dir():
            left_out = shutil.ignore_patterns("__pycache__", "browser")
            shutil.copytree(root / name, folder / name, ignore=left_out)
        elif (root / name).exists():
            shutil.copy2(root / name, folder / name)
    return folder


def warm():
    """Import once what every judge needs; our own package is left to each of them."""
    import hypothesis
    import numpy  # noqa: F401
    import pytest  # noqa: F401
    import torch
    import torch._dynamo

    torch.set_num_threads(1)
    found = hypothesis.Phase.explicit, hypothesis.Phase.generate  # that it fails is enough: no smaller example
    examples = hypothesis.settings(max_examples=50, deadline=None, derandomize=True, database=None, phases=found)
    hypothesis.settings.register_profile("mutants", examples)
    gc.freeze()  # pytest collects garbage ten times as it ends: not through torch each time


def forked(work, seconds):
    """What `work` returns in a process of its own; None if it takes more of a core's time, or far longer."""
    start = multiprocessing.get_context("fork")
    out, into = start.Pipe(duplex=False)
    child = start.Process(target=_limited, args=(work, seconds, into))
    child.start()
    into.close()  # so that the end of the child ends the wait
    try:
        said = out.recv() if out.poll(PATIENCE * seconds) else None
    except EOFError:
        said = None
    child.kill()
    child.join()
    return said


def _limited(work, seconds, into):
    import resource  # only here, as it is only where fork is

    # of its own time, not of the clock's: on a busy machine nothing hangs that merely waits for its turn
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    into.send(work())


def tried(folder, laws, known=None):
    """Run these tests in a copy, to the first failure if it is `known` how long each takes: (took, failed)."""
    import pytest

    os.chdir(folder)
    sys.path[0] = str(folder)
    sys.dont_write_bytecode = known is not None
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    order = Order(known)
    options = ["-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    code = pytest.main(
        [*options, "-W", "ignore::pytest.PytestAssertRewriteWarning", *(["-x"] if known else []), *laws],
        plugins=[order],
    )
    return order.took, order.failed or ([f"pytest ended with {int(code)}"] if code else [])


def known_tests(folder, laws):
    """{test: seconds} without a fault; None for what fails already and so judges nothing, which is said."""
    took, failed = forked(lambda: tried(folder, laws), 1800) or ({}, ["all: they hang"])
    for test in failed:
        print(f"fails without any fault, and is left out: {test}", flush=True)
    if not took.keys() - failed:
        raise SystemExit(f"no test of {', '.join(laws)} passes without any fault: {failed[:1]}")
    return {**took, **dict.fromkeys(failed)}


def judged(mutant, folder, laws, known):
    """Plant one mutant in the copy, run the tests, take it out again: the first failure, "hung", or ""."""
    path = folder / PACKAGE / mutant.file
    source, times = path.read_bytes(), path.stat()
    path.write_bytes(mutant.applied(source))
    os.utime(path, (times.st_atime, times.st_mtime + 2))  # or the bytecode of the source would be taken for this one's
    try:
        said = forked(lambda: tried(folder, laws, known), 20 + 3 * int(sum(seconds or 0 for seconds in known.values())))
    finally:
        path.write_bytes(source)
        os.utime(path, (times.st_atime, times.st_mtime))
    return HUNG if said is None else (said[1][:1] or [LIVES])[0]


def _begin(whole):
    """Each worker has a copy of its own, with the bytecode of the tests in it; it goes with the folder around."""
    global _folder
    _folder = Path(tempfile.mkdtemp(dir=whole.parent))
    shutil.copytree(whole, _folder, dirs_exist_ok=True)


def _work(mutant, laws, known, every):
    began = time.perf_counter()
    caught_by = judged(mutant, _folder, laws, known)
    return Judged(mutant.key, every, str(date.today()), round(time.perf_counter() - began, 1), caught_by)


def survey(root, chosen, every, jobs, laws=LAWS):
    """Judge these mutants: yields (Mutant, Judged) as they come."""
    warm()
    with tempfile.TemporaryDirectory() as folder:
        whole = copied(root, Path(tempfile.mkdtemp(dir=folder)))
        tests = {room: [f"tests/test_{law}.py" for law in laws[room]] for room in {m.room for m in chosen}}
        known = {room: known_tests(whole, files) for room, files in tests.items()}
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, mp_context=fork, initializer=_begin, initargs=(whole,)) as pool:
            works = [(m, pool.submit(_work, m, tests[m.room], known[m.room], every)) for m in chosen]
            for mutant, work in works:
                yield mutant, work.result()


def all_mutants(root, rooms):
    """Every mutant of these rooms, file by file."""
    paths = sorted((root / PACKAGE).rglob("*.py"))
    files = {path: path.relative_to(root / PACKAGE).as_posix() for path in paths}
    return [m for path, file in files.items() if room_of(file) in rooms for m in mutants(path.read_bytes(), file)]


def read_rows(path):
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def results(root):
    rows = [Judged(**row) for row in read_rows(root / ".mutants.csv")]
    return {row.key: row._replace(every=int(row.every), seconds=float(row.seconds)) for row in rows}


def write_results(root, new):
    """Put these into the file, which other runs may write to as well."""
    seen = {**results(root), **new}
    with (root / ".mutants.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([Judged._fields, *seen.values()])


def reasons(root):
    """{key: (kind, reason)} of the mutants that no test can catch, or need not."""
    rows = read_rows(root / "scripts" / "mutants_equivalent.csv")
    return {row["key"]: (row["kind"], row["reason"]) for row in rows}


def page(made, seen, why, every=1):
    """docs/mutants.md as text, of all mutants made, {key: Judged} and {key: (kind, reason)}."""
    rows = [_row(room, [m for m in made if m.room == room], seen, why) for room in LAWS]
    lived = [m for m in made if m.key in seen and seen[m.key].caught_by == LIVES]
    survivors = [_survivor(m, *why.get(m.key, ("", "not looked into yet"))) for m in lived]
    left = sorted({m.file for m in made if drawn(m.key, every) and m.key not in seen})
    rows += [f"\nDrawn, but not judged yet: mutants of {', '.join(left)}."] if left else []
    return HEAD + "\n".join(rows) + MIDDLE + "\n".join(survivors or ["| none | | | |"]) + "\n"


def score(made, seen, why):
    """(drawn, caught, equivalent) of these mutants."""
    known = [m for m in made if m.key in seen]
    lived = [m for m in known if seen[m.key].caught_by == LIVES]
    return len(known), len(known) - len(lived), sum(why.get(m.key, ("",))[0] in SAME for m in lived)


def _row(room, made, seen, why):
    count, caught, same = score(made, seen, why)
    if not count:
        return f"| `{room}` | {len(made)} | 0 | | | | | not run | |"
    those = [seen[m.key] for m in made if m.key in seen]
    days, seconds = max(one.day for one in those), sum(one.seconds for one in those)
    share = [f"{caught / count:.1%}", f"{caught / (count - same):.1%}" if count > same else "-"]
    numbers = (len(made), count, caught, same, *share, days, f"{seconds / 60:.0f}")
    return f"| `{room}` | " + " | ".join(map(str, numbers)) + " |"


def _survivor(mutant, kind, reason):
    change = " → ".join(_code(text) for text in (mutant.old, mutant.new))
    return f"| `{mutant.file}:{mutant.line}` `{mutant.key}` | {change} | {kind or 'open'} | {_cell(reason)} |"


def _code(text):
    """One line of code in a cell of a table."""
    line = " ".join(text.split())
    return f"`{_cell(line[:70])}{'…' * (len(line) > 70)}`"


def _cell(text):
    return text.replace("|", "\\|")  # or it would end the cell


SAME = ("equivalent", "rounding", "speed", "message", "unreachable", "free")
HEAD = """# How many small faults the tests notice

Made by `make mutants`, and not by hand; the reasons come from `scripts/mutants_equivalent.csv`. One *mutant* is one
small change of one place in the source, as in `scripts/mutants.py`: a comparison, an operator, a constant, a bound, a
condition, an argument, a deleted statement. A *room* is a module of the package, or a folder of them, with the tests
that concern it; other rooms, such as pictures, explorers, training and names, are not judged. A mutant is caught if
a test of its room then fails or hangs. Of all that can be made a fixed sample is judged, a third unless more was asked
for, drawn by a hash of the change. *Same* counts the survivors that no test has to catch, for the reasons below:
*score* counts them as missed, *without the same* leaves them out. *Minutes of one job*: what judging would take if one
mutant were judged at a time.

| room | made | judged | caught | same | score | without the same | run on | minutes of one job |
|---|---|---|---|---|---|---|---|---|
"""
MIDDLE = """

## What survived

*equivalent*: no input gives another result; *rounding*: results differ in the last digits at most; *speed*: only time
or memory differ; *message*: only the words of a refusal; *unreachable*: no caller can bring it about; *free*: a number
of an exercise, a default or a bound that may as well be another; *open*: a test is missing.

| where | change | kind | reason |
|---|---|---|---|
"""


def chosen(made, seen, wanted):
    """Those to judge now."""
    if wanted.survivors:
        return [m for m in made if m.key in seen and seen[m.key].caught_by == LIVES]
    return [m for m in made if drawn(m.key, wanted.every) and not (wanted.rest and m.key in seen)]


def asked(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rooms", nargs="*", help=f"of {', '.join(LAWS)}; left out, all")
    parser.add_argument("--every", type=int, default=3, help="draw one mutant in so many")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--survivors", action="store_true", help="only those that lived last time")
    parser.add_argument("--rest", action="store_true", help="only those that were never judged")
    parser.add_argument("--page", action="store_true", help="judge none, make the page of what is known")
    wanted = parser.parse_args(argv)
    if unknown := set(wanted.rooms) - set(LAWS):
        parser.error(f"rooms: expected some of {', '.join(LAWS)}, got {', '.join(sorted(unknown))}")
    return wanted


def main(argv):
    wanted, made, new = asked(argv), all_mutants(ROOT, LAWS), {}
    mine = [m for m in made if m.room in (wanted.rooms or LAWS)]
    work = [] if wanted.page else chosen(mine, results(ROOT), wanted)
    for n, (mutant, one) in enumerate(survey(ROOT, work, wanted.every, wanted.jobs) if work else (), start=1):
        new[mutant.key] = one
        if n % 20 == 0 or n == len(work):
            write_results(ROOT, new)
        if one.caught_by == LIVES:
            print(f"{mutant.file}:{mutant.line} {mutant.key} SURVIVED {mutant.old!r} -> {mutant.new!r}", flush=True)
    seen, why = results(ROOT), reasons(ROOT)
    if LAWS.keys() <= {m.room for m in made if m.key in seen}:  # else a run of one room would empty the others' rows
        (ROOT / "docs" / "mutants.md").write_text(page(made, seen, why, wanted.every), encoding="utf-8")
    return _verdict(made, seen, why, wanted.rooms or LAWS)


def _verdict(made, seen, why, rooms):
    """Print each room; 1 if one of them has too many faults that nobody notices."""
    poor = 0
    for room in rooms:
        count, caught, same = score([m for m in made if m.room == room], seen, why)
        poor += caught < ENOUGH * (count - same)
        print(f"{room:12} judged {count:4}  caught {caught:4}  same {same:3}")
    return int(poor > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
