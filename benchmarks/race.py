"""Every way of `lstm_demo.ways` and the other libraries over the same ragged sets, in turn, in one run.

    python benchmarks/race.py [--quick] [--sets uniform heavy] [--threads one] [--only flax packed] [--into FOLDER]

Each entrant is a process of its own that stays (benchmarks/worker.py). A pass builds the batch from the list of
series, runs forward and, in the mode `backward`, takes the gradients of mean(h ** 2) of the final hidden states by all
weights. First each shows that its final states and gradients are those of torch, one series at a time. Then, round by
round, each in turn runs a block of passes, of which the first does not count; a block's median is divided by that of
the limit in the same round, and the median of these ratios over the rounds is what counts.

Prints tables, and which of the ratios asked for are met; fails if one is missed. A whole run writes results/race.md and
results/race.csv; one with any of the arguments above writes only where --into says.
"""

import argparse
import csv
import json
import os
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Timer
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import entrant_torch  # noqa: E402 (found only through the line above)
import numpy as np  # noqa: E402
from entrants import LIMIT, OURS, PACKED, PEERS, USUAL  # noqa: E402
from machine import machine, wrote  # noqa: E402
from sets import SETS, weights  # noqa: E402
from worker import LAST_CORE  # noqa: E402

from lstm_demo.ways import WAYS  # noqa: E402

ENTRANTS = (LIMIT, *WAYS, *PEERS)
THREADS, MODES = ("one", "all"), ("forward", "backward")
ONE_BY_ONE = "stateful one by one with reset"
ROUNDS, QUICK = 15, 3
SECONDS = 0.1  # what a block should take, the pass that does not count aside; slow passes take what they take
SLOW, EVERY = 0.5, 3  # entrants with passes of so many seconds run in every third round only
NEAR = {"h": 1e-4, "grads": 1e-3}  # how far an answer may lie from torch's; see worker.distance
PATIENCE = 900  # seconds without an answer after which a worker is taken for dead

# What issue 4 asks, one thread, forward and backward: at least these ratios, and of the last at most.
ASKED = {
    "best peer / ours": {"uniform": 1.6, "heavy": 3.5, "names": 1.3, "seed": 1.0},
    "packed / ours": {"uniform": 3.0, "heavy": 15.0, "names": 3.5, "seed": 2.0},
    "ours / limit": {"uniform": 1.4, "heavy": 2.0, "names": 1.6},
}


class Row(NamedTuple):
    """One entrant on one set: median milliseconds of a pass, and its ratio to the limit; None where it was not timed.

    verdict  "exact", "limit", "not exact" (as the way says of itself), "no gradient", "wrong: ...", "absent: ...",
             "failed: ..."
    setting  which of the entrant's own settings was the quickest, '' where there was no choice
    """

    set: str
    threads: str
    mode: str
    entrant: str
    milliseconds: float | None
    ratio: float | None
    verdict: str
    setting: str = ""


# --- the processes ----------------------------------------------------------------------------------------------------


class Entrant:
    """A worker process; `out` says why it is out of the race, '' while it is in."""

    def __init__(self, name, threads, log):
        self.name, self.out, self.log = name, "", log
        command = [sys.executable, str(HERE / "worker.py"), name]
        settings = {"stdin": PIPE, "stdout": PIPE, "stderr": log, "text": True, "encoding": "utf-8"}
        self.process = Popen(command, env=environment(name, threads), **settings)
        self.modes = {}
        if absent := self._answer().get("absent"):
            self.out = f"absent: no {', '.join(absent)}"

    def ask(self, **request):
        """The worker's answer; {} from one that is out, or that is out now."""
        if self.out:
            return {}
        with suppress(BrokenPipeError):  # it is dead, which is what its answer says
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self._answer()

    def _answer(self):
        watch = Timer(PATIENCE, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        answer = json.loads(line) if line else {"failed": "its process ended"}
        self.out = self.out or (f"failed: {answer['failed']}" if "failed" in answer else "")
        return answer

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def environment(name, threads):
    """What a worker finds in its environment: its back end, and where it may look for cores."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", LAST_CORE), "1")
    one |= dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    one |= {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    kept = {key: value for key, value in os.environ.items() if key not in one}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    back_end = {"KERAS_BACKEND": PEERS[name][-1]} if name.startswith("Keras") else {}
    return kept | (one if threads == "one" else {}) | quiet | back_end


# --- racing -----------------------------------------------------------------------------------------------------------


def race(sets, threads, names, quick):
    """The rows for this number of threads, set by set and mode by mode, as they come."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lstm_demo_")))
        log = stack.enter_context((place / "log").open("w"))
        entrants = [Entrant(name, threads, log) for name in names]
        for entrant in entrants:
            stack.callback(entrant.end)
        for set in sets:
            prepare(entrants, set, truth(place, set), tune=not quick)
            for mode in MODES:
                yield from heat(entrants, set, threads, mode, QUICK if quick else ROUNDS)


