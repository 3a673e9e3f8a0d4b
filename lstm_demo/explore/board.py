"""The board: the ways to run a ragged set, told apart by a cell that counts."""

import functools

import ipywidgets as widgets
import numpy as np

from ..cell import counting_params, run
from ..layout import back_to_back, pad_left, pad_right
from ..plots import LETTERS, Board, describe_board, draw_board
from ..refusal import refusal
from .frame import Explorer

# name: the layout, whether its mask is told, whether its resets are told, which column is read (None: the last step)
BOARD_WAYS = {
    "left padding": (pad_left, False, False, -1),
    "left padding, reset at each first step": (pad_left, False, True, -1),
    "left padding, exact mask": (pad_left, True, False, -1),
    "right padding": (pad_right, False, False, -1),
    "right padding, exact mask": (pad_right, True, False, -1),
    "stateful, never reset": (functools.partial(back_to_back, lanes=1), False, False, None),
    "stateful, reset before each series": (functools.partial(back_to_back, lanes=1), False, True, None),
}


def board_of(way, lengths, marks=None):
    """The Board of series of these lengths, run in one of the BOARD_WAYS by the counting cell.

    One series a lane is read at its last column, as `out[:, -1]` does; several in a lane each at their last step.
    """
    if way not in BOARD_WAYS:
        raise refusal("way", f"one of {list(BOARD_WAYS)}", repr(way), "take a key of BOARD_WAYS")
    place, masked, reset, column = BOARD_WAYS[way]
    layout = place(lengths)
    mask = layout.mask if masked else np.ones_like(layout.mask)
    resets = layout.resets if reset else np.zeros_like(layout.mask)
    state = run(counting_params(), np.zeros((*mask.shape, 1)), mask=mask, resets=resets).c[..., 0]
    read = np.array([s[-1] for s in layout.unlay(state)]) if column is None else state[:, column]
    return Board(way[0].upper() + way[1:], layout, mask, resets, state, read, layout.lengths, _marks(marks, layout))


def _marks(marks, layout):
    """A string for each series, as long as the series; left out, the letters A, B, C, ..."""
    if marks is None:
        return tuple(LETTERS[k % 26] * int(n) for k, n in enumerate(layout.lengths))
    if [len(m) for m in marks] != layout.lengths.tolist():
        got = [len(m) for m in marks]
        raise refusal("marks", f"strings of {layout.lengths.tolist()} characters", got, "give one character a step")
    return tuple(marks)


def explore_board(lengths=(2, 3, 4, 2), marks=None):
    """Walk through the ways to run a ragged set and see what the state says of each series.

    lengths  of the series, whole numbers
    marks    a string for each series to write into its cells, such as a name; left out, the letters A, B, C, ...
    """
    boards = {way: board_of(way, lengths, marks) for way in BOARD_WAYS}
    # No readout: it would be cut off, and the title of the picture says the way.
    way = widgets.SelectionSlider(options=list(boards), description="way", readout=False, layout={"width": "24em"})
    height = 1.4 + 0.55 * len(lengths)
    return Explorer(
        {"way": way},
        lambda way: boards[way],
        lambda ax: draw_board(ax, list(boards.values())),
        describe_board,
        (9.0, height),
    )
