"""Does the price of a step stay the same? Time and memory of `back to back` for 100 to 100,000 series, one thread.

    python benchmarks/growth.py [--quick]

Uniform (7 to 29 steps) and heavy-tailed sets, 12 features, 16 units, forward and backward, each size in a fresh
process, whose peak resident memory is read at the end. Asked: from 1,000 to 100,000 series the time of a step stays
within 40 %, and so does the memory of a step from 10,000 on (below that the library itself is most of it); 100,000
series are laid out in under a second. Prints the table and writes results/growth.md; with --quick up to 10,000 series,
and nothing written. Needs the module `resource`, which Windows has not.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

import sets
import torch
from machine import machine, seconds, wrote

from lstm_demo.torch_lstm import RaggedLSTM
from lstm_demo.torch_lstm.lanes import grid_of

GROWTH = Path(__file__).resolve().parent / "results" / "growth.md"
COUNTS = (100, 1_000, 10_000, 100_000)
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


def measured(kind, count):
    """The Size of this set, in this process."""
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
    laying = [seconds(lambda: grid_of(lengths, "cpu")) for _ in range(3)]
    return Size(kind, count, int(lengths.sum()), median(passes[1:]), min(laying), peak() - before)


def peak():
    """Bytes of the largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def fresh(kind, count):
    """The Size as a new process finds it."""
    command = [sys.executable, __file__, "--measure", kind, str(count)]
    return Size(*json.loads(subprocess.check_output(command)))


def verdicts(kind, sizes):
    """(what is asked, value, bound) for one kind of set."""
    times = [s.seconds / s.steps for s in sizes if s.count >= TIMED_FROM]
    bytes_ = [s.peak / s.steps for s in sizes if s.count >= WEIGHED_FROM]
    yield f"{kind}: time of a step, largest / least", max(times) / min(times), WITHIN
    yield f"{kind}: memory of a step, largest / least", max(bytes_) / min(bytes_), WITHIN
    yield f"{kind}: seconds to lay out {sizes[-1].count:,} series", sizes[-1].layout, LAYOUT


def report(sizes, found):
    lines = ["# Growth", "", machine(), ""]
    lines += [f"Back to back, forward and backward, one thread, {FEATURES} features, {UNITS} units, float32.", ""]
    lines += ["| lengths | series | steps | ms a pass | us a step | peak MB | bytes a step | layout ms |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for s in sizes:
        times = f"{1e3 * s.seconds:,.1f} | {1e6 * s.seconds / s.steps:.2f}"
        memory = f"{s.peak / 1e6:,.0f} | {s.peak / s.steps:,.0f}"
        lines.append(f"| {s.kind} | {s.count:,} | {s.steps:,} | {times} | {memory} | {1e3 * s.layout:.1f} |")
    lines += ["", "| | | asked, at most | |", "|---|---|---|---|"]
    for name, value, most in found:
        lines.append(f"| {name} | {value:.2f} | {most:g} | {'ok' if value <= most else 'MISSED'} |")
    return "\n".join([*lines, ""])


def main(given):
    if given[:1] == ["--measure"]:  # in the fresh process
        print(json.dumps(measured(given[1], int(given[2]))))
        return 0
    quick = "--quick" in given
    counts = COUNTS[:3] if quick else COUNTS
    kinds = {kind: [fresh(kind, count) for count in counts] for kind in ("uniform", "heavy")}
    found = [verdict for kind, sizes in kinds.items() for verdict in verdicts(kind, sizes)]
    said = report([size for sizes in kinds.values() for size in sizes], found)
    print(said)
    if not quick:
        wrote(GROWTH, said)
    return int(any(value > most for _, value, most in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
