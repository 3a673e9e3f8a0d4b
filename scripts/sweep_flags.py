"""Train all that lesson 04 compares, and write the table data/flags.csv.

    python scripts/sweep_flags.py           into data/: six minutes of one core
    python scripts/sweep_flags.py --quick   a tiny run into a temporary folder, to see that the script works

One thread, and every draw is seeded: on one machine the same table comes out. On another processor or version of torch
weights differ by rounding, and rounding grows in training.
"""

import argparse
import hashlib
import math
import platform
import sys
import tempfile
from contextlib import contextmanager
from datetime import date
from importlib import metadata
from itertools import product
from pathlib import Path
from typing import NamedTuple

import torch

from lstm_demo import recall
from lstm_demo.tables import Recalled

DATA = Path(__file__).resolve().parents[1] / "data"
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


@contextmanager
def folder_for(quick, into):
    """Where the file goes: `into` if given, else data/, and for a quick run a folder that goes when it is done."""
    if into or not quick:
        yield Path(into or DATA)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def made_on():
    """A line for data/README.md: date, machine, versions."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "torch"))
    return f"{date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, {versions}"


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description="Train all that lesson 04 compares, and write the table.")
    parser.add_argument("--quick", action="store_true", help="a tiny run into a temporary folder: proves the script")
    parser.add_argument("--into", metavar="FOLDER", help="another folder than data/")
    chosen = parser.parse_args(arguments)
    scale, threads = QUICK if chosen.quick else Scale(), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with folder_for(chosen.quick, chosen.into) as folder:
            lines = [",".join(Recalled._fields)]
            for entry in entries(scale):
                lines.append(written(recalled(*entry, scale.count)))
                print(lines[-1], flush=True)
            content = "".join(f"{line}\n" for line in lines).encode("ascii")
            (folder / TABLE).write_bytes(content)
    finally:
        torch.set_num_threads(threads)
    print(f"{hashlib.sha256(content).hexdigest()}  {TABLE}\n{made_on()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
