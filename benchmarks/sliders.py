"""Slider to picture in a real browser: every explorer beside `@interact` that draws the same picture anew.

    python benchmarks/sliders.py [--moves 30] [--only board step]

Needs Chromium (environment variable CHROMIUM, or on PATH) and the extras `lessons` and `browser`. For each explorer a
notebook is made in a temporary folder, whose one cell shows the explorer and, below, the race's other side. The first
control of each is moved by its key in turn. Time runs from the key press, as the browser stamps it, to the first
animation frame that has other pixels in the picture. Prints the table and writes it to benchmarks/results/sliders.md.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "browser")]

import driver  # noqa: E402 (found only through the line above)
import numpy as np  # noqa: E402

from lstm_demo import explore  # noqa: E402
from lstm_demo.plots.picture import png  # noqa: E402

EXPLORERS = {
    "board": "board",
    "layout": "board",
    "ledger": "ledger",
    "step": "step",
}  # name: its plot
IN_THE_MEDIAN, FOR_EACH, AIM = 0.35, 0.6, 33  # two ratios, and milliseconds
SLOWEST = 4000  # milliseconds after which a move counts as missed

# The other side has the same controls, the same computing and the same picture, on a pyplot figure made anew.
CELL = """
%matplotlib inline
from ipywidgets import interact
from matplotlib import pyplot
from lstm_demo import explore, plots
from lstm_demo.plots.picture import DPI

ours = explore.explore_{name}()
display(ours)

twin = explore.explore_{name}()
for control in twin.controls.values():
    control.unobserve(twin._changed, "value")

def theirs(**values):
    size = twin._picture.figure.get_size_inches()
    figure = pyplot.figure(figsize=size, dpi=DPI, layout="constrained")
    plots.plot_{plot}(twin._compute(**values), ax=figure.add_subplot())
    pyplot.show()

