"""How many lanes a ragged set is laid on, and where its steps then lie."""

from typing import NamedTuple

import numpy as np
import torch

from ..layout import back_to_back, pad_right

# One step of the kernel costs about as much as so many lanes more: 2 to 8 on a core with short vectors, several times
# that on one with long ones, which few lanes leave idle. In between: lanes too many cost the former less than a tenth.
STEP_IN_LANES = 16
COUNTS = (16, 24, 32, 48, 64, 96, 128)  # fewer leave the vectors of every core half empty, more gained nothing
# Dealing series out to lanes costs time of its own, which plain padding saves.
PADDING_MAY_COST = 1.1


class Grid(NamedTuple):
    """A time-major grid, in which the kernel works, and where on it N series lie that stand end to end."""

    shape: tuple  # (T, B)
    places: torch.Tensor  # (sum n,) which of the T*B cells each step lies in
    last: torch.Tensor  # (N,) row of the last step of each series, end to end
    turned: torch.Tensor  # (sum n,) the rows, each series from its last step to its first


def grid_of(lengths, device, lanes=None):
    """The Grid of series of these lengths on so many lanes."""
    layout = layout_for(lengths) if lanes is None else back_to_back(lengths, lanes, gap=1)
    (width, steps), ends = layout.series.shape, np.cumsum(lengths)
    lane, step = np.divmod(layout.places, steps)
    turned = np.repeat(2 * ends - lengths - 1, lengths) - np.arange(ends[-1])
    rows = (torch.from_numpy(one).to(device) for one in (step * width + lane, ends - 1, turned))
    return Grid((steps, width), *rows)


def layout_for(lengths):
    """The Layout for series of these lengths, one step of padding between neighbours in a lane.

    The rule: T steps of B lanes cost T * (B + 16). Of 16 to 128 lanes back to back, take the cheapest; but if padding
    on the right, one series a lane, costs at most a tenth more, take that.
    """
    counts = [count for count in COUNTS if count < len(lengths)] or [len(lengths)]
    best = min(counts, key=lambda count: cost(lengths, count))
    if int(lengths.max()) * (len(lengths) + STEP_IN_LANES) <= PADDING_MAY_COST * cost(lengths, best):
        return pad_right(lengths)
    return back_to_back(lengths, best, gap=1)


def cost(lengths, lanes):
    """Cost of so many lanes back to back: as wide as the longest series, or as all of them shared out evenly."""
    shared = -(-int(lengths.sum() + len(lengths)) // lanes)
    return max(int(lengths.max()), shared) * (lanes + STEP_IN_LANES)
