"""What an LSTM is made of: weights, state, gates, and the trace of a run. Plain values; nothing here remembers."""

from typing import NamedTuple

import numpy as np

from ..refusal import array, refusal, short, whole


class Params(NamedTuple):
    """The weights, over D features and H units; blocks of H rows in the order i, f, g, o."""

    weight_ih: np.ndarray  # (4H, D)
    weight_hh: np.ndarray  # (4H, H)
    bias: np.ndarray  # (4H,)


class State(NamedTuple):
    """What one step hands to the next: the hidden state h and the cell state c."""

    h: np.ndarray  # (B, H)
    c: np.ndarray  # (B, H)


class Gates(NamedTuple):
    """What the cell decided in one step: gates i, f, o in 0..1 and the candidate g in -1..1."""

    i: np.ndarray  # (B, H) input gate: how much of g is written
    f: np.ndarray  # (B, H) forget gate: how much of c is kept
    g: np.ndarray  # (B, H) candidate
    o: np.ndarray  # (B, H) output gate: how much of tanh(c) is shown


class Trace(NamedTuple):
    """Everything that happened in a run. At masked steps c and h are the held state and the gates mean nothing."""

    i: np.ndarray  # (B, T, H)
    f: np.ndarray  # (B, T, H)
    g: np.ndarray  # (B, T, H)
    o: np.ndarray  # (B, T, H)
    c: np.ndarray  # (B, T, H)
    h: np.ndarray  # (B, T, H)
    x: np.ndarray  # (B, T, D) what was read: zero where masked
    mask: np.ndarray  # (B, T) bool, True = a real step
    resets: np.ndarray  # (B, T) bool, True = state zeroed before this step is read
    start: State  # (B, H) the state that was given

    @property
    def final(self):
        """The State (B, H) that the next run should get."""
        return State(self.h[:, -1].copy(), self.c[:, -1].copy())


class Grads(NamedTuple):
    """Gradients of a loss with respect to everything that a run read, and to the state after each step."""

    params: Params
    x: np.ndarray  # (B, T, D) zero where masked
    h: np.ndarray  # (B, T, H) with respect to h after each step, by all paths
    c: np.ndarray  # (B, T, H) with respect to c after each step, by all paths
    state: State  # (B, H) with respect to the state that was given


def init_params(features, units, seed=0, forget_bias=1.0):
    """Fresh weights: Params for (B, T, features) inputs and (B, units) states.

    Drawn as Keras' LSTM layer does: input weights uniform (X. Glorot, Y. Bengio, 2010), recurrent weights orthogonal
    (A. Saxe et al., 2014), bias 0 but for the forget gate (R. Jozefowicz et al., 2015).

    Raises ValueError if features or units is not a whole number of at least 1, or forget_bias is not one finite number.
    """
    features, units = whole("features", features, at_least=1), whole("units", units, at_least=1)
    one = array("forget_bias", forget_bias)
    if one.ndim or one.dtype.kind not in "fiu" or not np.isfinite(one):
        raise refusal("forget_bias", "a finite number", short(forget_bias), "1.0 is usual")
    rng = np.random.default_rng(whole("seed", seed, at_least=0))
    limit = np.sqrt(6 / (features + 4 * units))
    columns, triangle = np.linalg.qr(rng.standard_normal((4 * units, units)))
    bias = np.repeat([0.0, forget_bias, 0.0, 0.0], units)
    return Params(rng.uniform(-limit, limit, (4 * units, features)), columns * np.sign(np.diag(triangle)), bias)


def counting_params(features=1):
    """A cell that counts: every gate stays at 1 whatever it reads, so c is the number of steps since the last reset.

    >>> counting_params().bias.tolist()
    [50.0, 50.0, 50.0, 50.0]
    """
    features = whole("features", features, at_least=1)
    return Params(np.zeros((4, features)), np.zeros((4, 1)), np.full(4, 50.0))