shown = interact(theirs, **twin.controls)
shown.widget.add_class("theirs")
None
"""

# Put into the page once. The size of what is compared is that of the picture itself; every frame looks whether the
# picture is another one (a new element, or another source), and only then at its pixels.
WATCH = """() => {
  const canvas = document.createElement('canvas');
  const brush = canvas.getContext('2d', {willReadFrequently: true});
  const pixels = image => {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    brush.drawImage(image, 0, 0);
    return new Uint32Array(brush.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  };
  const same = (a, b) => a.length === b.length && a.every((value, k) => value === b[k]);
  window.watch = (css, slowest) => {
    const find = () => document.querySelector(css);
    const before = find(), source = before.src, old = pixels(before);
    window.seen = new Promise(done => {
      let pressed = null;
      document.addEventListener('keydown', event => { pressed = event.timeStamp; }, {capture: true, once: true});
      const frame = now => {
        const image = find();
        const other = image && image.complete && image.naturalWidth && (image !== before || image.src !== source);
        if (other && !same(pixels(image), old)) return done(now - pressed);
        if (pressed !== null && now - pressed > slowest) return done(slowest);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
  };
}"""


class Row(NamedTuple):
    """Milliseconds of one explorer: (moves,) ours and theirs in the browser, and the parts of ours in the kernel."""

    name: str
    ours: list
    theirs: list
    parts: list

    @property
    def ratio(self):
        return median(self.ours) / median(self.theirs)

    @property
    def missed(self):
        """Moves after which no other picture came: they count as the longest wait."""
        return sum(t >= SLOWEST for t in (*self.ours, *self.theirs))


def notebook(name, plot):
    cell = {"cell_type": "code", "id": "race", "metadata": {}, "outputs": [], "execution_count": None}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [cell | {"source": CELL.format(name=name, plot=plot).strip()}]
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


class Side:
    """One side of the race in the page: its box, its first control, and the way that control was last moved."""

    def __init__(self, lesson, css):
        self.lesson, self.css, self.forward = lesson, css, True
        self.box = lesson.page.locator(css).first

    def move(self):
        """Press the key that moves the first control; milliseconds to the new picture, SLOWEST if it never came."""
        page, key = self.lesson.page, self._focus()
        page.evaluate("([css, slowest]) => window.watch(css, slowest)", [f"{self.css} img", SLOWEST])
        page.keyboard.press(key)
        taken = page.evaluate("() => window.seen")
        self.lesson.settle()
        return taken

    def _focus(self):
        """Stand on what the key will move: the handle of a slider, or the toggle beside the chosen one."""
        first = driver.controls(self.box)[0]
        if driver.kind_of(first) == "slider":
            now, low, high = (float(first.get_attribute(f"aria-value{end}")) for end in ("now", "min", "max"))
            self.forward = now < high if self.forward else now <= low
            first.focus()
            return "ArrowRight" if self.forward else "ArrowLeft"
        toggles = self.box.locator(".widget-toggle-buttons").first.locator("button")
        chosen = [b.evaluate("e => e.matches('.mod-active')") for b in toggles.all()].index(True)
        toggles.nth((chosen + 1) % toggles.count()).focus()
        return "Enter"


def raced(name, moves, browser, lab):
    """[ours, theirs], a move of each in turn; the first two warm up and do not count."""
    lesson = driver.Lesson(browser, lab, name)
    lesson.page.set_viewport_size({"width": 1280, "height": 1600})
    lesson.run_all().page.evaluate(WATCH)
    sides = [Side(lesson, css) for css in (".lstm-explorer", ".theirs")]
    for side in sides:
        side.box.locator("img").first.wait_for()
    times = [[side.move() for side in sides] for _ in range(moves + 2)][2:]
    complaints = lesson.errors_shown()
    lesson.close()
    if complaints:
        raise RuntimeError(f"{name}: the notebook complains: {complaints[0][-600:]}")
    return [list(column) for column in zip(*times, strict=True)]


def kernel_parts(name, moves):
    """Milliseconds (moves, 4) without a browser: compute, update, draw, PNG, at values that walk up and down."""
    explorer = getattr(explore, f"explore_{name}")()
    picture, (first, control) = explorer._picture, next(iter(explorer.controls.items()))
    taken = []
    for k in range(moves + 5):
        clock = [time.perf_counter()]
        data = explorer._compute(**explorer._values() | {first: walked(control, k)})
        clock.append(time.perf_counter())
        picture.update(data)
        clock.append(time.perf_counter())
        pixels = picture.drawn()
        clock.append(time.perf_counter())
        png(pixels)
        clock.append(time.perf_counter())
        taken.append(1000 * np.diff(clock))
    return taken[5:]


def walked(control, k):
    """The k-th value of a walk over a control that turns back at its ends."""
    if hasattr(control, "options"):
        options = list(control.options)
    else:
        options = np.arange(control.min, control.max + control.step / 2, control.step).tolist()
    there_and_back = [*options, *options[-2:0:-1]]
    value = there_and_back[k % len(there_and_back)]
    return value if hasattr(control, "options") else type(control.min)(value)


def table(rows):
    yield "| explorer | ours, median ms | p90 | `@interact`, median ms | p90 | ratio | missed |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        cells = [f"{of(side):.0f}" for side in (row.ours, row.theirs) for of in (median, ninetieth)]
        yield f"| {row.name} | {' | '.join(cells)} | {row.ratio:.2f} | {row.missed} |"


def parts_table(rows):
    yield "| explorer | compute | update | draw | PNG | together |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        parts = [*np.median(row.parts, axis=0), median(sum(part) for part in row.parts)]
        yield f"| {row.name} | {' | '.join(f'{part:.1f}' for part in parts)} |"


def ninetieth(times):
    return np.percentile(times, 90)


def report(rows, moves, browser_version):
    ratios = [row.ratio for row in rows]
    packages = ", ".join(f"{name} {version(name)}" for name in ("jupyterlab", "ipywidgets", "matplotlib", "numpy"))
    return "\n".join(
        [
            "# Slider to picture",
            "",
            f"{date.today()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}, {packages}, Chromium {browser_version}; "
            f"{os.getloadavg()[0]:.1f} processes running on average at the end, this race among them.",
            "",
            f"From the key press to the first frame with other pixels, in JupyterLab, {moves} moves each, in turn:",
            "",
            *table(rows),
            "",
            f"Ratio of medians: {median(ratios):.2f} in the median over explorers (asked: at most {IN_THE_MEDIAN}), "
            f"{max(ratios):.2f} at most (asked: {FOR_EACH}). Explorers within {AIM} ms, which was aimed at: "
            f"{sum(median(row.ours) <= AIM for row in rows)} of {len(rows)}.",
            "",
            "In the kernel alone, without a browser, median milliseconds:",
            "",
            *parts_table(rows),
            "",
        ]
    )


def passed(rows):
    ratios = [row.ratio for row in rows]
    return median(ratios) <= IN_THE_MEDIAN and max(ratios) <= FOR_EACH and not any(row.missed for row in rows)


def race(names, moves):
    """The rows, and the version of the browser."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lstm_demo_")))
        (place / "notebooks").mkdir()
        for name in names:
            (place / "notebooks" / f"{name}.ipynb").write_text(notebook(name, EXPLORERS[name]))
        browser = stack.enter_context(driver.running_browser())
        lab = stack.enter_context(driver.running_lab(place / "lab", place / "notebooks"))
        rows = []
        for name in names:
            rows.append(Row(name, *raced(name, moves, browser, lab), kernel_parts(name, moves)))
            print(f"{name}: {rows[-1].ratio:.2f}", flush=True)
        return rows, browser.version


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=30)
    parser.add_argument("--only", nargs="+", choices=EXPLORERS, help="these explorers; prints, and writes no file")
    args = parser.parse_args(given)
    rows, browser_version = race(args.only or list(EXPLORERS), args.moves)
    said = report(rows, args.moves, browser_version)
    print(said)
    if not args.only:
        (HERE / "results").mkdir(exist_ok=True)
        (HERE / "results" / "sliders.md").write_text(said)
    return 0 if passed(rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
