"""Test error against lag: a feed-forward net on a window of so many steps, and an LSTM that reads the whole row."""

import numpy as np

from ..plots import Lags, describe_lags, draw_lags
from ..refusal import refusal, short
from ..tables import gathered, window_errors
from .controls import control
from .frame import Explorer

LSTM, BATCHES = 0, 600  # the LSTM stands in the table as window 0; some lines of it were trained longer


def window_lags(window):
    """The Lags of a feed-forward net on an input window and of the LSTM, trained alike, from data/windows.csv.

    window  1..12 steps, the one at which it answers included
    """
    lags, errors = _stored()
    if isinstance(window, bool) or not isinstance(window, int | np.integer) or window not in errors or window == LSTM:
        raise refusal("window", f"one of {sorted(errors)[1:]}", short(window), "take one of them")
    both = {f"input window of {window}": errors[window], "stateless LSTM": errors[LSTM]}
    return Lags("An echo, heard so many steps ago", lags, both, int(window), "input window")


def explore_windows():
    """Move the window of the feed-forward net and see which lags it learns; the LSTM has no window."""
    lags, errors = _stored()
    windows = range(1, max(errors) + 1)
    pictures = {window: window_lags(window) for window in windows}
    draw = lambda ax: draw_lags(ax, max(lags))  # noqa: E731
    controls = {"window": control("input window", windows, 4)}
    return Explorer(controls, lambda window: pictures[window], draw, describe_lags, (9.0, 4.4))


def _stored():
    """The lags (L,), and the errors by window, (seeds, L) each."""
    rows = [row for row in window_errors() if row.batches == BATCHES]
    found = gathered(rows, "window", "lag", value="error")
    windows, lags = (sorted(set(values)) for values in zip(*found, strict=True))
    return np.array(lags), {w: np.stack([found[w, lag] for lag in lags], axis=1) for w in windows}
