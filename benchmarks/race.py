"""Every way of `lstm_demo.ways` and the other libraries over the same ragged sets, in turn, in one run.

    python benchmarks/race.py [--quick] [--sets uniform heavy] [--only flax packed] [--into FOLDER]

Each entrant is a process of its own that stays (worker.py), on one thread. A pass builds the batch from the list of
series, runs forward and, in the mode `backward`, takes the gradients of mean(h ** 2) of the final hidden states by all
weights. First each shows that its final states and gradients are those of torch, one series at a time. Then, round by
round, each in turn runs a block of passes, of which the first does not count; a block's median is divided by that of
the limit in the same round, and the median of these ratios over the rounds is what counts.

Prints a table, and which of the ratios asked for are met; fails if one is missed. A whole run writes race.md and
race.csv into results/; one with any of the arguments above writes only where --into says.
"""

import argparse
import csv
import json
import os
import sys
import tempfile
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import entrant_torch  # noqa: E402 (finds lstm_demo through the line above)
import numpy as np  # noqa: E402
from entrants import LIMIT, ONE_BY_ONE, OURS, PACKED, PEERS, USUAL  # noqa: E402
from machine import machine, wrote  # noqa: E402
from sets import SETS, weights  # noqa: E402

from lstm_demo.ways import WAYS  # noqa: E402

ENTRANTS = (LIMIT, *WAYS, *PEERS)
MODES = ("forward", "backward")
ROUNDS, QUICK = 15, 3
SECONDS = 0.1  # what a block should take, the pass that does not count aside; slow passes take what they take
SLOW, EVERY = 0.5, 3  # entrants with passes of so many seconds run in every third round only
NEAR = {"h": 1e-4, "grads": 1e-3}  # how far an answer may lie from torch's; see worker.distance

# What is asked, forward and backward: at least these ratios, and of the last at most.
ASKED = {
    "best peer / ours": {"uniform": 1.6, "heavy": 3.5, "names": 1.3, "seed": 1.0},
    "packed / ours": {"uniform": 3.0, "heavy": 15.0, "names": 3.5, "seed": 2.0},
    "ours / limit": {"uniform": 1.4, "heavy": 2.0, "names": 1.6},
}


class Row(NamedTuple):
    """One entrant on one set: median milliseconds of a pass, and its ratio to the limit; None where not timed."""

    set: str
    threads: str
    mode: str
    entrant: str
    milliseconds: float | None
    times_limit: float | None
    verdict: str


# --- the processes ----------------------------------------------------------------------------------------------------


class Entrant:
    """A worker process; `out` says why it is out of the race, '' while it is in."""

    def __init__(self, name, log):
        absent = [module for module in PEERS.get(name, ()) if find_spec(module) is None]
        self.name, self.modes, self.out = name, {}, f"absent: no {', '.join(absent)}" if absent else ""
        command = [sys.executable, str(HERE / "worker.py"), name]
        self.process = Popen(command, env=environment(name), stdin=PIPE, stdout=PIPE, stderr=log, encoding="utf-8")

    def ask(self, **request):
        """The worker's answer; {} from one that is out."""
        if self.out:
            return {}
        with suppress(BrokenPipeError):  # it is dead, which is what its answer says
            print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"failed": "its process ended"}
        self.out = f"failed: {answer['failed']}" if "failed" in answer else ""
        return answer


def environment(name):
    """What a worker finds in its environment: its back end, and one thread for each library."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    one |= dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    one |= {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    back_end = {"KERAS_BACKEND": PEERS[name][-1]} if name.startswith("Keras") else {}
    return os.environ | one | quiet | back_end


# --- racing -----------------------------------------------------------------------------------------------------------


def race(sets, names, quick):
    """The rows, set by set and mode by mode, as they come."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lstm_demo_")))
        log = stack.enter_context((place / "log").open("w"))
        entrants = [Entrant(name, log) for name in names]
        for entrant in entrants:
            stack.enter_context(entrant.process)  # at the end its input is closed, which ends it
        for set in sets:
            answers = truth(place / f"{set}.npz", SETS[set]())
            for entrant in entrants:
                entrant.modes = entrant.ask(do="prepare", set=set, truth=answers, tune=not quick).get("modes", {})
            for mode in MODES:
                print(f"{set}, {mode}", file=sys.stderr, flush=True)
                yield from heat(entrants, set, mode, QUICK if quick else ROUNDS)


def truth(file, ragged):
    """The file, with the final states and gradients that all should come to: torch's, one series at a time."""
    passes = entrant_torch.build(ONE_BY_ONE, ragged, weights(ragged.features, ragged.units))
    h = passes.backward().numpy()
    np.savez(file, h=h, **dict(zip(("weight_ih", "weight_hh", "bias"), passes.grads(), strict=True)))
    return str(file)


