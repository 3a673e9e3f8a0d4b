"""Where series are placed: one a lane with padding left or right, or several back to back."""

import heapq

import numpy as np

from ..refusal import array, refusal, whole
from .grid import PADDING, trusted


def pad_left(lengths, *, width=None):
    """One series a lane, its last step in the last column: padding first.

    >>> pad_left([2, 3]).step
    array([[-1,  0,  1],
           [ 0,  1,  2]])

    width: columns of the grid; left out, the longest series.
    """
    lengths, width = _widths(lengths, width)
    return _one_a_lane(lengths, width, width - lengths)


def pad_right(lengths, *, width=None):
    """One series a lane, its first step in the first column: padding last.

    >>> pad_right([2, 3]).step
    array([[ 0,  1, -1],
           [ 0,  1,  2]])

    width: columns of the grid; left out, the longest series.
    """
    lengths, width = _widths(lengths, width)
    return _one_a_lane(lengths, width, np.zeros_like(lengths))


def back_to_back(lengths, lanes, gap=0):
    """Several series in each of `lanes` lanes, one after the other, `gap` cells of padding between neighbours only.

    >>> back_to_back([2, 2], lanes=1, gap=1).step
    array([[ 0,  1, -1,  0,  1]])

    Lanes are filled evenly: the longest series first, each into the shortest lane so far (longest processing time
    first, R. L. Graham, 1969). Within a lane the series keep the caller's order.
    """
    lengths, lanes, gap = _lengths(lengths), whole("lanes", lanes, at_least=1), whole("gap", gap, at_least=0)
    if lanes > len(lengths):
        raise refusal(
            "lanes", f"at most {len(lengths)}, one for each series", lanes, "ask for fewer, or no lane has work"
        )
    lane = _deal(lengths + gap, lanes)
    start = _starts(lengths + gap, lane)
    width = int((start + lengths).max())
    return _placed(lengths, lane, start, (lanes, width))


def _deal(sizes, lanes):
    """The lane of each series: the longest first, each into the shortest lane so far."""
    heap = [(0, b) for b in range(lanes)]
    lane = np.empty(len(sizes), dtype=np.int64)
    for k in np.argsort(-sizes, kind="stable").tolist():
        filled, b = heap[0]
        lane[k] = b
        heapq.heapreplace(heap, (filled + int(sizes[k]), b))
    return lane


def _starts(sizes, lane):
    """The column at which each series begins: the sizes before it in its own lane."""
    order = np.argsort(lane, kind="stable")
    before = np.cumsum(sizes[order]) - sizes[order]
    first = np.searchsorted(lane[order], lane[order])
    starts = np.empty_like(sizes)
    starts[order] = before - before[first]
    return starts


def _one_a_lane(lengths, width, start):
    return _placed(lengths, np.arange(len(lengths)), start, (len(lengths), width))


def _placed(lengths, lane, start, shape):
    """The layout in which series k begins in lane[k] at column start[k]."""
    step = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = np.repeat(lane * shape[1] + start, lengths) + step
    grids = np.full((2, shape[0] * shape[1]), PADDING)
    grids[0, places], grids[1, places] = np.repeat(np.arange(len(lengths)), lengths), step
    return trusted(*grids.reshape(2, *shape), len(lengths), places=places, lengths=lengths)


def _widths(lengths, width):
    lengths = _lengths(lengths)
    longest = int(lengths.max())
    return lengths, longest if width is None else whole("width", width, at_least=longest)


def _lengths(lengths):
    given, cure = array("lengths", lengths), "count its steps, or leave an empty series out"
    if given.ndim != 1 or not len(given):
        raise refusal("lengths", "a list of one length or more", f"shape {given.shape}", "give one for each series")
    odd = isinstance(lengths, list | tuple) and not {bool, np.bool_}.isdisjoint(map(type, lengths))
    # beside an int, NumPy makes an int of True too
    if not odd and given.dtype.kind in "iu" and (counts := given.astype(np.int64)).min() >= 1:
        return counts
    for k, n in enumerate(lengths):  # as the caller wrote them: beside 2.5, NumPy makes 2 a float too
        whole(f"lengths[{k}]", n, at_least=1, cure=cure)
    raise refusal("lengths", "whole numbers of 63 bits", f"dtype {given.dtype}", "no grid is as wide as that")
