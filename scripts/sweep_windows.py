"""Train a feed-forward net on windows of 1 to 12 steps, and an LSTM, to echo a sign with a lag: data/windows.csv.

    python scripts/sweep_windows.py           all, into data/: about eight minutes of one core
    python scripts/sweep_windows.py --quick   a tiny run into a temporary folder, to see that the script works

One thread, and every draw is seeded: on one machine all columns but `seconds` come out the same. On another processor
or version of torch they differ by rounding, and rounding grows in training.
"""

import sys

import sweep

from lstm_demo.rivals import FARTHEST, echo
from lstm_demo.tables import Windowed

TABLE = "windows.csv"
WIDTHS, BATCHES, LONGER = range(1, 13), 600, 1800


def entries(quick):
    """(window, lag, seed, batches) of every line; window 0 is the LSTM."""
    if quick:
        return [(0, 1, 0, 2), (2, 1, 0, 2)]
    lags = range(FARTHEST + 1)
    windows = [(width, lag, seed, BATCHES) for width in WIDTHS for lag in lags for seed in range(3)]
    lstm = [(0, lag, seed, BATCHES) for lag in lags for seed in range(5)]
    return lstm + [(0, FARTHEST, seed, LONGER) for seed in range(3)] + windows


def row(window, lag, seed, batches):
    error, seconds, parameters = echo(window or None, lag, seed, batches)
    return Windowed("window" if window else "LSTM", window, lag, seed, batches, error, seconds, parameters)


def written(row):
    """A line of the table."""
    numbers = row._replace(error=f"{row.error:.3g}", seconds=f"{row.seconds:.2f}")
    return ",".join(map(str, numbers))


def main(arguments=None) -> int:
    about = "Train windows and LSTMs to echo a sign, and write data/windows.csv."
    chosen = sweep.options(about).parse_args(arguments)
    rows = (row(*entry) for entry in entries(chosen.quick))
    return sweep.make(chosen, {TABLE: lambda path: sweep.write_table(path, Windowed, rows, written)})


if __name__ == "__main__":
    sys.exit(main())