def heat(entrants, set, mode, rounds):
    """The rows of one set in one mode."""
    times = {entrant.name: {} for entrant in entrants}
    running = [entrant for entrant in entrants if verdict(entrant, mode) in ("exact", "limit", "not exact")]
    for k in range(rounds):
        for entrant in running:
            seconds = entrant.modes[mode]["seconds"]
            if seconds < SLOW or k % EVERY == 0:
                passes = min(9, max(1, int(SECONDS / seconds)))
                if block := entrant.ask(do="block", mode=mode, passes=1 + passes).get("seconds"):
                    times[entrant.name][k] = median(block[1:])
    for entrant in entrants:
        taken, limit = times[entrant.name], times[LIMIT]
        ratios = [seconds / limit[k] for k, seconds in taken.items() if k in limit]
        timed = bool(ratios) and not entrant.out
        numbers = (1000 * median(taken.values()), median(ratios)) if timed else (None, None)
        yield Row(set, "one", mode, entrant.name, *numbers, verdict(entrant, mode))


def verdict(entrant, mode):
    """What is known of its answers; "not exact" where the way says so of itself."""
    if entrant.out or entrant.name == LIMIT:
        return entrant.out or "limit"
    if mode not in entrant.modes:
        return "no gradient"
    way = WAYS.get(entrant.name)
    if way and not (way.final and (mode == "forward" or way.gradient is True)):
        return "not exact"
    far = [f"{what} off by {off:.1g}" for what, off in entrant.modes[mode]["off"].items() if not off <= NEAR[what]]
    return f"wrong: {', '.join(far)}" if far else "exact"


# --- what came of it --------------------------------------------------------------------------------------------------


def bounds(rows):
    """(name, set, value or None, who is above the line, asked, met) of what is asked of the sets that were raced."""
    wanted = [r for r in rows if r.mode == "backward"]
    for set in dict.fromkeys(r.set for r in wanted):
        took = {r.entrant: r.times_limit for r in wanted if r.set == set and r.verdict in ("exact", "limit")}
        best = min((name for name in USUAL if took.get(name)), key=took.get, default="no peer")
        pairs = {"best peer / ours": (best, OURS), "packed / ours": (PACKED, OURS), "ours / limit": (OURS, LIMIT)}
        for name in [name for name in pairs if set in ASKED[name]]:
            (above, below), asked = pairs[name], ASKED[name][set]
            value = took[above] / took[below] if took.get(above) and took.get(below) else None
            met = value is not None and (value <= asked if below == LIMIT else value >= asked)
            yield name, set, value, above, asked, met


def report(rows, found, rounds):
    sets, entrants = (list(dict.fromkeys(r[k] for r in rows)) for k in (0, 3))
    cells = {(r.entrant, r.set, r.mode): cell(r) for r in rows}
    lines = ["# The race", "", machine(), "", "On one thread. Milliseconds of a pass forward / there and back, medians"]
    lines += [f"over {rounds} rounds; in brackets times the limit; \\* not exact.", ""]
    lines += [f"| | {' | '.join(sets)} |", "|---" * (len(sets) + 1) + "|"]
    for name in entrants:
        lines.append(f"| {name} | {' | '.join(' / '.join(cells[name, set, mode] for mode in MODES) for set in sets)} |")
    if found:
        lines += ["", "| there and back | set | ratio | asked | |", "|---|---|---|---|---|"]
    for name, set, value, above, asked, met in found:
        ratio = "not taken" if value is None else f"{value:.2f}"
        peer = f" ({above})" if name.startswith("best") else ""
        most = "at most" if name == "ours / limit" else "at least"
        lines.append(f"| {name}{peer} | {set} | {ratio} | {most} {asked:g} | {'ok' if met else 'MISSED'} |")
    return "\n".join([*lines, ""])


def cell(row):
    star = r"\*" if row.verdict == "not exact" else ""
    return row.verdict if row.milliseconds is None else f"{row.milliseconds:.3g}{star} ({row.times_limit:.3g})"


def write_csv(rows, file):
    """The rows in long form; empty where nothing was timed."""
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerow(Row._fields)
        for r in rows:
            numbers = ["" if value is None else f"{value:.4g}" for value in (r.milliseconds, r.times_limit)]
            csv.writer(out, lineterminator="\n").writerow([*r[:4], *numbers, r.verdict])


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rounds instead of {ROUNDS}, plain settings")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--only", nargs="+", choices=ENTRANTS, metavar="NAME", help="these, beside the limit")
    parser.add_argument("--into", type=Path, help="folder for race.md and race.csv")
    args = parser.parse_args(given)
    names = [name for name in ENTRANTS if not args.only or name in (LIMIT, *args.only)]
    whole = vars(args) == vars(parser.parse_args([]))
    rows = list(race(args.sets, names, args.quick))
    # Without everyone there, what could not be taken was not wanted.
    found = [bound for bound in bounds(rows) if not args.only or bound[2] is not None]
    said = report(rows, found, QUICK if args.quick else ROUNDS)
    print(said)
    if folder := args.into or (HERE / "results" if whole else None):
        wrote(folder / "race.md", said)
        write_csv(rows, folder / "race.csv")
    broken = [r for r in rows if r.verdict.startswith(("wrong", "failed"))]
    return 0 if not broken and all(met for *_, met in found) else 1


if __name__ == "__main__":
    sys.exit(main())
