"""The tally: windows fed to lanes, and after each step whose steps the state of the lane holds."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from .language import (
    GREY,
    INK,
    LARGE,
    LETTERS,
    PADDING,
    RESET,
    RIGHT,
    SERIES,
    SMALL,
    TEXT,
    WHITE,
    WRONG,
    counted,
    listed,
)
from .picture import axes

CUT, NAME = 0.36, 0.78  # room at each cut and for the names of the lanes, in cells
SIGNS = {"fresh": "0", "reset": "R", "attached": "→", "detached": "⇢"}
KEY = (
    "above: the step that is read, A3 = the third of A    below: what the state then holds, right if 3A    — held",
    "at each cut:  0 fresh   → carried   ⇢ carried, gradient cut   R reset     ▌ zeroed before this step     p padding",
)


class Tally(NamedTuple):
    """What lanes were fed in windows, and what their state held, as told by a cell that counts each series apart.

    title         how they were fed
    series, step  (B, T) whose step was fed, and which; -1 for padding. No Layout: wrong orders are shown too
    mask, resets  (B, T) bool, what the run was told
    width         steps in a window
    carry, detach whether each window got the state of the one before, and whether gradients were cut there
    held          (B, T, N + 1) how many steps of each of N series the state holds; the last counts padded ones
    """

    title: str
    series: np.ndarray
    step: np.ndarray
    mask: np.ndarray
    resets: np.ndarray
    width: int
    carry: bool
    detach: bool
    held: np.ndarray

    @property
    def right(self):
        """(B, T) bool: real steps after which the state holds their own series up to here, and nothing else."""
        own = np.eye(self.held.shape[2])[self.series] * (self.step + 1)[..., None]
        return (self.series >= 0) & (self.held == own).all(axis=2)

    @property
    def wrong(self):
        """(B, T) bool: the other real steps."""
        return (self.series >= 0) & ~self.right

    @property
    def visits(self):
        """How many windows backward visits from the last one."""
        windows = -(-self.series.shape[1] // self.width)
        return windows if self.carry and not self.detach else 1

    def start(self, lane, column):
        """How a window begins there: a key of SIGNS."""
        if column == 0 or not self.carry:
            return "fresh"
        return "reset" if self.resets[lane, column] else "detached" if self.detach else "attached"


def plot_tally(tally, *, ax=None):
    """Draw one Tally. Returns the axes."""
    ax = axes(ax, (9.0, 3.5))
    draw_tally(ax, [tally])(tally)
    return ax


def draw_tally(ax, tallies):
    """Make the artists for any of `tallies`, and return update(tally)."""
    lanes, columns = (max(t.series.shape[axis] for t in tallies) for axis in (0, 1))
    cuts = max(-(-t.series.shape[1] // t.width) for t in tallies)
    ax.set(xlim=(-NAME, columns + CUT * cuts), ylim=(lanes + 0.85, -0.4))
    ax.set_axis_off()
    cells = [_Cell(ax) for _ in range(lanes * columns)]
    signs = [_text(ax, LARGE, weight="bold") for _ in range(lanes * cuts)]
    heads = [_text(ax, SMALL, color=GREY) for _ in range(cuts)]
    for lane in range(lanes):
        ax.text(-NAME, lane + 0.5, f"lane {lane}", fontsize=SMALL, color=GREY, va="center")
    for line, words in enumerate(KEY):
        key = ax.text(-NAME, lanes + 0.25 + 0.38 * line, words, fontsize=SMALL, color=INK, va="center")
        key.set_in_layout(False)  # it may be longer than the lanes, and should not make them small
    right = columns + CUT * cuts
    count = ax.text(right, -0.46, "", fontsize=TEXT, weight="bold", ha="right", va="bottom", animated=True)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)

    def update(tally):
        title.set_text(tally.title)
        count.set(text=_counted(tally), color=(WRONG if tally.wrong.any() else RIGHT)["color"])
        _fill_cells(cells, tally)
        _fill_signs(signs, tally)
        _fill_heads(heads, tally)

    return update


def describe_tally(tally):
    """The same in a sentence."""
    said = f"{tally.title}: {_counted(tally)[2:]}"
    if tally.wrong.any():
        column, lane = np.argwhere(tally.wrong.T)[0]
        said += (
            f"; first in lane {lane}, window {column // tally.width}, where {_read(tally, lane, column)} is read and "
            f"the state then holds {_told(tally, lane, column)}"
        )
    if tally.visits > 1:
        said += f"; but backward from window {tally.visits - 1} visits {counted(tally.visits, 'window')}"
    return f"{said}."


def _counted(tally):
    """✓ or ✗ and how many of the steps that are read find a wrong state."""
    wrong, read = int(tally.wrong.sum()), int((tally.series >= 0).sum())
    if not wrong:
        return f"{RIGHT['mark']} after each of {counted(read, 'step')} the state is right"
    return f"{WRONG['mark']} after {wrong} of {counted(read, 'step')} the state is wrong"


def _read(tally, lane, column):
    series = tally.series[lane, column]
    return "p" if series < 0 else f"{LETTERS[series]}{tally.step[lane, column] + 1}"


def _held(tally, lane, column):
    """What the state holds: '2A 1B', and '0' where it holds nothing."""
    return " ".join(f"{n}{name[0]}" for name, n in _shares(tally, lane, column)) or "0"


def _told(tally, lane, column):
    """The same for a sentence: '2 of A and 1 of B'."""
    return listed([f"{n} of {name}" for name, n in _shares(tally, lane, column)] or ["nothing"])


def _shares(tally, lane, column):
    """[(whose steps, how many of them)] that the state holds."""
    counts = tally.held[lane, column].astype(int).tolist()
    names = [*LETTERS[: len(counts) - 1], "padding"]
    return [(name, n) for name, n in zip(names, counts, strict=True) if n]


def _left(tally, column):
    """Where a column stands in the picture, behind the cuts in front of it."""
    return column + CUT * (column // tally.width + 1)


class _Cell:
    """One step of one lane: what is read above, what the state then holds below."""

    def __init__(self, ax):
        self.box = ax.add_patch(Rectangle((0, 0), 1, 0.86, linewidth=1.5, edgecolor=WHITE, animated=True))
        # on white: the colour of a verdict has too little contrast on that of a series
        self.badge = ax.add_patch(Rectangle((0, 0), 0.9, 0.38, facecolor=WHITE, linewidth=1.5, animated=True))
        self.read = _text(ax, SMALL, color=INK)
        self.sign = _text(ax, SMALL, weight="bold")
        self.verdict = _text(ax, SMALL, weight="bold")
        self.held = _text(ax, SMALL, weight="bold")
        (self.edge,) = ax.plot([], [], animated=True, zorder=3, **RESET)

    def hide(self):
        for artist in (self.box, self.badge, self.read, self.sign, self.verdict, self.held, self.edge):
            artist.set_visible(False)

    def show(self, tally, lane, column):
        left, top, series = _left(tally, column), lane + 0.07, tally.series[lane, column]
        look = PADDING if series < 0 else {"facecolor": SERIES[series % 6], "edgecolor": WHITE, "hatch": None}
        self.box.set(xy=(left, top), visible=True, **look)
        masked = not tally.mask[lane, column]
        said = "—" if masked else _read(tally, lane, column)
        self.read.set(position=(left + 0.5, top + 0.22), text=said, visible=True)
        verdict = {"color": GREY, "mark": ""} if series < 0 else RIGHT if tally.right[lane, column] else WRONG
        self.verdict.set(position=(left + 0.83, top + 0.22), text=verdict["mark"], visible=True)
        edge = verdict["color"] if verdict is WRONG else WHITE
        self.badge.set(xy=(left + 0.05, top + 0.43), edgecolor=edge, visible=series >= 0)
        held = _held(tally, lane, column)
        self.held.set(position=(left + 0.5, top + 0.63), text=held, color=verdict["color"], visible=True)
        self.edge.set(data=([left + 0.04] * 2, [top, top + 0.86]), visible=tally.resets[lane, column])
        inside = tally.resets[lane, column] and column % tally.width > 0  # else its sign stands at the cut
        self.sign.set(position=(left + 0.17, top + 0.22), text=SIGNS["reset"], visible=inside)


def _fill_cells(cells, tally):
    for cell in cells:
        cell.hide()
    for cell, (lane, column) in zip(cells, np.ndindex(tally.series.shape), strict=False):
        cell.show(tally, lane, column)


def _fill_signs(signs, tally):
    for sign in signs:
        sign.set_visible(False)
    places = [(lane, t) for lane, t in np.ndindex(tally.series.shape) if t % tally.width == 0]
    for sign, (lane, column) in zip(signs, places, strict=False):
        left = _left(tally, column) - CUT / 2
        sign.set(position=(left, lane + 0.5), text=SIGNS[tally.start(lane, column)], visible=True)


def _fill_heads(heads, tally):
    columns = range(0, tally.series.shape[1], tally.width)
    for head in heads:
        head.set_visible(False)
    for k, (head, column) in enumerate(zip(heads, columns, strict=False)):
        back = f", back through {k + 1}" if tally.visits > 1 else ""
        said = f"window {k}{back}" if tally.width > 1 else str(k)
        head.set(position=(_left(tally, column) + tally.width / 2, -0.2), text=said, visible=True)


def _text(ax, size, color=INK, **font):
    return ax.text(0, 0, "", fontsize=size, color=color, ha="center", va="center", snap=True, animated=True, **font)
