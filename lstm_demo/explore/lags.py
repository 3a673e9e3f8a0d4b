"""How far back nets learn: error against lag for each window, from the table that `make sweeps` makes."""

import functools

import numpy as np

from ..plots import Lags, counted, describe_lags, draw_lags
from ..refusal import choice, refusal, several, whole
from ..tables import gathered, lag_errors
from .controls import control
from .frame import Explorer

STATES = ("carried", "reset")


def stored_windows():
    """The windows of the stored table, ascending."""
    return sorted({row.window for row in lag_errors()})


def stored_lags(window, states=STATES):
    """The Lags of the stored table for nets trained in windows of so many steps, the state carried and reset."""
    window = whole("window", window, at_least=1, cure=f"take one of {stored_windows()}")
    for k, state in enumerate(several("states", states, f"name some of {list(STATES)}")):
        choice(f"states[{k}]", state, list(STATES))
    rows = [row for row in lag_errors() if row.window == window]
    if not rows:
        raise refusal("window", f"one of {stored_windows()}", repr(window), "take one that was trained")
    errors, lags = gathered(rows, "state", "lag", value="error"), sorted({row.lag for row in rows})
    of = {state: np.stack([errors[state, lag] for lag in lags], axis=1) for state in states}
    said = f"Trained in windows of {counted(window, 'step')}, {len(of[states[0]])} seeds"
    return Lags(said, np.array(lags), of, window)


def explore_lags():
    """Choose the window: the cliff goes with it."""
    stored = functools.cache(stored_lags)
    controls = {"window": control("window", stored_windows(), 4)}
    most = int(max(stored_lags(4).lags))
    return Explorer(controls, stored, lambda ax: draw_lags(ax, most), describe_lags, (9.0, 4.4))
