"""00: the flags of a layout."""

import numpy as np

from ..layout import pad_left, pad_right
from .verdict import Verdict, name_of, never_raises, wrong


@never_raises
def check_flags(answer):
    """answer: (mask, resets), two (3, 3) grids of bool, for series of 3, 1 and 2 steps padded on the left."""
    if not isinstance(answer, tuple | list) or len(answer) != 2 or answer[0] is None:
        return wrong("Nothing to check yet: set mask and resets to two grids of 3 lanes by 3 columns.")
    mask, resets = answer
    layout = pad_left([3, 1, 2])
    if np.array_equal(mask, layout.resets) and np.array_equal(resets, layout.mask):
        return wrong("mask and resets are swapped: mask is True on every real step, resets on the first of each lane.")
    fault = _mistaken("mask", mask, layout.mask, _mask_mistakes())
    if fault is None and resets is None:
        return wrong("mask is right. Now set resets, as if there were no mask: another grid of 3 lanes by 3 columns.")
    fault = fault or _mistaken("resets", resets, layout.resets, _reset_mistakes())
    return fault or Verdict(
        True, "Right: mask is False over padding, and each lane is reset once, on its first real step."
    )


def _mistaken(name, grid, truth, mistakes):
    """The verdict on a wrong grid; None if it is right."""
    try:
        grid = np.asarray(grid)
    except ValueError:
        return wrong(f"{name} has lanes of unequal length; give each of the three lanes three columns.")
    if grid.shape != (3, 3):
        return wrong(f"{name} has shape {grid.shape}; three lanes and three columns make it (3, 3).")
    if not np.isin(grid, (0, 1)).all():
        return wrong(f"{name} holds something other than True and False.")
    otherwise = f"{name} does not fit series of 3, 1 and 2 steps padded on the left. Draw the grid and go lane by lane."
    return None if np.array_equal(grid, truth) else wrong(name_of(grid, mistakes) or otherwise)


def _mask_mistakes():
    layout, other = pad_left([3, 1, 2]), pad_right([3, 1, 2])
    return {
        "mask is turned round: True marks a real step, not padding.": ~layout.mask,
        "mask is that of padding on the right; here the padding comes first.": other.mask,
        "mask is turned round, and for padding on the right.": ~other.mask,
    }


def _reset_mistakes():
    layout = pad_left([3, 1, 2])
    first, last, nowhere = np.zeros((3, 3, 3), bool)
    first[:, 0], last[:, -1] = True, True
    return {
        "resets stands in the first column of each lane: without a mask the padding after it would still move the "
        "state. Put it on each first real step.": first,
        "resets stands on the last step: the state would forget the series it has just read.": last,
        "resets marks every padded step: the last of them would still move the state of its series.": ~layout.mask,
        "resets marks every real step: the state would never hold more than one.": layout.mask,
        "resets marks nothing: without a mask the state of the padding would run into each series.": nowhere,
    }
