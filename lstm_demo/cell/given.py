"""What a caller gave, as float64 arrays of the right shapes, or a refusal by name. Nothing is guessed or broadcast."""

import numpy as np

from ..refusal import all_finite, array, numbers, refusal
from .values import Params, State, Trace


def params_given(params):
    """Params with finite float64 arrays of (4H, D), (4H, H) and (4H,)."""
    if not isinstance(params, Params):
        raise refusal("params", "Params(weight_ih, weight_hh, bias)", type(params).__name__, "see init_params")
    rows, features = numbers("params.weight_ih", params.weight_ih, (None, None)).shape
    if rows == 0 or rows % 4:
        raise refusal("params.weight_ih", "4H rows, H for each of i, f, g, o", rows, "stack the four blocks")
    shapes = Params((rows, features), (rows, rows // 4), (rows,))
    return Params(*(numbers(f"params.{n}", a, s) for n, a, s in zip(Params._fields, params, shapes, strict=True)))


def input_given(name, params, x):
    """x as a (B, T, D) array; its padding may still hold anything."""
    x = numbers(name, x, (None, None, params.weight_ih.shape[1]), finite=False)
    if 0 in x.shape[:2]:
        raise refusal(name, "at least one lane and one step", f"shape {x.shape}", "leave empty series out")
    return x


def flags_given(name, flags, shape, default):
    """(B, T) bool; left out, `default` everywhere."""
    return np.full(shape, default) if flags is None else booleans(name, flags, shape)


def state_given(name, state, shape, used=True):
    """State of two (B, H) arrays; left out, zeros."""
    return State(np.zeros(shape), np.zeros(shape)) if state is None else pair(name, state, shape, used)


def trace_given(params, trace):
    """The Trace of a run with these params; each field as a run would have it, none to be left out."""
    if not isinstance(trace, Trace):
        raise refusal("trace", "the Trace of a run", type(trace).__name__, "give what run returned")
    x = input_given("trace.x", params, trace.x)
    shape = (*x.shape[:2], params.weight_hh.shape[1])
    names = [f"trace.{name}" for name in Trace._fields[:6]]
    tracks = [numbers(name, track, shape) for name, track in zip(names, trace[:6], strict=True)]
    all_finite("trace.x", x)
    mask, resets = booleans("trace.mask", trace.mask, shape[:2]), booleans("trace.resets", trace.resets, shape[:2])
    start = pair("trace.start", trace.start, (len(x), shape[2]), used=~resets[:, :1])
    return Trace(*tracks, x, mask, resets, start)


def booleans(name, value, shape):
    """`value` as bool of `shape`."""
    flags = array(name, value)
    if flags.dtype != bool:
        raise refusal(name, "bool", flags.dtype, f"compare first, as in {name} == 1")
    if flags.shape != shape:
        raise refusal(name, f"shape {shape} like x without features", flags.shape, "lay flags and x with one layout")
    return flags


def pair(name, state, shape, used):
    """State of two (B, H) arrays, finite in the lanes that are `used`, (B, 1): not reset at once."""
    if not isinstance(state, tuple) or len(state) != 2:
        raise refusal(name, "State(h, c)", type(state).__name__, "give both, or leave it out for zeros")
    arrays = State(*(numbers(f"{name}.{n}", a, shape, finite=False) for n, a in zip("hc", state, strict=True)))
    for n, values in zip("hc", arrays, strict=True):
        all_finite(f"{name}.{n}", np.where(used, values, 0.0))
    return arrays
