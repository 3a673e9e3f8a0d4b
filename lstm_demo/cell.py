"""The LSTM in NumPy, to be read: one step, a run over a grid, and its gradients.

Each step of a run goes **reset, read, hold**, in this order: where `resets`, the state becomes zero; the cell reads x;
where not `mask`, the new state is dropped and the old one held.

Source of the equations: S. Hochreiter, J. Schmidhuber, Long short-term memory, Neural Computation 9(8), 1997; of the
forget gate: F. Gers, J. Schmidhuber, F. Cummins, Learning to forget, Neural Computation 12(10), 2000. The order of the
gates (i, f, g, o) and the shapes of the weights are torch.nn.LSTM's; the two biases there are one here, their sum.
"""

from typing import NamedTuple

import numpy as np

from .refusal import all_finite, flags, kind, numbers, random_seed, refusal, whole


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
    """
    features, units = whole("features", features, at_least=1), whole("units", units, at_least=1)
    rng = np.random.default_rng(random_seed("seed", seed))
    limit = np.sqrt(6 / (features + 4 * units))
    columns, triangle = np.linalg.qr(rng.standard_normal((4 * units, units)))
    weight_hh = columns * np.sign(np.diag(triangle))  # QR alone would give every first entry one sign
    bias = np.repeat([0.0, numbers("forget_bias", forget_bias, ()), 0.0, 0.0], units)
    return Params(rng.uniform(-limit, limit, (4 * units, features)), weight_hh, bias)


def counting_params(features=1):
    """A cell that counts: every gate stays at 1 whatever it reads, so c is the number of steps since the last reset.

    >>> counting_params().bias.tolist()
    [50.0, 50.0, 50.0, 50.0]
    """
    features = whole("features", features, at_least=1)
    return Params(np.zeros((4, features)), np.zeros((4, 1)), np.full(4, 50.0))


def step(params, x, state):
    """One step: x (B, D) and State (B, H) give the new State (B, H) and the Gates (B, H) that made it."""
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
    x = numbers("x", x, (None, None, params.weight_ih.shape[1]), finite=False)
    if not x.size:
        raise refusal("x", "at least one lane and one step", f"shape {x.shape}", "leave empty series out")
    mask, resets = _flags("mask", mask, x, True), _flags("resets", resets, x, False)
    start = state_given("state", state, (len(x), params.weight_hh.shape[1]), used=~resets[:, :1])
    x = np.where(mask[..., None], x, 0.0)
    all_finite("x", x)
    # Time comes first in memory, so that each step multiplies the same contiguous (B, D) block whatever the window:
    # that, and not multiplying all steps at once, is what makes windows equal one run to the last bit.
    inputs = np.ascontiguousarray(x.swapaxes(0, 1))
    tracks = np.empty((6, len(inputs), *start.h.shape))
    state = start
    for t, x_t in enumerate(inputs):
        real, reset = mask[:, t, None], resets[:, t, None]
        state = State(*(np.where(reset, 0.0, old) for old in state))
        new, gates = read(params, x_t, state)
        state = State(*(np.where(real, one, old) for one, old in zip(new, state, strict=True)))
        tracks[:, t] = (*gates, state.c, state.h)
    return Trace(*tracks.swapaxes(1, 2), x, mask, resets, start)


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


def backward(params, trace, dh, dstate=None):
    """Gradients of a loss over a run: Grads of everything that was read. The forward pass, read from right to left.

    params  the Params of the run
    trace   the Trace that it returned
    dh      (B, T, H) gradient of the loss with respect to each h of the trace, masked steps included
    dstate  State (B, H), the gradient that comes back from whatever was done with `trace.final`; leaving it out *is*
            truncation: the value was carried, the gradient is cut

    Through a masked step the gradients of h and c pass unchanged; through a reset nothing passes.
    """
    params = params_given(params)
    lanes, steps, units = kind("trace", trace, Trace, "give what run returned").h.shape
    if params.weight_ih.shape != (4 * units, trace.x.shape[2]):
        got = f"one of {trace.x.shape[2]} features and {units} units"
        raise refusal("trace", "the Trace of a run with these params", got, "give both of one run")
    dh = numbers("dh", dh, trace.h.shape)
    to_h, to_c = state_given("dstate", dstate, (lanes, units))
    d_ih, d_hh, d_bias = (np.zeros_like(weight) for weight in params)
    dx, dhs, dcs = np.empty_like(trace.x), np.empty_like(trace.h), np.empty_like(trace.c)
    for t in reversed(range(steps)):
        i, f, g, o, c = (track[:, t] for track in trace[:5])
        real, reset = trace.mask[:, t, None], trace.resets[:, t, None]
        before = (trace.h[:, t - 1], trace.c[:, t - 1]) if t else trace.start
        h_read, c_read = (np.where(reset, 0.0, old) for old in before)
        dhs[:, t] = to_h = to_h + dh[:, t]
        dcs[:, t] = to_c = to_c + np.where(real, to_h * o * (1 - np.tanh(c) ** 2), 0.0)
        di, df, dg, do = to_c * g, to_c * c_read, to_c * i, to_h * np.tanh(c)
        dz = np.concatenate([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], axis=1)
        dz = np.where(real, dz, 0.0)
        d_ih += dz.T @ trace.x[:, t]
        d_hh += dz.T @ h_read
        d_bias += dz.sum(axis=0)
        dx[:, t] = dz @ params.weight_ih
        to_h = np.where(reset, 0.0, np.where(real, dz @ params.weight_hh, to_h))
        to_c = np.where(reset, 0.0, np.where(real, to_c * f, to_c))
    return Grads(Params(d_ih, d_hh, d_bias), dx, dhs, dcs, State(to_h, to_c))


def params_given(params):
    """Params with finite float64 arrays of (4H, D), (4H, H) and (4H,)."""
    kind("params", params, Params, "see init_params")
    rows, features = numbers("params.weight_ih", params.weight_ih, (None, None)).shape
    if rows == 0 or rows % 4:
        raise refusal("params.weight_ih", "4H rows, H for each of i, f, g, o", rows, "stack the four blocks")
    shapes = Params((rows, features), (rows, rows // 4), (rows,))
    return Params(*(numbers(f"params.{n}", a, s) for n, a, s in zip(Params._fields, params, shapes, strict=True)))


def state_given(name, state, shape, used=True):
    """State of two new (B, H) arrays, finite in the lanes that are `used`, (B, 1); left out, zeros."""
    if state is None:
        return State(np.zeros(shape), np.zeros(shape))
    if not isinstance(state, tuple) or len(state) != 2:
        raise refusal(name, "State(h, c)", type(state).__name__, "give both, or leave it out for zeros")
    h, c = (numbers(f"{name}.{n}", a, shape, finite=False).copy() for n, a in zip("hc", state, strict=True))
    all_finite(f"{name}.h", np.where(used, h, 0.0))
    all_finite(f"{name}.c", np.where(used, c, 0.0))
    return State(h, c)


def _flags(name, given, x, default):
    """(B, T) bool, nobody else's; left out, `default` everywhere."""
    given = np.full(x.shape[:2], default) if given is None else given
    return flags(name, given, x.shape[:2], "lay flags and x with one layout").copy()
