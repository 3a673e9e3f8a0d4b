"""The layout itself: two integer grids, what is read off them, and the way onto the grid and back."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..refusal import refusal, whole

PADDING = -1


@dataclass(frozen=True, eq=False)
class Layout:
    """Where every step of a ragged set of series sits: two (B, T) integer grids over B lanes and T places.

    series  which series sits in the cell, PADDING (-1) for none
    step    which of its steps
    count   how many series there are, N; left out, the largest index says it

    Raises ValueError if the grids disagree, name a step twice, or leave a hole in a series.
    """

    series: np.ndarray
    step: np.ndarray
    count: int | None = None

    def __post_init__(self):
        series, step = _grid("series", self.series), _grid("step", self.step)
        if series.shape != step.shape:
            raise refusal(
                "step", f"the shape of series, {series.shape}", step.shape, "make both grids for the same cells"
            )
        if ((series < 0) != (step < 0)).any():
            raise refusal(
                "step", "-1 exactly where series is -1", "a cell with only one of them", "mark padding in both"
            )
        least = int(series.max()) + 1
        count = whole("count", least if self.count is None else self.count, at_least=max(least, 1))
        for name, value in (("series", series), ("step", step), ("count", count)):
            object.__setattr__(self, name, value)
        _ = self.places  # made at once, so that a grid with a step twice or missing is refused here and not later

    @cached_property
    def mask(self):
        """(B, T) bool: True = a real step, False = padding."""
        return _frozen(self.series >= 0)

    @cached_property
    def resets(self):
        """(B, T) bool: True = the state is zeroed before this step is read."""
        return _frozen(self.step == 0)

    @cached_property
    def lengths(self):
        """(N,) how many steps of each series this layout holds (in a window: 0 for a series elsewhere)."""
        return _frozen(np.bincount(self.series[self.mask], minlength=self.count))

    @cached_property
    def places(self):
        """(sum of lengths,) flat index into the B*T cells of every step, series after series, in the order of steps."""
        cells = np.flatnonzero(self.series >= 0)
        series, step = self.series.ravel()[cells], self.step.ravel()[cells]
        first = np.full(self.count, np.iinfo(np.int64).max)
        np.minimum.at(first, series, step)  # a window begins in the middle of a series
        offset = np.cumsum(self.lengths) - self.lengths
        within = step - first[series]
        places = np.full(len(cells), PADDING)
        if (within < self.lengths[series]).all():
            places[offset[series] + within] = cells
        if (places == PADDING).any():
            raise refusal(
                "step", "each step of a series once and none left out", "one twice or missing", "count 0, 1, 2, ..."
            )
        return _frozen(places)

    def lay(self, ragged, fill=0):
        """Put N series of (n, ...) onto the grid: (B, T, ...), `fill` in the padding. The dtype stays.

        >>> Layout([[-1, 0], [1, 1]], [[-1, 0], [0, 1]]).lay([[7], [8, 9]])
        array([[0, 7],
               [8, 9]])

        Raises ValueError if the series do not fit the layout or each other.
        """
        rows = _rows(ragged, self.lengths)
        grid = np.full((self.series.size, *rows.shape[1:]), _fill(fill, rows.dtype), dtype=rows.dtype)
        grid[self.places] = rows
        return grid.reshape(*self.series.shape, *rows.shape[1:])

    def unlay(self, grid):
        """Take the N series of (n, ...) back out of a (B, T, ...) grid: the inverse of `lay`.

        >>> [s.tolist() for s in Layout([[-1, 0], [1, 1]], [[-1, 0], [0, 1]]).unlay([[0, 7], [8, 9]])]
        [[7], [8, 9]]
        """
        grid = np.asarray(grid)
        if grid.shape[:2] != self.series.shape:
            raise refusal("grid", f"a first two axes of {self.series.shape}", grid.shape, "use the layout that laid it")
        rows = grid.reshape(-1, *grid.shape[2:])[self.places]
        return np.split(rows, np.cumsum(self.lengths)[:-1])

    def windows(self, width):
        """This layout cut along time: a list of layouts of (B, width), the last perhaps narrower.

        Step numbers go on, so a reset stands only where a series begins and not where a window does.
        """
        width = whole("width", width, at_least=1)
        starts = range(0, self.series.shape[1], width)
        return [Layout(self.series[:, s : s + width], self.step[:, s : s + width], self.count) for s in starts]


def _grid(name, value):
    array = np.asarray(value)
    if array.ndim != 2 or array.dtype.kind not in "iu" or not array.size or array.min() < PADDING:
        got = f"{array.dtype} of shape {array.shape}"
        raise refusal(name, "a (lanes, time) grid of whole numbers, -1 = padding", got, "give two int grids")
    return _frozen(array.astype(np.int64))


def _rows(ragged, lengths):
    """The series of a ragged list, checked against the lengths and each other, and joined end to end."""
    series = [np.asarray(one) for one in ragged]
    if len(series) != len(lengths):
        raise refusal("ragged", f"{len(lengths)} series as in the layout", len(series), "lay out the lengths of these")
    for k, (one, n) in enumerate(zip(series, lengths.tolist(), strict=True)):
        rest = series[0].shape[1:]
        if one.ndim < 1 or one.shape != (n, *rest):
            raise refusal(
                "ragged", f"series {k} of shape {(n, *rest)}", one.shape, "lay out the lengths of these series"
            )
        if one.dtype != series[0].dtype:
            raise refusal("ragged", f"series {k} of dtype {series[0].dtype}", one.dtype, "give all series one dtype")
    return np.concatenate(series)


def _fill(fill, dtype):
    """`fill`, refused where it is no single value, or where a grid of whole numbers or flags would round it."""
    if np.ndim(fill):
        raise refusal("fill", "one value", f"shape {np.shape(fill)}", "nothing is broadcast")
    with np.errstate(invalid="ignore"):
        rounded = np.asarray(fill).astype(dtype)
    if dtype.kind in "iub" and rounded != fill:
        raise refusal("fill", f"a value that {dtype} can hold", repr(fill), "give a whole number, or lay floats")
    return fill


def _frozen(array):
    array.flags.writeable = False
    return array
