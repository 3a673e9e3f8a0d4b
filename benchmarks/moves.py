"""A thousand random moves on every explorer: no exception, no memory kept, the last value always shown.

    python benchmarks/moves.py [--moves 1000]

A move sets one control, drawn at random, to a random value, through the widget's `.value`. Each explorer is moved in a
process of its own, twice: once as it is, for the resident memory, and once with tracemalloc watching, which is slow.
Needs the extra `lessons`. Prints the table and writes it to benchmarks/results/moves.md; fails if a bound is missed.
"""

import argparse
import gc
import os
import platform
import sys
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import ipywidgets as widgets  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402 (comes with the Python kernel)
from matplotlib import pyplot  # noqa: E402

from lstm_demo import explore  # noqa: E402
from lstm_demo.explore.frame import _spoken  # noqa: E402

EXPLORERS = ("board", "layout", "ledger", "step")
MOST = 5_000_000  # bytes kept, after the warm-up
WARM_UP, BURST = 300, 10  # moves; after each burst the last value must be shown


class Row(NamedTuple):
    """What so many moves on an explorer did: stale counts the bursts whose last value was not shown."""

    name: str
    raised: int
    stale: int
    figures: int
    resident: int
    traced: int

    @property
    def passed(self):
        return not (self.raised or self.stale or self.figures) and max(self.resident, self.traced) <= MOST


def any_value(control, rng):
    if isinstance(control, widgets.Checkbox):
        return bool(rng.integers(2))
    if hasattr(control, "options"):
        return control.options[rng.integers(len(control.options))]
    steps = round((control.max - control.min) / control.step)
    return type(control.min)(control.min + control.step * rng.integers(steps + 1))


def burst(explorer, rng):
    """Ten moves; how many raised, and whether the last value is not what is shown."""
    raised, controls = 0, list(explorer.controls.values())
    for _ in range(BURST):
        control = controls[rng.integers(len(controls))]
        try:
            control.value = any_value(control, rng)
        except Exception as error:
            raised += 1
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
    png, sentence = explorer.shown()
    return raised, (bytes(explorer._image.value), explorer._sentence.value) != (png, _spoken(sentence))


def moved(name, moves, watched):
    """(raised, stale, figures, bytes kept) of so many moves on a fresh explorer, after the warm-up."""
    explorer, rng = getattr(explore, f"explore_{name}")(), np.random.default_rng(0)
    if watched:
        tracemalloc.start()
    kept = tracemalloc.get_traced_memory if watched else psutil.Process().memory_info

    def bursts(count):
        seen = [burst(explorer, rng) for _ in range(count // BURST)]
        gc.collect()
        return *(int(total) for total in np.sum(seen, axis=0)), kept()[0]

    before = bursts(WARM_UP)[-1]
    raised, stale, after = bursts(moves)
    return raised, stale, len(pyplot.get_fignums()), after - before


def rows(moves):
    # Each in a process that did nothing before, so that none sees what another left; two at a time.
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as fresh:
        asked = [[fresh.submit(moved, name, moves, watched) for watched in (False, True)] for name in EXPLORERS]
        return [row(name, *(one.result() for one in pair)) for name, pair in zip(EXPLORERS, asked, strict=True)]


def row(name, plain, traced):
    worst = (max(pair) for pair in zip(plain[:3], traced[:3], strict=True))
    return Row(name, *worst, plain[3], traced[3])


def report(rows, moves):
    packages = ", ".join(f"{name} {version(name)}" for name in ("ipywidgets", "matplotlib", "numpy"))
    lines = [
        f"# {moves:,} random moves",
        "",
        f"{date.today()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}.",
        "",
        f"After {WARM_UP} moves to warm up. Last value: whether it was shown after each burst of {BURST} moves. "
        f"Asked: nothing raised, no figure open, at most {MOST / 1e6:.0f} MB kept.",
        "",
        "| explorer | raised | last value | figures open | resident MB | traced MB | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        last = f"missed {row.stale} times" if row.stale else "always shown"
        kept = f"{row.resident / 1e6:+.2f} | {row.traced / 1e6:+.2f}"
        verdict = "passed" if row.passed else "FAILED"
        lines.append(f"| {row.name} | {row.raised} | {last} | {row.figures} | {kept} | {verdict} |")
    return "\n".join([*lines, ""])


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=1000)
    args = parser.parse_args(given)
    seen = rows(args.moves)
    said = report(seen, args.moves)
    print(said)
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "moves.md").write_text(said)
    return 0 if all(row.passed for row in seen) else 1


if __name__ == "__main__":
    raise SystemExit(main())