def truth(place, set):
    """A file with the final states and gradients that all should come to: torch's, one series at a time."""
    ragged, file = SETS[set](), place / f"{set}.npz"
    passes = entrant_torch.build(ONE_BY_ONE, ragged, weights(ragged.features, ragged.units))
    h = passes.backward().numpy()
    np.savez(file, h=h, **dict(zip(("weight_ih", "weight_hh", "bias"), passes.grads(), strict=True)))
    return file


def prepare(entrants, set, truth, tune):
    for entrant in entrants:
        say(f"{set}: {entrant.name} gets ready")
        entrant.modes = entrant.ask(do="prepare", set=set, truth=str(truth), tune=tune).get("modes", {})
        if entrant.out:
            say(f"{set}: {entrant.name} is out; {entrant.out}", lasting=True)


def heat(entrants, set, threads, mode, rounds):
    """The rows of one set in one mode."""
    running = [entrant for entrant in entrants if is_timed(verdict(entrant, mode))]
    times = {entrant.name: {} for entrant in entrants}
    for k in range(rounds):
        say(f"{set}, {threads}, {mode}: round {k + 1} of {rounds}")
        for entrant in running:
            seconds = entrant.modes[mode]["seconds"]
            if seconds < SLOW or k % EVERY == 0:
                block = entrant.ask(do="block", mode=mode, passes=1 + passes_of(seconds)).get("seconds")
                times[entrant.name] |= {k: median(block[1:])} if block else {}
    return [row(entrant, set, threads, mode, times) for entrant in entrants]


def passes_of(seconds):
    """How many passes count in a block."""
    return min(9, max(1, int(SECONDS / seconds)))


def row(entrant, set, threads, mode, times):
    taken, limit = times[entrant.name], times.get(LIMIT, {})
    ratios = [seconds / limit[k] for k, seconds in taken.items() if k in limit]
    numbers = (1000 * median(taken.values()), median(ratios)) if ratios and not entrant.out else (None, None)
    setting = entrant.modes.get(mode, {}).get("setting", "")
    return Row(set, threads, mode, entrant.name, *numbers, verdict(entrant, mode), setting)


def verdict(entrant, mode):
    """What is known of its answers; see Row."""
    if entrant.out:
        return entrant.out
    if entrant.name == LIMIT:
        return "limit"
    if mode not in entrant.modes:
        return "no gradient"
    if not claims(entrant.name, mode):
        return "not exact"
    far = [f"{what} off by {off:.1g}" for what, off in entrant.modes[mode]["off"].items() if not off <= NEAR[what]]
    return f"wrong: {', '.join(far)}" if far else "exact"


def claims(name, mode):
    """Whether this entrant says of itself that what is raced here is exact."""
    return name in PEERS or (WAYS[name].final and (mode == "forward" or WAYS[name].gradient is True))


def is_timed(verdict):
    return verdict in ("exact", "limit", "not exact")


# --- what came of it --------------------------------------------------------------------------------------------------


class Bound(NamedTuple):
    """A ratio that is asked for; value None where it could not be taken. peer: who stands above or below the line."""

    name: str
    set: str
    value: float | None
    peer: str
    asked: float

    @property
    def met(self):
        if self.value is None:
            return False
        return self.value <= self.asked if self.name == "ours / limit" else self.value >= self.asked


def bounds(rows):
    """What issue 4 asks for, of the sets that were raced on one thread, forward and backward."""
    wanted = [r for r in rows if (r.threads, r.mode) == ("one", "backward")]
    found = []
    for set in dict.fromkeys(r.set for r in wanted):
        ratios = {r.entrant: r.ratio for r in wanted if r.set == set and r.ratio and r.verdict in ("exact", "limit")}
        values = parts(ratios)
        found += [Bound(name, set, *values[name], asked[set]) for name, asked in ASKED.items() if set in asked]
    return found


