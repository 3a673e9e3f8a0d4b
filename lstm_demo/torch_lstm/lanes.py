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
    """A time-major grid, in which the kernel works, and the rows of its T*B cells that hold N series end to end."""

    shape: tuple  # (T, B)
    closed: bool  # whether the padding has to close the gates, as series lie back to back
    lengths: np.ndarray  # (N,)
    first: np.ndarray  # (N,) row of the first step of each series, of the series end to end
    places: torch.Tensor  # (sum n,) row of each step on the grid

    def span(self, k):
        """The rows of series k end to end."""
        return slice(int(self.first[k]), int(self.first[k] + self.lengths[k]))

    def index(self, rows):
        """An array of rows, to index tensors with."""
        return torch.from_numpy(rows).to(self.places.device)

    def owner(self):
        """(sum n,) the series of each step."""
        return self.index(np.repeat(np.arange(len(self.lengths)), self.lengths))

    def turned(self):
        """(sum n,) the rows of the series end to end, each series from its last step to its first."""
        return self.index(np.repeat(2 * self.first + self.lengths - 1, self.lengths) - np.arange(self.lengths.sum()))


def grid_of(lengths, device, lanes=None, alone=False):
    """The Grid of series of these lengths on so many lanes; `alone`, each series in a lane of its own."""
    layout, closed = (pad_right(lengths), False) if alone else layout_for(lengths, lanes)
    places = torch.from_numpy(time_major(layout)).to(device)
    return Grid(layout.series.shape[::-1], closed, lengths, np.cumsum(lengths) - lengths, places)


def layout_for(lengths, lanes=None):
    """(Layout, whether it is back to back) for series of these lengths on so many lanes.

    The rule, where `lanes` is left out: T steps of B lanes cost T * (B + 16). Of 16 to 128 lanes back to back, take the
    cheapest; but if padding on the right, one series a lane, costs at most a tenth more, take that.
    """
    if lanes is None and padded_cost(lengths) <= PADDING_MAY_COST * min(map(_cost(lengths), _counts(lengths))):
        return pad_right(lengths), False
    return back_to_back(lengths, min(_counts(lengths), key=_cost(lengths)) if lanes is None else lanes, gap=1), True


def padded_cost(lengths):
    """Cost of one series a lane, in steps of one lane."""
    return int(lengths.max()) * (len(lengths) + STEP_IN_LANES)


def _cost(lengths):
    """Cost of so many lanes back to back: as wide as the longest series, or as all of them shared out evenly."""
    longest, cells = int(lengths.max()), int(lengths.sum()) + len(lengths)
    return lambda lanes: max(longest, -(-cells // lanes)) * (lanes + STEP_IN_LANES)


def _counts(lengths):
    """The numbers of lanes to choose from; for very few series, one lane for each."""
    return [lanes for lanes in COUNTS if lanes < len(lengths)] or [len(lengths)]


def time_major(layout):
    """Layout.places for a grid of (T, B) cells: a new array."""
    lanes, steps = layout.series.shape
    lane, step = np.divmod(layout.places, steps)
    return step * lanes + lane
