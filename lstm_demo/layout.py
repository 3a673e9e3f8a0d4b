"""A layout is an index: it says which step of which series sits in each cell of a (lanes, time) grid.

A lane is a row of the grid, read as a stream from left to right. Padding left, padding right, several series
back to back in one lane, the windows of truncated backpropagation: all are layouts, and the two flags that an
LSTM has to be told (`mask` and `resets`) are read off the index.
"""

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .refusal import array, flag, flags, kind, numbers, refusal, several, short, whole


@dataclass(frozen=True, eq=False)
class Layout:
    """Where every step of a ragged set of series sits: two (B, T) integer grids over B lanes and T places.

    series  which series sits in the cell, -1 for padding
    step    which of its steps; a series sits in one lane, in one piece, its steps from left to right
    count   how many series there are, N; left out, the largest index says it
    """

    series: np.ndarray
    step: np.ndarray
    count: int | None = None

    def __post_init__(self):
        series, step = array("series", self.series), array("step", self.step)
        grids = all(grid.ndim == 2 and grid.size and grid.dtype.kind in "iu" for grid in (series, step))
        if not grids or not np.array_equal(series < 0, step < 0):
            expected = "a (lanes, time) grid of whole numbers like series, -1 in the same cells"
            got = f"{step.dtype} of shape {step.shape} beside {series.dtype} of shape {series.shape}"
            raise refusal("step", expected, got, "make both for the same cells")
        count = int(series.max()) + 1 if self.count is None else self.count
        series, step = (_frozen(grid.astype(np.int64, copy=grid.flags.writeable)) for grid in (series, step))
        vars(self).update(series=series, step=step, count=count)

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
        order = np.argsort(self.series[self.mask], kind="stable")  # in a lane steps are in order as they are
        return _frozen(np.flatnonzero(self.mask)[order])

    def lay(self, ragged, fill=0):
        """Put N series of (n, ...) onto the grid: (B, T, ...), `fill` in the padding. The dtype stays.

        >>> Layout([[-1, 0], [1, 1]], [[-1, 0], [0, 1]]).lay([[7], [8, 9]])
        array([[0, 7],
               [8, 9]])

        Of text, 0 is the empty one. ValueError where series or fill do not fit.
        """
        rows = _joined(ragged, self.lengths)
        grid = np.full((self.series.size, *rows.shape[1:]), _fill(fill, rows.dtype), rows.dtype)
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
        starts = range(0, self.series.shape[1], whole("width", width, at_least=1))
        return [Layout(self.series[:, t : t + width], self.step[:, t : t + width], self.count) for t in starts]


def pad_left(lengths, *, width=None):
    """One series a lane, its last step in the last of `width` columns, by default as many as the longest has steps.

    >>> pad_left([2, 3]).step
    array([[-1,  0,  1],
           [ 0,  1,  2]])
    """
    return _one_a_lane(lengths, width, left=True)


def pad_right(lengths, *, width=None):
    """One series a lane, its first step in the first of `width` columns, by default as many as the longest has steps.

    >>> pad_right([2, 3]).step
    array([[ 0,  1, -1],
           [ 0,  1,  2]])
    """
    return _one_a_lane(lengths, width, left=False)


def back_to_back(lengths, lanes, gap=0):
    """Several series in each of `lanes` lanes, one after the other, `gap` cells of padding between neighbours only.

    >>> back_to_back([2, 2], lanes=1, gap=1).step
    array([[ 0,  1, -1,  0,  1]])

    Lanes are filled evenly: the longest series first, each into the shortest lane so far (longest processing time
    first, R. L. Graham, 1969). Within a lane the series keep the caller's order.
    """
    lengths, lanes, gap = _lengths(lengths), whole("lanes", lanes, at_least=1), whole("gap", gap, at_least=0)
    if lanes > len(lengths):
        cure = "ask for fewer, or no lane has work"
        raise refusal("lanes", f"at most {len(lengths)}, one for each series", lanes, cure)
    lane, start = _dealt(lengths + gap, lanes)
    return _placed(lengths, lane, start, int((start + lengths).max()))


def with_flag(x, mask):
    """Append the flag feature: (B, T, D) and a (B, T) mask give (B, T, D + 1), the new column 1 where padding.

    What x holds in its padding becomes 0, so that a net without a mask never reads it.

    >>> with_flag([[[5.0], [7.0]]], [[False, True]]).tolist()
    [[[0.0, 1.0], [7.0, 0.0]]]
    """
    x = array("x", x)
    numbers("x", x, (None, None, None), finite=False)  # looked at only: the dtype stays
    mask = flags("mask", mask, x.shape[:2], "lay flags and x with one layout")[..., None]
    return np.concatenate([np.where(mask, x, np.zeros((), x.dtype)), (~mask).astype(x.dtype)], axis=-1)


class Entry(NamedTuple):
    """What happens to the state of one lane in one window.

    start   "fresh" (zeros, none was handed on), "carried" (the last window's), "reset" (handed on, then zeroed)
    link    how gradients see the window before: "attached", "detached", or "none" where no value is carried
    resets  the places in the window at which the state is zeroed
    held    the places in the window at which the state is held (padding)
    """

    start: str
    link: str
    resets: tuple[int, ...]
    held: tuple[int, ...]


