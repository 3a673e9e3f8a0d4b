"""Train the echo of lesson 06 for every window and lag, state carried or reset, and write how well each has learnt.

    python scripts/sweep_lags.py           data/lags.csv and data/edge.csv: some minutes of one core
    python scripts/sweep_lags.py --quick   a tiny run into a temporary folder, to see that the script works

One thread, and every draw is seeded: on one machine the same numbers come out. On another processor or version of torch
they differ by rounding, and rounding grows in training.
"""

import itertools
import sys
from functools import partial

import sweep

from lstm_demo import echo
from lstm_demo.tables import Echoed

TABLE, EDGE = "lags.csv", "edge.csv"
WINDOWS, LAGS, SEEDS = (1, 2, 3, 4, 6, 8), range(10), 3
EDGES, EDGE_SEEDS = (1, 2, 3), 20  # windows whose lag is as long as they are: there seeds disagree


def rows(quick=False):
    """Every Echoed, as it is made: all lags and seeds of a window and a state side by side."""
    updates, seeds, windows = (10, 1, (2, 4)) if quick else (echo.UPDATES, SEEDS, WINDOWS)
    for window, state in itertools.product(windows, echo.BETWEEN):
        errors = echo.measure_many(window, LAGS, state, range(seeds), updates=updates)
        yield from (Echoed(window, lag, state, seed, updates, error) for (lag, seed), error in errors.items())


def edge_rows(quick=False):
    """Every Echoed of a lag that is just as long as the window, the state carried."""
    updates, seeds = (10, 2) if quick else (echo.UPDATES, EDGE_SEEDS)
    for window in EDGES:
        errors = echo.measure_many(window, [window], "carried", range(seeds), updates=updates)
        yield from (Echoed(window, lag, "carried", seed, updates, error) for (lag, seed), error in errors.items())


def written(row):
    """A line of the table."""
    return ",".join(map(str, row._replace(error=f"{row.error:.4f}")))


def main(arguments=None) -> int:
    chosen = sweep.options("Measure how far back the echo of lesson 06 learns.").parse_args(arguments)
    made = {TABLE: rows(chosen.quick), EDGE: edge_rows(chosen.quick)}
    write = {name: partial(sweep.write_table, kind=Echoed, rows=each, written=written) for name, each in made.items()}
    return sweep.make(chosen, write)


if __name__ == "__main__":
    sys.exit(main())
