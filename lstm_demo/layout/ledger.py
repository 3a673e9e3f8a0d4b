"""The ledger: who owns the state of each lane in each window, and what happened to it."""

from typing import NamedTuple

import numpy as np

from ..refusal import refusal
from .grid import Layout


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

    windows  what `Layout.windows` returned, in its order
    carry    whether each window is given the final state of the one before
    detach   whether gradients are cut there (truncated backpropagation)

    >>> from lstm_demo.layout import pad_right
    >>> [e.start for e in ledger(pad_right([4]).windows(2))[0]]
    ['fresh', 'carried']
    """
    if not isinstance(windows, list | tuple) or not all(isinstance(w, Layout) for w in windows):
        raise refusal("windows", "a list of layouts", type(windows).__name__, "give layout.windows(width)")
    if len({len(w.series) for w in windows}) != 1:
        got = f"layouts of {[len(w.series) for w in windows]} lanes"
        raise refusal("windows", "layouts over the same lanes", got, "give layout.windows(width)")
    lanes = range(len(windows[0].series))
    return [[_entry(w, b, carry and k > 0, detach) for k, w in enumerate(windows)] for b in lanes]


def _entry(window, lane, handed_on, detach):
    resets = tuple(np.flatnonzero(window.resets[lane]).tolist())
    held = tuple(np.flatnonzero(~window.mask[lane]).tolist())
    start = "fresh" if not handed_on else "reset" if 0 in resets else "carried"
    link = "none" if start != "carried" else "detached" if detach else "attached"
    return Entry(start, link, resets, held)
