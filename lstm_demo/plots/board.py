"""The board: a layout drawn as lanes (down) by time (right), with what the state says in each cell."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from ..layout import Layout
from .language import (
    GREY,
    INK,
    LARGE,
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
    number,
)
from .picture import axes, shows

HEAD = 0.9  # height of the line above the lanes, in cells
FEWEST = 8  # columns that there is room for at least, so that a cell never grows out of shape
PANEL, MARGIN = 0.37, 0.08  # shares of the width: the list on the right, the names of the lanes on the left


class Board(NamedTuple):
    """What happened to a ragged set on a grid, as told by a state of one number.

    title   how the series were run
    layout  where each step sits
    mask, resets  (B, T) bool, what the run was told: not always what the layout says
    state   (B, T) the number in the state after each step
    at      (N, 2) the lane and column at which each series is read
    truth   (N,) what it should be: that of the series run alone
    marks   N strings, one character for each step; a string of one letter over and over is just a label
    """

    title: str
    layout: Layout
    mask: np.ndarray
    resets: np.ndarray
    state: np.ndarray
    at: np.ndarray
    truth: np.ndarray
    marks: tuple[str, ...]

    @property
    def read(self):
        """(N,) the number read for each series."""
        return self.state[self.at[:, 0], self.at[:, 1]]

    @property
    def names(self):
        """N names for sentences: what the marks spell, or their one letter."""
        return [m if len(set(m)) > 1 else m[0] for m in self.marks]

    @property
    def wrong(self):
        """(N,) bool: the series whose state is not that of the series run alone."""
        return self.read != self.truth


@shows(Board)
def plot_board(board, *, ax=None):
    """Draw one Board. Returns the axes."""
    ax = axes(ax)
    draw_board(ax, [board])(board)
    return ax


def draw_board(ax, boards):
    """Make the artists for any of `boards`, and return update(board)."""
    columns = max(FEWEST, *(b.state.shape[1] for b in boards))
    lanes = max(len(boards[0].truth), *(len(b.state) for b in boards))
    width = columns / (1 - PANEL - MARGIN)
    edge = -MARGIN * width
    ax.set(xlim=(edge - 0.015 * width, edge + width), ylim=(lanes + 0.05, -HEAD))
    ax.set_axis_off()
    room = 72 * ax.figure.get_size_inches()[0] / width  # points across one cell
    cells = [_Cell(ax, room) for _ in range(max(b.state.size for b in boards))]
    heads = [_text(ax, size=min(SMALL, 0.6 * room), color=GREY) for _ in range(columns)]
    names = [_text(ax, size=SMALL, color=GREY, ha="left") for _ in range(lanes)]
    longest = max(len(_said(b, k)) for b in boards for k in range(len(b.read)))
    rows = [_text(ax, size=min(TEXT, 1.5 * PANEL * width * room / longest), ha="left") for _ in range(lanes)]
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    still = {"fontsize": SMALL, "color": GREY, "va": "center"}
    ax.text(columns + 0.5, -0.35, "what the state says of each", **still)
    ax.text(edge, -0.35, "time →", **still)

    def update(board):
        title.set_text(board.title)
        _fill_cells(cells, board)
        _fill_heads(heads, names, board.state.shape, edge)
        for k, row in enumerate(rows):
            _fill_row(row, k, board, columns + 0.5)

    return update


@shows(Board)
def describe_board(board):
    """The same in a sentence."""
    said = f"{board.title}: the state counts {listed(map(number, board.read))}"
    if not board.wrong.any():
        return f"{said}, as many steps as each series has: every series is read as if it were alone."
    wrong = [board.names[k] for k in np.flatnonzero(board.wrong)]
    verb = "is" if len(wrong) == 1 else "are"
    return f"{said}, but the series have {listed(map(number, board.truth))} steps: {listed(wrong)} {verb} wrong."


class _Cell:
    """The artists of one square of the grid. A frame marks where a series is read."""

    def __init__(self, ax, room):
        self.box = ax.add_patch(Rectangle((0, 0), 1, 1, linewidth=1, edgecolor=WHITE, animated=True))
        self.mark = _text(ax, size=min(SMALL, 0.5 * room), color=GREY)
        self.count = _text(ax, size=min(LARGE, 0.5 * room), weight="bold")
        (self.edge,) = ax.plot([], [], animated=True, zorder=3, **RESET)
        self.flag = _text(ax, size=min(SMALL, 0.4 * room), weight="bold", ha="left")
        frame = Rectangle((0, 0), 0.84, 0.5, fill=False, linewidth=2, edgecolor=INK, zorder=3, animated=True)
        self.frame = ax.add_patch(frame)
        self.artists = (self.box, self.mark, self.count, self.edge, self.flag, self.frame)

    def show(self, place, look, mark, count, begins, read):
        """`begins` is R where the state was zeroed, an arrow where it bled in from the series before, or empty."""
        lane, t = place
        self.frame.set_xy((t + 0.08, lane + 0.44))
        self.box.set(xy=(t, lane), **look)
        self.mark.set(position=(t + (0.73 if begins else 0.5), lane + 0.27), text=mark)
        self.count.set(position=(t + 0.5, lane + 0.68), text=number(count), color=GREY if mark in ("", "—") else INK)
        self.edge.set_data([t + 0.04] * 2, [lane + 0.04, lane + 0.96])
        self.flag.set(position=(t + 0.12, lane + 0.26), text=begins)
        for artist in self.artists:
            artist.set_visible(True)
        self.edge.set_visible(begins == "R")
        self.frame.set_visible(read)


def _fill_cells(cells, board):
    series, step = board.layout.series, board.layout.step
    for cell in cells:
        for artist in cell.artists:
            artist.set_visible(False)
    read = set(map(tuple, board.at.tolist()))
    for cell, place in zip(cells, np.ndindex(series.shape), strict=False):
        k, n = series[place], step[place]
        held = not board.mask[place]
        bled = n == 0 and place[1] > 0 and series[place[0], place[1] - 1] >= 0
        begins = "R" if board.resets[place] else "→" if bled else ""
        look = PADDING if k < 0 else {"facecolor": SERIES[k % len(SERIES)], "edgecolor": WHITE, "hatch": None}
        mark = "—" if held else "" if k < 0 else board.marks[k][n]
        cell.show(place, look, mark, board.state[place], begins, place in read)


def _fill_heads(heads, names, shape, edge):
    for t, head in enumerate(heads):
        head.set(visible=t < shape[1], text=str(t), position=(t + 0.5, -0.35))
    for lane, name in enumerate(names):
        name.set(visible=lane < shape[0], text=f"lane {lane}", position=(edge, lane + 0.5))


def _fill_row(row, k, board, left):
    row.set_visible(k < len(board.read))
    if k < len(board.read):
        look = WRONG if board.wrong[k] else RIGHT
        row.set(position=(left, k + 0.5), text=f"{look['mark']} {_said(board, k)}", color=look["color"])


def _said(board, k):
    return f"{board.names[k]} counts {number(board.read[k])}, has {counted(int(board.truth[k]), 'step')}"


def _text(ax, *, size, color=INK, ha="center", **font):
    return ax.text(0, 0, "", fontsize=size, color=color, ha=ha, va="center", snap=True, animated=True, **font)
