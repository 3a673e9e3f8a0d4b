"""One step of the LSTM, and a run over a (B, T, D) grid."""

import numpy as np

from ..refusal import all_finite, numbers
from .given import flags_given, input_given, params_given, state_given
from .values import Gates, State, Trace


def step(params, x, state):
    """One step: x (B, D) and State (B, H) give the new State (B, H) and the Gates (B, H) that made it.

    Raises ValueError by name for wrong shapes and values that are not finite.
    """
    params = params_given(params)
    x = numbers("x", x, (None, params.weight_ih.shape[1]))
    return read(params, x, state_given("state", state, (len(x), params.weight_hh.shape[1])))


def run(params, x, *, mask=None, resets=None, state=None):
    """Run over x (B, T, D) and remember everything: a Trace (B, T, H). Each step: reset, read, hold.

    mask    (B, T) bool, True = a real step; left out, all are. Elsewhere the state is held and x is not read.
    resets  (B, T) bool, True = the state is zeroed before this step is read; left out, none is
    state   State (B, H) to begin from; left out, zeros. Windows handed `trace.final` equal one run to the last bit.

    Raises ValueError by name for wrong shapes, flags that are not bool, and values that are not finite at real steps.
    """
    params = params_given(params)
    x = input_given("x", params, x)
    mask = flags_given("mask", mask, x.shape[:2], default=True)
    resets = flags_given("resets", resets, x.shape[:2], default=False)
    start = state_given("state", state, (len(x), params.weight_hh.shape[1]), used=~resets[:, :1])
    x = np.where(mask[..., None], x, 0.0)
    all_finite("x", x)
    return _traced(params, x, mask, resets, start)


def read(params, x, state):
    """The LSTM itself, on arrays that are known to fit."""
    z = x @ params.weight_ih.T + state.h @ params.weight_hh.T + params.bias
    i, f, g, o = z.reshape(len(x), 4, -1).swapaxes(0, 1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * state.c + i * g
    return State(o * np.tanh(c), c), Gates(i, f, g, o)


def sigmoid(z):
    """1 / (1 + exp(-z)), by tanh: it never overflows, and is exactly 0 or 1 far out."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def _traced(params, x, mask, resets, start):
    # Time comes first in memory, so that each step multiplies the same contiguous (B, D) block whatever the window:
    # that, and not multiplying all steps at once, is what makes windows equal one run to the last bit.
    steps = np.ascontiguousarray(x.swapaxes(0, 1))
    tracks = np.empty((6, len(steps), *start.h.shape))
    state = start
    for t, x_t in enumerate(steps):
        state = _choose(resets[:, t], State(0.0, 0.0), state)
        new, gates = read(params, x_t, state)
        state = _choose(mask[:, t], new, state)
        for track, value in zip(tracks, (*gates, state.c, state.h), strict=True):
            track[t] = value
    start = State(*(s.copy() for s in start))  # a trace shares no memory with what the caller may change
    return Trace(*tracks.swapaxes(1, 2), x, mask.copy(), resets.copy(), start)


def _choose(lanes, there, elsewhere):
    """`there` in the lanes that are set, `elsewhere` in the others: by choice, never by multiplication."""
    return State(*(np.where(lanes[:, None], a, b) for a, b in zip(there, elsewhere, strict=True)))
