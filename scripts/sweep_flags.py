"""Train all that lesson 04 compares, and write the table data/flags.csv.

    python scripts/sweep_flags.py           into data/: six minutes of one core
    python scripts/sweep_flags.py --quick   a tiny run into a temporary folder, to see that the script works

One thread, and every draw is seeded: on one machine the same table comes out. On another processor or version of torch
weights differ by rounding, and rounding grows in training.
"""

import math
import sys
from itertools import product
from typing import NamedTuple

import sweep

from lstm_demo import recall
from lstm_demo.tables import Recalled

TABLE = "flags.csv"
# Trained ten times as long, to see whether what guesses only came too late.
LONGER = ("nothing", "flag")


class Scale(NamedTuple):
    """How much is trained: seeds, batches, how many times as many for some, and series."""

    seeds: int = 5
    batches: int = recall.BATCHES
    longer: int = 10
    count: int = 1000


QUICK = Scale(seeds=1, batches=2, longer=2, count=60)


def entries(scale):
    """(way, side, start, seed, batches) of every net, in the order of the table."""
    every = product(recall.WAYS, recall.SIDES, recall.STARTS, range(scale.seeds))
    yield from ((*entry, scale.batches) for entry in every)
    late = product(LONGER, ("right",), recall.STARTS, range(scale.seeds))
    yield from ((*entry, scale.longer * scale.batches) for entry in late)


def recalled(way, side, start, seed, batches, count):
    net = recall.train(way, side, start, seed, batches=batches, count=count)
    return Recalled(way, side, start, seed, batches, *recall.learnt(net, side, count))


def written(row):
    """A line of the table; nothing where there is no number."""
    return ",".join(_digits(value) if isinstance(value, float) else str(value) for value in row)


def _digits(value):
    if math.isnan(value):
        return ""
    return f"{value:.4f}" if value > 1e-3 else f"{value:.1e}"


def main(arguments=None) -> int:
    chosen = sweep.options("Train all that lesson 04 compares, and write the table.").parse_args(arguments)
    scale = QUICK if chosen.quick else Scale()
    rows = (recalled(*entry, scale.count) for entry in entries(scale))
    return sweep.make(chosen, {TABLE: lambda path: sweep.write_table(path, Recalled, rows, written)})


if __name__ == "__main__":
    sys.exit(main())
