"""The board: the ways to run a ragged set, told apart by a cell that counts."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from ..cell import counting_params, run
from ..layout import back_to_back, pad_left, pad_right
from ..plots import LETTERS, Board, describe_board, draw_board
from ..refusal import choice, refusal, short
from .controls import control
from .frame import Explorer


class Way(NamedTuple):
    """How the series are placed, which flags the run is told, and whether the last column is read or the last step."""

    place: Callable
    mask: bool
    resets: bool
    last_column: bool


BOARD_WAYS = {
    "left padding": Way(pad_left, False, False, True),
    "left padding, reset at each first step": Way(pad_left, False, True, True),
    "left padding, exact mask": Way(pad_left, True, False, True),
    "right padding": Way(pad_right, False, False, True),
    "right padding, exact mask": Way(pad_right, True, False, True),
    "stateful, never reset": Way(partial(back_to_back, lanes=1), False, False, False),
    "stateful, reset before each series": Way(partial(back_to_back, lanes=1), False, True, False),
}
SIDES = {"left": pad_left, "right": pad_right}
READS = ("last column", "index n - 1", "last real step")


def board_of(way, lengths, marks=None):
    """The Board of series of these lengths, run in one of the BOARD_WAYS by the counting cell.

    One series a lane is read at its last column, as `out[:, -1]` does; several in a lane each at their last step.
    """
    choice("way", way, list(BOARD_WAYS), "take a key of BOARD_WAYS")
    place, mask, resets, last_column = BOARD_WAYS[way]
    layout = place(lengths)
    at = last_steps(layout)
    if last_column:
        at[:, 1] = layout.mask.shape[1] - 1
    return board_laid(way[0].upper() + way[1:], layout, at, mask=mask, resets=resets, marks=marks)


def board_read(side, read, lengths, marks=None):
    """The Board of series padded on a side and read in one of the three READS.

    A mask holds the zero state over padding in front, so that every real step counts right on either side.
    """
    choice("side", side, list(SIDES))
    choice("read", read, READS)
    layout = SIDES[side](lengths)
    columns = {
        "last column": np.full(layout.count, layout.mask.shape[1] - 1),
        "index n - 1": layout.lengths - 1,
        "last real step": last_steps(layout)[:, 1],
    }
    at = np.stack([np.arange(layout.count), columns[read]], axis=1)
    title = f"Padded on the {side}, read at the {read}"
    return board_laid(title, layout, at, mask=side == "left", resets=False, marks=marks)


def board_laid(title, layout, at, *, mask, resets, marks=None):
    """The Board of a run of the counting cell, whose c says how many steps it has read since it was last zero.

    at            (N, 2) lane and column at which each series is read
    mask, resets  whether the run is told the mask and the resets of the layout
    """
    told = layout.mask if mask else np.ones_like(layout.mask)
    reset = layout.resets if resets else np.zeros_like(layout.mask)
    state = run(counting_params(), np.zeros((*told.shape, 1)), mask=told, resets=reset).c[..., 0]
    return Board(title, layout, told, reset, state, at, layout.lengths, _marks(marks, layout))


def last_steps(layout):
    """(N, 2) the lane and column of each series' last step."""
    last = layout.places[np.cumsum(layout.lengths) - 1]
    return np.stack(np.divmod(last, layout.mask.shape[1]), axis=1)


def explore_board(lengths=(2, 3, 4, 2), marks=None):
    """Walk through the ways to run a ragged set and see what the state says of each series.

    lengths  of the series, whole numbers
    marks    a string for each series to write into its squares, such as a name; left out, the letters A, B, C, ...
    """
    boards = {way: board_of(way, lengths, marks) for way in BOARD_WAYS}
    return _explorer({"way": control("way", list(boards))}, boards)


def explore_reading(lengths=(2, 3, 4, 2), marks=None):
    """Break it: pad on either side and read one of three steps; see whose answer is wrong."""
    boards = {choice: board_read(*choice, lengths, marks) for choice in product(SIDES, READS)}
    return _explorer({"side": control("padding", list(SIDES), "right"), "read": control("read at", READS)}, boards)


def _explorer(controls, boards):
    """Every board is made beforehand; a control only chooses. The key is its value, or all values in order."""
    draw = lambda ax: draw_board(ax, list(boards.values()))  # noqa: E731
    height = 1.4 + 0.55 * max(len(board.truth) for board in boards.values())

    def chosen(**values):
        return boards[tuple(values.values()) if len(values) > 1 else next(iter(values.values()))]

    return Explorer(controls, chosen, draw, describe_board, (9.0, height))


def _marks(marks, layout):
    """A string for each series, as long as the series; left out, the letters A, B, C, ..."""
    if marks is None:
        return tuple(LETTERS[k % 26] * int(n) for k, n in enumerate(layout.lengths))
    texts = isinstance(marks, list | tuple) and all(isinstance(m, str) for m in marks)
    if not texts or [len(m) for m in marks] != layout.lengths.tolist():
        got = short([len(m) for m in marks] if texts else marks)
        raise refusal(
            "marks", f"strings of {short(layout.lengths.tolist())} characters", got, "give one character a step"
        )
    return tuple(marks)
