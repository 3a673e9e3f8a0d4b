"""Train the echo of lesson 06 for every window and lag, state carried or reset, and write how well each has learnt.

    python scripts/sweep_lags.py           data/lags.csv: some minutes of one core
    python scripts/sweep_lags.py --quick   a tiny run into a temporary folder, to see that the script works

One thread, and every draw is seeded: on one machine the same numbers come out. On another processor or version of torch
they differ by rounding, and rounding grows in training.
"""

import itertools
import sys

import sweep

from lstm_demo import echo
from lstm_demo.tables import Echoed

TABLE = "lags.csv"
WINDOWS, LAGS, SEEDS = (1, 2, 3, 4, 6, 8), range(10), 3


def rows(quick=False):
    """Every Echoed, as it is made: all lags and seeds of a window and a state side by side."""
    updates, seeds, windows = (10, 1, (2, 4)) if quick else (echo.UPDATES, SEEDS, WINDOWS)
    for window, state in itertools.product(windows, echo.BETWEEN):
        errors = echo.measure_many(window, LAGS, state, range(seeds), updates=updates)
        yield from (Echoed(window, lag, state, seed, updates, error) for (lag, seed), error in errors.items())


def written(row):
    """A line of the table."""
    return ",".join(map(str, row._replace(error=f"{row.error:.4f}")))


def main(arguments=None) -> int:
    chosen = sweep.options("Measure how far back the echo of lesson 06 learns.").parse_args(arguments)
    return sweep.make(chosen, {TABLE: lambda path: sweep.write_table(path, Echoed, rows(chosen.quick), written)})


if __name__ == "__main__":
    sys.exit(main())
