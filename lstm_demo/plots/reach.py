"""Who can use whom, and who can blame whom: each step's past, by value and by gradient, over the borders of windows."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from .language import BLUE, GREY, INK, LARGE, SMALL, TEXT, WHITE, listed
from .picture import axes

# what stands at a border, as in a ledger, and what it means
LINKS = {
    "attached": ("→", "state carried"),
    "detached": ("⇢", "state carried, detached"),
    "none": ("0", "state begun anew"),
}
BLAMED = {"facecolor": BLUE, "edgecolor": WHITE}
USED = {"facecolor": "#CFE4F2", "edgecolor": WHITE}
BESIDE = 2.6  # steps of room for each of the two columns of numbers


class Reach(NamedTuple):
    """What each step of a run can use and what its error can blame.

    title   how the windows are run
    window  steps in each of them; T or more for no borders
    link    how they hang together: a key of LINKS
    used    (T, T) bool: does what step t says (row) change with the input of step s (column)
    blamed  (T, T) bool: does the gradient of what step t says reach the input of step s
    """

    title: str
    window: int
    link: str
    used: np.ndarray
    blamed: np.ndarray


def plot_reach(data, *, ax=None):
    """Draw a Reach. Returns the axes."""
    ax = axes(ax, (9.0, 3.8))
    draw_reach(ax, len(data.used))(data)
    return ax


def draw_reach(ax, steps):
    """Make the artists for runs of so many steps, and return update(data)."""
    ax.set(xlim=(0, steps + 2 * BESIDE), ylim=(steps + 0.1, -0.9), xticks=np.arange(steps) + 0.5)
    ax.set(xticklabels=range(steps), yticks=np.arange(steps) + 0.5, yticklabels=range(steps))
    ax.set_xlabel("input of step", fontsize=TEXT, loc="left")
    ax.set_ylabel("output of step", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL, length=0)
    ax.spines[:].set_visible(False)
    for column, word in enumerate(("can use", "can blame")):
        ax.text(steps + (column + 0.5) * BESIDE, -0.4, word, fontsize=SMALL, color=INK, ha="center", va="center")
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    boxes = {(t, s): _Cell(ax, t, s) for t in range(steps) for s in range(t + 1)}
    borders, counts = [_Border(ax, s, steps) for s in range(1, steps)], [_Counts(ax, t, steps) for t in range(steps)]
    font = {"fontsize": SMALL, "color": INK, "va": "center", "ha": "right"}
    ax.text(steps, 0.4, "∇  can be used and blamed", **font)
    ax.text(steps, 1.4, "·  can be used", **font)
    key = ax.text(steps, 2.4, "", animated=True, **font)

    def update(data):
        title.set_text(data.title)
        for (t, s), box in boxes.items():
            box.show(data.used[t, s], data.blamed[t, s])
        key.set_text("  ".join(LINKS[data.link]) if data.window < len(data.used) else "")
        for s, border in enumerate(borders, start=1):
            border.show(s % data.window == 0, LINKS[data.link][0])
        for t, count in enumerate(counts):
            count.show(data.used[t].sum(), data.blamed[t].sum())

    return update


def describe_reach(data):
    """The same in a sentence."""
    used, blamed = data.used.sum(axis=1), data.blamed.sum(axis=1)
    every = (used == np.arange(1, len(used) + 1)).all()
    uses = "all inputs up to their own" if every else f"{listed(used)} inputs, their own counted"
    return f"{data.title}: the outputs of steps 0 to {len(used) - 1} can use {uses}; they can blame {listed(blamed)}."


class _Cell:
    """One input as seen from one output: dark and dotted where it can be blamed, pale where it can be used only."""

    def __init__(self, ax, t, s):
        self.box = ax.add_patch(Rectangle((s + 0.04, t + 0.06), 0.92, 0.88, linewidth=0, animated=True))
        self.dot = ax.text(s + 0.5, t + 0.5, "", fontsize=SMALL, ha="center", va="center", snap=True, animated=True)

    def show(self, used, blamed):
        self.box.set(visible=bool(used or blamed), **(BLAMED if blamed else USED))
        self.dot.set(text="∇" if blamed else "·" if used else "", color=WHITE if blamed else INK)


class _Border:
    """Where a window ends in front of step s: a line, and how the state gets over it."""

    def __init__(self, ax, s, steps):
        font = {"fontsize": TEXT, "color": INK, "ha": "center", "va": "center", "weight": "bold", "animated": True}
        self.sign = ax.text(s + 0.45, s - 0.5, "", snap=True, **font)
        (self.line,) = ax.plot([s, s], [s - 0.95, steps], color=GREY, linewidth=1.5, linestyle="--", animated=True)

    def show(self, there, sign):
        self.line.set_visible(there)
        self.sign.set_text(sign if there else "")


class _Counts:
    """At the end of a row: how many inputs can be used, and how many blamed."""

    def __init__(self, ax, t, steps):
        font = {"fontsize": SMALL, "ha": "center", "va": "center", "snap": True, "animated": True}
        self.used = ax.text(steps + 0.5 * BESIDE, t + 0.5, "", color=INK, **font)
        self.blamed = ax.text(steps + 1.5 * BESIDE, t + 0.5, "", color=BLUE, weight="bold", **font)

    def show(self, used, blamed):
        self.used.set_text(str(used))
        self.blamed.set_text(str(blamed))
