"""What padding does to one cell: c along one padded series, against c held wherever no step is real."""

from typing import NamedTuple

import numpy as np

from .language import CELL, GREY, INK, LARGE, PADDING, RIGHT, SMALL, TEXT, WRONG, counted
from .picture import axes, shows

ROUNDING = 1e-12
LIMIT = 3.2  # of c
ROOM = 0.52  # of the steps, to the right of them, for the numbers


class Held(NamedTuple):
    """c of one unit over one padded series.

    title  what the cell is told of the padding
    side   'left' or 'right', where the padding is
    mask   (T,) bool, True = a real step
    c      (T,) after each step
    truth  (T,) c of the series run alone, and held over the padding
    gates  what the gates do on padding, in a few words
    """

    title: str
    side: str
    mask: np.ndarray
    c: np.ndarray
    truth: np.ndarray
    gates: str

    @property
    def off(self):
        """How far the last c lies from the truth; 0 where only rounding is between them."""
        off = abs(self.c[-1] - self.truth[-1])
        return 0.0 if off < ROUNDING else float(off)


@shows(Held)
def plot_held(data, *, ax=None):
    """Draw a Held. Returns the axes."""
    ax = axes(ax, (9.0, 4.2))
    draw_held(ax, len(data.c))(data)
    return ax


def draw_held(ax, most):
    """Make the artists for up to `most` steps, and return update(data)."""
    ax.set(xlim=(-0.5, most * (1 + ROOM)), ylim=(-LIMIT, LIMIT), xticks=range(0, most, 5), yticks=range(-3, 4))
    ax.set_xlabel("step", fontsize=TEXT, x=0.5 / (1 + ROOM))
    ax.set_ylabel("cell state c", fontsize=TEXT)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines["bottom"].set_bounds(-0.5, most - 0.5)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    band = ax.axvspan(0, 1, zorder=0, linewidth=0, animated=True, **PADDING)
    (truth,) = ax.plot([], [], color=RIGHT["color"], linestyle=(0, (2, 1)), linewidth=6, alpha=0.55, animated=True)
    (c,) = ax.plot([], [], color=CELL["color"], marker="o", markersize=6, linewidth=2.5, zorder=3, animated=True)
    block = _Block(ax, most + 0.8)

    def update(data):
        steps, padding = np.arange(len(data.c)), np.flatnonzero(~data.mask)
        title.set_text(_title(data))
        band.set(x=padding[0] - 0.5, width=len(padding), y=0, height=1)
        truth.set_data(steps, data.truth)
        c.set_data(steps, data.c)
        block.show(data)

    return update


@shows(Held)
def describe_held(data):
    """The same in a sentence."""
    c, truth = _said(data)
    found = "exactly" if data.off == 0 else f"off by {_off(data.off)}"
    return f"{_title(data)}: {data.gates} on padding; c ends at {c}, the truth is {truth}, {found}."


def _title(data):
    where = {"left": "in front", "right": "behind"}[data.side]
    return f"{data.title}, {counted(int((~data.mask).sum()), 'padded step')} {where}"


def _said(data):
    return [f"{round(one[-1], 2) + 0.0:.2f}" for one in (data.c, data.truth)]


def _off(off):
    return f"{off:.2f}" if off >= 0.095 else f"{off:.1g}"


class _Block:
    """The numbers to the right: which line is which, where each ends, and the verdict."""

    def __init__(self, ax, x):
        font = {"fontsize": TEXT, "va": "center"}
        head, moving = {"weight": "bold", **font}, {"animated": True, **font}
        ax.text(x, 2.6, "dashed: the truth", color=RIGHT["color"], **head)
        self.truth = ax.text(x, 2.0, "", color=RIGHT["color"], **moving)
        ax.text(x, 1.0, "solid: this cell", color=CELL["color"], **head)
        self.c = ax.text(x, 0.4, "", color=CELL["color"], **moving)
        self.verdict = ax.text(x, -0.6, "", weight="bold", **moving)
        ax.text(x, -1.7, "on padding (hatched)", color=GREY, **head)
        self.gates = ax.text(x, -2.3, "", color=GREY, **moving)

    def show(self, data):
        c, truth = _said(data)
        look = RIGHT if data.off == 0 else WRONG
        self.truth.set_text(f"ends at {truth}")
        self.c.set_text(f"ends at {c}")
        self.verdict.set_text(f"{look['mark']} {'exact' if data.off == 0 else 'off by ' + _off(data.off)}")
        self.verdict.set_color(look["color"])
        self.gates.set_text(data.gates)