def ledger(windows, carry=True, detach=True):
    """Who owns the state: a list over lanes of lists over windows of Entry.

    windows  what `Layout.windows` returned, in the order in which they are run
    carry    whether each window is given the final state of the one before
    detach   whether gradients are cut there (truncated backpropagation)

    >>> [e.start for e in ledger(pad_right([4]).windows(2))[0]]
    ['fresh', 'carried']
    """
    carry, detach = flag("carry", carry), flag("detach", detach)
    cure = "give layout.windows(width)"
    lanes = {len(kind("windows", window, Layout, cure).series) for window in several("windows", windows, cure)}
    if len(lanes) > 1:
        raise refusal("windows", "layouts over the same lanes", f"{sorted(lanes)} lanes", cure)
    return [[_entry(w, b, carry and k > 0, detach) for k, w in enumerate(windows)] for b in range(min(lanes))]


def _entry(window, lane, handed_on, detach):
    resets = tuple(np.flatnonzero(window.resets[lane]).tolist())
    held = tuple(np.flatnonzero(~window.mask[lane]).tolist())
    start = "fresh" if not handed_on else "reset" if 0 in resets else "carried"
    link = "none" if start != "carried" else "detached" if detach else "attached"
    return Entry(start, link, resets, held)


def _one_a_lane(lengths, width, left):
    lengths = _lengths(lengths)
    longest = int(lengths.max())
    cure = "give as many columns as the longest series has steps, or more"
    columns = longest if width is None else whole("width", width, at_least=longest, cure=cure)
    return _placed(lengths, np.arange(len(lengths)), columns - lengths if left else 0 * lengths, columns)


def _dealt(sizes, lanes):
    """The lane of each series, the longest first, each into the shortest so far; and the column at which it begins."""
    heap, ends = [(0, b) for b in range(lanes)], [0] * lanes
    lane, start = np.empty((2, len(sizes)), dtype=np.int64)
    for k in np.argsort(-sizes, kind="stable").tolist():
        filled, b = heap[0]
        heapq.heapreplace(heap, (filled + int(sizes[k]), b))
        lane[k] = b
    for k, b in enumerate(lane.tolist()):
        start[k] = ends[b]
        ends[b] += int(sizes[k])
    return lane, start


def _placed(lengths, lane, start, width):
    """The layout of `width` columns in which series k begins in lane[k] at column start[k]."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = np.repeat(lane * width + start, lengths) + step
    grids = np.full((2, (lane.max() + 1) * width), -1)
    grids[0, places], grids[1, places] = owner, step
    layout = Layout(*_frozen(grids.reshape(2, -1, width)), len(lengths))
    vars(layout).update(places=_frozen(places))  # known; to find them again costs a sort
    return layout


def _lengths(lengths):
    """(N,) int64, or a refusal of the first that is no length."""
    given = array("lengths", lengths)
    if given.ndim != 1 or not given.size:
        raise refusal("lengths", "a list of one length or more", f"shape {given.shape}", "give one for each series")
    # beside an int, NumPy makes an int of True too
    if given.dtype.kind not in "iu" or given.min() < 1 or bool in map(type, lengths):
        for k, n in enumerate(lengths):
            whole(f"lengths[{k}]", n, at_least=1, cure="count its steps, or leave an empty series out")
    return given.astype(np.int64)


def _joined(ragged, lengths):
    """The series of a ragged list end to end, (sum n, ...), if they fit the lengths and each other."""
    series = [array(f"ragged[{k}]", one) for k, one in enumerate(several("ragged", ragged))]
    if len(series) != len(lengths):
        raise refusal("ragged", f"{len(lengths)} series as in the layout", len(series), "lay out the lengths of these")
    dtype = series[0].dtype
    for k, (one, n) in enumerate(zip(series, lengths.tolist(), strict=True)):
        like = (n, *series[0].shape[1:])
        if one.shape != like:
            raise refusal("ragged", f"series {k} of shape {like}", one.shape, "lay out the lengths of these series")
        if one.dtype != dtype and not one.dtype.kind == dtype.kind == "U":  # of text, the longest word decides
            raise refusal("ragged", f"series {k} of dtype {dtype}", one.dtype, "give all series one dtype")
    return np.concatenate(series)


def _fill(fill, dtype):
    """`fill`, or a refusal where it is not one value, or would become another in a grid of this dtype."""
    text = dtype.kind == "U"
    value = array("fill", "" if text and fill == 0 else fill)
    with np.errstate(invalid="ignore"):
        fits = not value.ndim and value.dtype.kind in ("U" if text else "fiub")
        if not fits or (dtype.kind in "iubU" and value.astype(dtype) != value):
            cure = "lay series of a dtype that can, as with .astype"
            raise refusal("fill", f"one value that {dtype} can hold", short(fill), cure)
    return value


def _frozen(array):
    array.flags.writeable = False
    return array
