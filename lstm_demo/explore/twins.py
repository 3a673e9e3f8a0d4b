"""Same last input, different past: two series that differ in one step, and which model can tell."""

import numpy as np

from ..cell import Params, run
from ..plots import Twins, describe_twins, draw_twins
from ..refusal import choice, refusal, whole
from .controls import control
from .frame import Explorer

STEPS, UNITS, FORGET_BIAS = 12, 16, 2.0
SEED = 14  # with it different answers lie far enough apart to be seen
# name: how many of the last steps it reads
READERS = {"feed-forward, last step": 1, "feed-forward, input window of 4": 4, "stateless LSTM": STEPS}


def twins(reader, back, seed=SEED):
    """The Twins: two series of 12 steps, +1 and -1 in the step so far `back`, alike in all others.

    reader  one of READERS, not trained: its weights are drawn with `seed`, the bias of the forget gate is 2
    back    0..11, how many steps before the last one
    """
    choice("reader", reader, list(READERS))
    seed = whole("seed", seed, at_least=0)
    if (back := whole("back", back, at_least=0)) >= STEPS:
        raise refusal("back", f"at most {STEPS - 1}", back, "there are no steps before the first")
    series = np.tile(np.random.default_rng(4).uniform(-0.7, 0.7, STEPS), (2, 1))
    series[:, STEPS - 1 - back] = 1, -1
    reads = READERS[reader]
    # each by itself, so that equal inputs give equal bits wherever this runs
    answers = [_answer(one[-reads:], _last_h if reads == STEPS else _one_layer, seed) for one in series]
    return Twins(reader[0].upper() + reader[1:], series, reads, np.array(answers))


def explore_twins():
    """Move the step in which two series differ, and choose who reads them."""
    controls = {
        "back": control("steps back", range(STEPS), 6),
        "reader": control("read by", list(READERS)),
    }
    return Explorer(controls, lambda back, reader: twins(reader, back), lambda ax: draw_twins(ax, STEPS),
                    describe_twins, (9.0, 4.4))  # fmt: skip


def _answer(x, layer, seed):
    """One number between -1 and 1, of the steps that are read, (T,)."""
    return np.tanh(layer(x[None], seed)[0] @ _drawn(seed + 3, UNITS))


def _one_layer(x, seed):
    """(1, T) -> (1, UNITS): all steps at once through one hidden layer."""
    return np.tanh(x @ _drawn(seed, x.shape[1], UNITS) + _drawn(seed + 2, UNITS))


def _last_h(x, seed):
    """(1, T) -> (1, UNITS): step after step through an LSTM, its gates half open but for the forget gate."""
    shapes = (1, 4 * UNITS), (UNITS, 4 * UNITS)
    weights = [_drawn(seed + k, *shape).T for k, shape in enumerate(shapes)]
    return run(Params(*weights, np.repeat([0.0, FORGET_BIAS, 0.0, 0.0], UNITS)), x[..., None]).final.h


def _drawn(seed, *shape):
    """Standard normal, by the square root of how many are summed."""
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(shape[0])
