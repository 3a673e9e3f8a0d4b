"""The ledger: who owns the state of each lane in each window, and what happened to it."""

from typing import NamedTuple

import numpy as np

from ..refusal import refusal, short
from .grid import Layout, unreadable


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

    windows  what `Layout.windows` returned, in its order, or a stretch of it. What is checked: side by side they are
             a layout again, so each series goes on where the window before left off. Windows that cut no series
             are taken in any order.
    carry    whether each window is given the final state of the one before
    detach   whether gradients are cut there (truncated backpropagation)

    >>> from lstm_demo.layout import pad_right
    >>> [e.start for e in ledger(pad_right([4]).windows(2))[0]]
    ['fresh', 'carried']
    """
    _check_windows(windows)
    for name, value in (("carry", carry), ("detach", detach)):
        if not isinstance(value, bool | np.bool_):
            raise refusal(name, "True or False", short(value), "give a bool")  # "no" would count as yes
    lanes = range(len(windows[0].series))
    return [[_entry(w, b, carry and k > 0, detach) for k, w in enumerate(windows)] for b in lanes]


def _check_windows(windows):
    cure = "give layout.windows(width)"
    if not isinstance(windows, list | tuple) or not all(isinstance(w, Layout) for w in windows):
        raise refusal("windows", "a list of layouts", type(windows).__name__, cure)
    if not windows:
        raise refusal("windows", "one layout or more", "none", cure)
    lanes = len(windows[0].series)
    for k, window in enumerate(windows):
        if len(window.series) != lanes:
            got = f"{len(window.series)} lanes in window {k} after {lanes}"
            raise refusal("windows", "layouts over the same lanes", got, cure)
    if wrong := unreadable(*(np.concatenate([getattr(w, n) for w in windows], axis=1) for n in ("series", "step"))):
        _argument, _expected, got, _cure = wrong
        raise refusal("windows", "the windows of one layout in their order", got, cure)


def _entry(window, lane, handed_on, detach):
    resets = tuple(np.flatnonzero(window.resets[lane]).tolist())
    held = tuple(np.flatnonzero(~window.mask[lane]).tolist())
    start = "fresh" if not handed_on else "reset" if 0 in resets else "carried"
    link = "none" if start != "carried" else "detached" if detach else "attached"
    return Entry(start, link, resets, held)
