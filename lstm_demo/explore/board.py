"""The board of lesson 03: which step of a padded series is read, told by a cell that counts."""

from itertools import product

import numpy as np

from ..cell import counting_params, run
from ..layout import pad_left, pad_right
from ..plots import LETTERS, Board, describe_board, draw_board
from ..refusal import choice, refusal, short
from .controls import control
from .frame import Explorer

SIDES = {"left": pad_left, "right": pad_right}
READS = ("last column", "index n - 1", "last real step")


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
