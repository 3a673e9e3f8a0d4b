"""The layout itself: two integer grids, what is read off them, and the way onto the grid and back."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..refusal import array, refusal, short, whole

PADDING = -1
LARGEST = np.iinfo(np.int64).max
NUMBERS = "fciub"  # the kinds of dtype, as NumPy has them


@dataclass(frozen=True, eq=False)
class Layout:
    """Where every step of a ragged set of series sits: two (B, T) integer grids over B lanes and T places.

    series  which series sits in the cell, PADDING (-1) for none
    step    which of its steps
    count   how many series there are, N; left out, the largest index says it

    Raises ValueError if the grids disagree, or where no run could read them: a series sits in one lane, in one piece
    but for padding between its steps, these one by one from left to right; only the first of a lane may begin in its
    middle, as in a window.
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
        if wrong := unreadable(series, step):
            raise refusal(*wrong)

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
        places = np.empty_like(cells)
        places[offset[series] + within] = cells
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
        grid = array("grid", grid)
        if grid.shape[:2] != self.series.shape:
            raise refusal("grid", f"a first two axes of {self.series.shape}", grid.shape, "use the layout that laid it")
        rows = grid.reshape(self.series.size, *grid.shape[2:])[self.places]  # no -1: there may be no features
        return np.split(rows, np.cumsum(self.lengths)[:-1])

    def windows(self, width):
        """This layout cut along time: a list of layouts of (B, width), the last perhaps narrower.

        Step numbers go on, so a reset stands only where a series begins and not where a window does.
        """
        width = whole("width", width, at_least=1)
        starts = range(0, self.series.shape[1], width)
        return [trusted(self.series[:, s : s + width], self.step[:, s : s + width], self.count) for s in starts]


def trusted(series, step, count, **known):
    """The Layout of int64 grids that are right as they were made: not checked again, and what is `known` not derived.

    The grids and what is known become read-only.
    """
    layout = object.__new__(Layout)
    known = {name: _frozen(array) for name, array in {"series": series, "step": step, **known}.items()}
    layout.__dict__.update(known, count=count)
    return layout


def unreadable(series, step):
    """What no run could read rightly in two (B, T) grids, in the words of a refusal; None if all is well.

    A run reads each lane from left to right, holds over padding, and is told of a new series by its step 0 alone.
    """
    cells = np.flatnonzero(series >= 0)
    owner, step = series.ravel()[cells], step.ravel()[cells]
    begins = _begins(cells, owner, series.shape)
    slips = np.flatnonzero((step[1:] != step[:-1] + 1) & ~begins[1:])
    if len(slips):
        k = slips[0]
        got = f"step {step[k + 1]} after step {step[k]} of series {owner[k]}"
        return "step", "the steps of a series one by one from left to right", got, "count 0, 1, 2, ... along the lane"
    return _torn(owner[begins], step[begins], cells[begins] // series.shape[1])


def _begins(cells, owner, shape):
    """Of the cells that hold a step: where a piece begins, that is another series or another lane."""
    begins = np.zeros(len(cells) + 1, bool)  # one more, for lanes of padding after the last step
    begins[np.searchsorted(cells, np.arange(shape[0]) * shape[1])] = True
    begins[1:-1] |= owner[1:] != owner[:-1]
    return begins[:-1]


def _torn(owner, first, lane):
    """As `unreadable`, of pieces in the order of lanes and time: the series, first step and lane of each."""
    order = np.argsort(owner, kind="stable")
    twice = np.flatnonzero(np.diff(owner[order]) == 0)
    if len(twice):
        a, b = order[twice[0] : twice[0] + 2]
        where = f"in lanes {lane[a]} and {lane[b]}" if lane[a] != lane[b] else f"in two pieces in lane {lane[a]}"
        cure = "put each series into one lane, one after the other"
        return "series", "each series in one piece", f"series {owner[a]} {where}", cure
    late = np.flatnonzero((first[1:] > 0) & (lane[1:] == lane[:-1])) + 1
    if len(late):
        got = f"step {first[late[0]]} first of series {owner[late[0]]} in lane {lane[late[0]]}"
        return "step", "0 first where a series follows another in its lane", got, "begin there with step 0"
    return None


def _grid(name, value):
    given = array(name, value)
    fits = given.ndim == 2 and given.dtype.kind in "iu" and given.size
    # as int64, 2**63 of uint64 and more are negative, and the largest of all is padding; one less has no successor
    if not fits or given.max() >= LARGEST or (grid := given.astype(np.int64)).min() < PADDING:
        got = f"{given.dtype} of shape {given.shape}"
        raise refusal(name, "a (lanes, time) grid of whole numbers, -1 = padding", got, "give two int grids")
    return _frozen(grid)


def _rows(ragged, lengths):
    """The series of a ragged list, checked against the lengths and each other, and joined end to end."""
    try:
        ragged = iter(ragged)
    except TypeError:
        raise refusal("ragged", "a list of series", type(ragged).__name__, "give one for each of the layout") from None
    series = [array(f"ragged[{k}]", one) for k, one in enumerate(ragged)]
    if len(series) != len(lengths):
        raise refusal("ragged", f"{len(lengths)} series as in the layout", len(series), "lay out the lengths of these")
    rest, dtype = series[0].shape[1:], series[0].dtype
    for k, (one, n) in enumerate(zip(series, lengths.tolist(), strict=True)):
        if one.ndim < 1 or one.shape != (n, *rest):
            raise refusal(
                "ragged", f"series {k} of shape {(n, *rest)}", one.shape, "lay out the lengths of these series"
            )
        if one.dtype != dtype:
            raise refusal("ragged", f"series {k} of dtype {dtype}", one.dtype, "give all series one dtype")
    return np.concatenate(series)


def _fill(fill, dtype):
    """`fill`, refused where it is no single value, or where the grid cannot hold it as it is."""
    value = array("fill", fill)
    if value.ndim:
        raise refusal("fill", "one value", f"shape {value.shape}", "nothing is broadcast")
    # None would become NaN in a grid of floats, and a word a raw error
    alien = dtype.kind in NUMBERS and value.dtype.kind not in NUMBERS
    alien |= value.dtype.kind == "c" and dtype.kind in "fiub"  # NumPy would drop the imaginary part with a mere warning
    with np.errstate(invalid="ignore"):
        rounds = not alien and dtype.kind in "iub" and value.astype(dtype) != fill
    if alien or rounds:
        raise refusal("fill", f"a value that {dtype} can hold", short(fill), "give a whole number, or lay floats")
    return fill


def _frozen(array):
    array.flags.writeable = False
    return array