def parts(ratios):
    """{name of the ratio: (value, the peer)} of one set."""
    ours = ratios.get(OURS)
    best = min((name for name in USUAL if name in ratios), key=ratios.get, default="no peer")
    over = {"best peer / ours": best, "packed / ours": PACKED}
    found = {name: (ratios[peer] / ours if ours and peer in ratios else None, peer) for name, peer in over.items()}
    return found | {"ours / limit": (ours, OURS)}


def table(rows, threads, mode):
    """Lines of Markdown: milliseconds (times the limit), an entrant a row, a set a column."""
    chosen = [r for r in rows if (r.threads, r.mode) == (threads, mode)]
    sets = list(dict.fromkeys(r.set for r in chosen))
    yield f"| {mode}, threads: {threads} | {' | '.join(sets)} |"
    yield "|---" * (len(sets) + 1) + "|"
    for name in dict.fromkeys(r.entrant for r in chosen):
        yield f"| {name} | {' | '.join(cell(r) for r in chosen if r.entrant == name)} |"


def cell(row):
    if row.milliseconds is None:
        return row.verdict
    mark = {"exact": "", "limit": "", "not exact": " not exact"}[row.verdict]
    return f"{row.milliseconds:.3g} ({row.ratio:.3g}){mark}"


def bound_table(found):
    yield "| one thread, backward | set | ratio | asked | | best peer |"
    yield "|---|---|---|---|---|---|"
    for bound in found:
        value = "not taken" if bound.value is None else f"{bound.value:.2f}"
        asked = f"{'at most' if bound.name == 'ours / limit' else 'at least'} {bound.asked:g}"
        peer = bound.peer if bound.name.startswith("best") else ""
        yield f"| {bound.name} | {bound.set} | {value} | {asked} | {'ok' if bound.met else 'MISSED'} | {peer} |"


def report(rows, found, rounds):
    lines = ["# The race", "", machine(), ""]
    lines += [f"Milliseconds of a pass and, in brackets, times the limit: medians over {rounds} rounds.", ""]
    for threads in dict.fromkeys(r.threads for r in rows):
        for mode in MODES:
            lines += [*table(rows, threads, mode), ""]
    lines += [*bound_table(found), ""] if found else []
    return "\n".join(lines + settings(rows))


def settings(rows):
    """Lines on which of an entrant's own settings was the quickest where."""
    where = {}
    for r in rows:
        if r.setting:
            where.setdefault((r.entrant, r.setting), []).append(f"{r.set} {r.mode} {r.threads}")
    lines = [f"- {entrant}, {setting}: {'; '.join(found)}" for (entrant, setting), found in sorted(where.items())]
    return ["Of the settings that were tried, these were the quickest:", "", *lines, ""] if lines else []


def write_csv(rows, file):
    """The rows in long form; empty where nothing was timed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["set", "threads", "mode", "entrant", "milliseconds", "times_limit", "verdict"])
        for r in rows:
            numbers = ["" if value is None else f"{value:.4g}" for value in (r.milliseconds, r.ratio)]
            writer.writerow([r.set, r.threads, r.mode, r.entrant, *numbers, r.verdict])


def say(sentence, lasting=False):
    """What is going on, for who waits."""
    print(sentence.ljust(90), end="\n" if lasting or not sys.stderr.isatty() else "\r", file=sys.stderr, flush=True)


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    quick = f"{QUICK} rounds instead of {ROUNDS}, plain settings, one thread"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--threads", nargs="+", choices=THREADS)
    parser.add_argument("--only", nargs="+", choices=ENTRANTS, metavar="NAME", help="these, beside the limit")
    parser.add_argument("--into", type=Path, help="folder for race.md and race.csv")
    args = parser.parse_args(given)
    names = [name for name in ENTRANTS if not args.only or name in (LIMIT, *args.only)]
    counts = args.threads or (THREADS[:1] if args.quick else THREADS)
    whole = not (args.quick or args.only) and len(args.sets) == len(SETS) and len(counts) == len(THREADS)
    folder, rows = args.into or (HERE / "results" if whole else None), []
    for threads in counts:
        for row in race(args.sets, threads, names, args.quick):
            rows.append(row)
            if folder:  # what was raced is kept, also if the rest is cut short
                write_csv(rows, folder / "race.csv")
    # Without everyone there, what could not be taken was not wanted.
    found = [bound for bound in bounds(rows) if not args.only or bound.value is not None]
    said = report(rows, found, QUICK if args.quick else ROUNDS)
    print(said)
    if folder:
        wrote(folder / "race.md", said)
    broken = [r for r in rows if r.verdict.startswith(("wrong", "failed"))]
    return 0 if not broken and all(bound.met for bound in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
