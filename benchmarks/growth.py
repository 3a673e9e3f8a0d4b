"""Does the price of a step stay the same? Time and memory of `back to back` for 100 to 100,000 series, one thread.

    python benchmarks/growth.py [--quick] [--into FOLDER]

Uniform (7 to 29 steps) and heavy-tailed sets, 12 features, 16 units, forward and backward, each size in a fresh
process, whose peak resident memory is read at the end. Asked: from 1,000 to 100,000 series the time of a step stays
within 40 %, and so does the memory of a step from 10,000 on (below that the library itself is most of it); 100,000
series are laid out in under a second. Prints the table and writes results/growth.md; with --quick up to 10,000 series,
and nothing written. Needs the module `resource`, which Windows has not.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

COUNTS = (100, 1_000, 10_000, 100_000)
KINDS = ("uniform", "heavy")
FEATURES, UNITS = 12, 16
WITHIN, LAYOUT = 1.4, 1.0  # largest ratio of two costs of a step; seconds to lay out the largest set
TIMED_FROM, WEIGHED_FROM = 1_000, 10_000  # series from which time and memory have to be flat


class Size(NamedTuple):
    """One measurement: seconds of a pass and of laying out, bytes at the peak beyond those before the first pass."""

    kind: str
    count: int
    steps: int
    seconds: float
    layout: float
    peak: int

    @property
    def step_time(self):
        return self.seconds / self.steps

    @property
    def step_bytes(self):
        return self.peak / self.steps


# --- in the fresh process -----------------------------------------------------------------------------------------


def measured(kind, count):
    """The Size of this set, in this process."""
    import sets
    import torch

    from lstm_demo.torch_lstm import RaggedLSTM

    torch.set_num_threads(1)
    lengths = sets.between(count, 7, 29) if kind == "uniform" else sets.tailed(count)
    series = list(map(torch.from_numpy, sets.filled(lengths, FEATURES, UNITS).series))
    net = RaggedLSTM(FEATURES, UNITS)

    def work():
        net.zero_grad()
        _, final = net(series)
        (final.h**2).mean().backward()

    before = peak()
    passes = [seconds(work) for _ in range(1 + min(30, max(3, 20_000 // count)))]
    laying = [seconds(lambda: laid(lengths)) for _ in range(3)]
    return Size(kind, count, int(lengths.sum()), median(passes[1:]), min(laying), peak() - before)


def laid(lengths):
    from lstm_demo.torch_lstm.lanes import grid_of

    return grid_of(lengths, "cpu")


def peak():
    """Bytes of the largest resident memory so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# --- over all sizes -----------------------------------------------------------------------------------------------


def fresh(kind, count):
    """The Size as a new process finds it."""
    command = [sys.executable, __file__, "--measure", kind, str(count)]
    return Size(*json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def spread(values):
    values = list(values)
    return max(values) / min(values)


def verdicts(sizes):
    """(what is asked, value, bound) for each kind of set."""
    for kind in dict.fromkeys(s.kind for s in sizes):
        of_kind = [s for s in sizes if s.kind == kind]
        timed = [s for s in of_kind if s.count >= TIMED_FROM]
        weighed = [s for s in of_kind if s.count >= WEIGHED_FROM]
        yield f"{kind}: time of a step, largest / least", spread(s.step_time for s in timed), WITHIN
        yield f"{kind}: memory of a step, largest / least", spread(s.step_bytes for s in weighed), WITHIN
        yield f"{kind}: seconds to lay out {of_kind[-1].count:,} series", of_kind[-1].layout, LAYOUT


def report(sizes):
    from machine import machine

    lines = ["# Growth", "", machine(), ""]
    lines += [f"Back to back, forward and backward, one thread, {FEATURES} features, {UNITS} units, float32.", ""]
    lines += ["| lengths | series | steps | ms a pass | us a step | peak MB | bytes a step | layout ms |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for s in sizes:
        times = f"{1e3 * s.seconds:,.1f} | {1e6 * s.step_time:.2f}"
        memory = f"{s.peak / 1e6:,.0f} | {s.step_bytes:,.0f}"
        lines.append(f"| {s.kind} | {s.count:,} | {s.steps:,} | {times} | {memory} | {1e3 * s.layout:.1f} |")
    lines += ["", "| | | asked, at most | |", "|---|---|---|---|"]
    for name, value, most in verdicts(sizes):
        lines.append(f"| {name} | {value:.2f} | {most:g} | {'ok' if value <= most else 'MISSED'} |")
    return "\n".join([*lines, ""])


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="up to 10,000 series; writes nothing")
    parser.add_argument("--into", type=Path, help="folder for growth.md")
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "COUNT"), help="what the fresh process is told")
    args = parser.parse_args(given)
    if args.measure:
        print(json.dumps(measured(args.measure[0], int(args.measure[1]))))
        return 0
    from machine import wrote

    sizes = [fresh(kind, count) for kind in KINDS for count in COUNTS[: 3 if args.quick else None]]
    said = report(sizes)
    print(said)
    if folder := args.into or (None if args.quick else HERE / "results"):
        wrote(folder / "growth.md", said)
    return 0 if all(value <= most for _, value, most in verdicts(sizes)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
