"""Train the echo of lesson 06 for every window and lag, state carried or reset, and write how well each has learnt.

    python scripts/sweep_lags.py           data/lags.csv: some minutes of one core
    python scripts/sweep_lags.py --quick   a tiny run into a temporary folder, to see that the script works

One thread, and every draw is seeded: on one machine the same numbers come out. On another processor or version of torch
they differ by rounding, and rounding grows in training.
"""

import argparse
import hashlib
import itertools
import platform
import sys
import tempfile
from datetime import date
from importlib import metadata
from pathlib import Path

import torch

from lstm_demo import echo
from lstm_demo.tables import Echoed

TARGET = Path(__file__).resolve().parents[1] / "data" / "lags.csv"
WINDOWS, LAGS, SEEDS = (1, 2, 3, 4, 6, 8), range(10), 3


def rows(quick=False):
    """Every Echoed, as it is made: all lags and seeds of a window and a state side by side."""
    updates, seeds, windows = (10, 1, (2, 4)) if quick else (echo.UPDATES, SEEDS, WINDOWS)
    for window, state in itertools.product(windows, echo.BETWEEN):
        errors = echo.measure_many(window, LAGS, state, range(seeds), updates=updates)
        yield from (Echoed(window, lag, state, seed, updates, error) for (lag, seed), error in errors.items())


def write(path, quick):
    """A header and a line for each row, shown as they come; the file only once all are there."""
    lines = [",".join(Echoed._fields)]
    for row in rows(quick):
        lines.append(",".join(map(str, row._replace(error=f"{row.error:.4f}"))))
        print(lines[-1], flush=True)
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("ascii"))
    # the form of sha256sum: the line to keep in data/README.md
    print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}", flush=True)


def made_on():
    """A line for data/README.md: date, machine, versions."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "torch"))
    return f"{date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, {versions}"


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description="Measure how far back the echo of lesson 06 learns.")
    parser.add_argument("--quick", action="store_true", help="a tiny run into a temporary folder: proves the script")
    parser.add_argument("--into", metavar="FOLDER", help="another folder than data/")
    chosen = parser.parse_args(arguments)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as aside:
            folder = chosen.into or (aside if chosen.quick else TARGET.parent)
            write(Path(folder) / TARGET.name, chosen.quick)
    finally:
        torch.set_num_threads(before)
    print(made_on())
    return 0


if __name__ == "__main__":
    sys.exit(main())
