"""One step of one unit, drawn as the formula is written: bars from left to right."""

from typing import NamedTuple

from matplotlib.patches import Rectangle

from ..cell import Gates
from .language import CELL, GATES, GREY, HIDDEN, INK, LARGE, SMALL, TEXT, WHITE, decimal
from .picture import axes, shows

LIMIT, LABELS = 3.7, -4.0  # the top of the axes, and the line on which the formula stands


class OneStep(NamedTuple):
    """One step of one unit, in plain numbers: what it was given, its gates, and the state that came out."""

    x: float
    h_before: float
    c_before: float
    gates: Gates
    c: float
    h: float
    shown: float  # tanh(c)


@shows(OneStep)
def plot_step(one, *, ax=None):
    """Draw OneStep. Returns the axes."""
    ax = axes(ax, (9.0, 4.4))
    draw_step(ax)(one)
    return ax


def draw_step(ax):
    """Make the artists, and return update(one)."""
    bars = {name: _Bar(ax, *look) for name, look in _BARS.items()}
    for place, sign in _SIGNS:
        ax.text(place, LABELS, sign, fontsize=LARGE, ha="center", va="center", color=GREY)
    ax.axhline(0, color=INK, linewidth=1)
    ax.set(xlim=(-0.6, 11.4), ylim=(LABELS - 1.1, LIMIT), xticks=[], yticks=[-3, -2, -1, 0, 1, 2, 3])
    ax.tick_params(labelsize=SMALL)
    ax.set_ylabel("value", fontsize=TEXT)
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)

    def update(one):
        title.set_text(f"One step of one unit: it reads x = {decimal(one.x)} and h = {decimal(one.h_before)}")
        for name, value in _values(one).items():
            bars[name].show(value)

    return update


@shows(OneStep)
def describe_step(one):
    """The same in a sentence."""
    i, f, g, o = one.gates
    return (
        f"The cell keeps {f:.0%} of c = {decimal(one.c_before)} and writes {i:.0%} of the candidate g = {decimal(g)}, "
        f"so c becomes {decimal(one.c)}; it shows {o:.0%} of tanh(c) = {decimal(one.shown)}, so h = {decimal(one.h)}."
    )


def _values(one):
    i, f, g, o = (float(gate) for gate in one.gates)
    kept, written = f * one.c_before, i * g
    return dict(zip(_BARS, (one.c_before, f, kept, i, g, written, one.c, one.shown, o, one.h), strict=True))


# name: (place, symbol, word, colour, hatch, whether it is a gate, which lies between 0 and 1)
_BARS = {
    "before": (0, "c", "before", CELL["color"], None, False),
    "f": (1, "f", "forget", GATES["f"], None, True),
    "kept": (2, "fc", "kept", CELL["color"], "//", False),
    "i": (3.2, "i", "input", GATES["i"], None, True),
    "g": (4.3, "g", "candidate", GATES["g"], None, False),
    "written": (5.4, "ig", "written", CELL["color"], "//", False),
    "c": (6.6, "c", "after", CELL["color"], None, False),
    "shown": (8.45, "tanh c", "squashed", CELL["color"], "..", False),
    "o": (9.9, "o", "output", GATES["o"], None, True),
    "h": (10.85, "h", "after", HIDDEN["color"], None, False),
}
_SIGNS = (
    (0.5, "×"),
    (1.5, "="),
    (2.6, "+"),
    (3.75, "×"),
    (4.85, "="),
    (6.0, "→"),
    (7.5, "→"),
    (9.35, "×"),
    (10.3, "="),
)


class _Bar:
    """A bar from zero with its value; a gate also has the frame that it can fill, from 0 to 1."""

    def __init__(self, ax, place, symbol, word, color, hatch, gate):
        if gate:
            ax.add_patch(Rectangle((place - 0.36, 0), 0.72, 1, fill=False, edgecolor=GREY, linewidth=1.5))
        ax.text(place, LABELS, symbol, fontsize=LARGE, weight="bold", ha="center", va="center", color=INK)
        ax.text(place, LABELS - 0.7, word, fontsize=SMALL, ha="center", va="center", color=INK)
        self.place, self.full = place, gate
        box = Rectangle((place - 0.36, 0), 0.72, 0, facecolor=color, hatch=hatch, edgecolor=WHITE, animated=True)
        self.box = ax.add_patch(box)
        self.value = ax.text(place, 0, "", fontsize=TEXT, ha="center", color=INK, animated=True)

    def show(self, value):
        self.box.set_height(value)
        self.value.set(
            text=decimal(value),
            position=(self.place, max(value, self.full) + 0.12 if value >= 0 else value - 0.12),
            va="bottom" if value >= 0 else "top",
        )
