"""Key to picture in a real browser: every explorer of the lessons beside `@interact` that draws a sine anew.

    python benchmarks/sliders.py [--moves 20] [--only start_here.board]

Needs Chromium (environment variable CHROMIUM, or on PATH) and the extras `lessons` and `browser`. For each explorer a
notebook is made whose one cell shows it and, below, the other side. The first control of each that a key can step is
moved, a key every half second, in turn. Time runs from the key press, as the browser stamps it, to the first animation
frame that finds another picture in the page. Prints the table and writes it to benchmarks/results/sliders.md.
"""

import argparse
import pkgutil
import sys
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from statistics import median

from nbformat import v4 as nb
from nbformat import write

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "browser")]

import driver  # noqa: E402 (found only through the line above)
from machine import machine, wrote  # noqa: E402

from lstm_demo import lessons  # noqa: E402

IN_THE_MEDIAN, FOR_EACH = 0.4, 0.7  # asked of the ratio of medians
SLOWEST, PAUSE = 4000, 500  # milliseconds after which a move counts as missed; between a picture and the next key

ROOMS = {room.name: import_module(f"lstm_demo.lessons.{room.name}") for room in pkgutil.iter_modules(lessons.__path__)}
SHOWN = [(name, of) for name, room in ROOMS.items() for of, one in vars(room).items() if hasattr(one, "explore")]
EXPLORERS = [f"{room}.{name}" for room, name in SHOWN]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
CELL = """
%matplotlib inline
import numpy as np
from ipywidgets import interact
from matplotlib import pyplot
from lstm_demo.lessons import {room}

display({room}.{name}.explore())

def theirs(n=10):
    x = np.linspace(0, 6, 200)
    pyplot.plot(x, np.sin(n * x / 5))
    pyplot.show()

shown = interact(theirs, n=(0, 20))
shown.widget.add_class("theirs")
None
"""
# Put into the page once: a promise of the milliseconds from the next key to the first frame with another picture.
WATCH = """() => {
  window.watch = (css, slowest) => {
    const find = () => { const found = document.querySelector(css); return found?.src || found?.outerHTML; };
    const before = find();
    window.seen = new Promise(done => {
      let pressed = null;
      document.addEventListener('keydown', event => { pressed = event.timeStamp; }, {capture: true, once: true});
      const frame = now => {
        const seen = find();
        if (seen && seen !== before) return done(now - pressed);
        if (pressed !== null && now - pressed > slowest) return done(slowest);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
  };
}"""
PICTURES = {".lstm-explorer": ".lstm-explorer .lstm-picture svg", ".theirs": ".theirs img"}


class Side:
    """One side of the race in the page, and the way its control was last moved."""

    def __init__(self, lesson, css):
        self.lesson, self.css, self.forward = lesson, css, True
        self.box = lesson.page.locator(css).first

    def move(self):
        """Press the key that moves the control; milliseconds to the new picture, SLOWEST if it never came."""
        page, key = self.lesson.page, self._focus()
        page.evaluate("([css, slowest]) => window.watch(css, slowest)", [PICTURES[self.css], SLOWEST])
        page.keyboard.press(key)
        taken = page.evaluate("() => window.seen")
        page.wait_for_timeout(PAUSE)
        return taken

    def _focus(self):
        """Stand on what the key will move: the handle of a slider, the button beside the chosen one, or a step."""
        slider = self.box.locator(".noUi-handle").first
        if slider.count():
            now, low, high = (float(slider.get_attribute(f"aria-value{end}")) for end in ("now", "min", "max"))
            self.forward = now < high if self.forward else now <= low
            slider.focus()
            return "ArrowRight" if self.forward else "ArrowLeft"
        buttons = self.box.locator(".widget-toggle-buttons").first.locator("button").all()
        if buttons:
            chosen = [b.evaluate("e => e.matches('.mod-active')") for b in buttons].index(True)
            buttons[(chosen + 1) % len(buttons)].focus()
        else:
            self.box.get_by_role("button", name="Step ▶" if self.forward else "◀ Back").focus()
        return "Enter"


def raced(name, moves, browser, lab):
    """[ours, theirs] in milliseconds, a move of each in turn; the first of each warms up and does not count."""
    lesson = driver.Lesson(browser, lab, name)
    lesson.page.set_viewport_size({"width": 1280, "height": 1600})
    lesson.run_all().page.evaluate(WATCH)
    sides = [Side(lesson, css) for css in PICTURES]
    lesson.page.locator(PICTURES[".theirs"]).first.wait_for()
    times = [[side.move() for side in sides] for _ in range(moves + 1)][1:]
    complaints = lesson.complaints()
    lesson.close()
    if complaints:
        raise RuntimeError(f"{name}: the notebook complains: {complaints[0][-600:]}")
    return [list(column) for column in zip(*times, strict=True)]


def race(names, moves):
    """{explorer: [ours, theirs]}"""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lstm_demo_")))
        (place / "notebooks").mkdir()
        for name in names:
            room, _, explorer = name.partition(".")
            cell = nb.new_code_cell(CELL.format(room=room, name=explorer).strip())
            write(nb.new_notebook(cells=[cell], metadata=KERNEL), place / "notebooks" / f"{name}.ipynb")
        browser = stack.enter_context(driver.running_browser())
        lab = stack.enter_context(driver.running_lab(place / "lab", place / "notebooks"))
        return {name: raced(name, moves, browser, lab) for name in names}


def report(times, ratios, missed, moves):
    lines = ["# Key to picture", "", machine(), ""]
    lines += [f"From the key press to the first frame with another picture, in JupyterLab, {moves} moves each:", ""]
    lines += ["| explorer | ours, median ms | slowest | `@interact` of a sine | ratio | missed |", 6 * "|---" + "|"]
    for name, (ours, theirs) in times.items():
        numbers = f"{median(ours):.0f} | {max(ours):.0f} | {median(theirs):.0f} | {ratios[name]:.2f} | {missed[name]}"
        lines.append(f"| {name} | {numbers} |")
    middle = f"{median(ratios.values()):.2f} in the median over explorers (asked: at most {IN_THE_MEDIAN})"
    lines += ["", f"Ratio of medians: {middle}, {max(ratios.values()):.2f} at most (asked: {FOR_EACH}).", ""]
    return "\n".join(lines)


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--only", nargs="+", choices=EXPLORERS, help="these explorers; prints, and writes no file")
    args = parser.parse_args(given)
    times = race(args.only or EXPLORERS, args.moves)
    ratios = {name: median(ours) / median(theirs) for name, (ours, theirs) in times.items()}
    missed = {name: sum(taken >= SLOWEST for side in sides for taken in side) for name, sides in times.items()}
    said = report(times, ratios, missed, args.moves)
    print(said)
    if not args.only:
        wrote(HERE / "results" / "sliders.md", said)
    kept = median(ratios.values()) <= IN_THE_MEDIAN and max(ratios.values()) <= FOR_EACH
    return 0 if kept and not any(missed.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
