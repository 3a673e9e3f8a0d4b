"""What a caller gave, as float64 arrays of the right shapes, or a refusal by name. Nothing is guessed or broadcast."""

import numpy as np

from ..refusal import refusal
from .values import Params, State


def params_given(params):
    """Params with finite float64 arrays of (4H, D), (4H, H) and (4H,)."""
    if not isinstance(params, Params):
        raise refusal("params", "Params(weight_ih, weight_hh, bias)", type(params).__name__, "see init_params")
    rows, features = numbers("params.weight_ih", params.weight_ih, (None, None)).shape
    if rows == 0 or rows % 4:
        raise refusal("params.weight_ih", "4H rows, H for each of i, f, g, o", rows, "stack the four blocks")
    shapes = Params((rows, features), (rows, rows // 4), (rows,))
    arrays = Params(*(numbers(f"params.{n}", a, s) for n, a, s in zip(Params._fields, params, shapes, strict=True)))
    for name, array in zip(Params._fields, arrays, strict=True):
        finite(f"params.{name}", array)
    return arrays


def input_given(params, x):
    """x as a (B, T, D) array; its padding may still hold anything."""
    x = numbers("x", x, (None, None, params.weight_ih.shape[1]))
    if 0 in x.shape[:2]:
        raise refusal("x", "at least one lane and one step", f"shape {x.shape}", "leave empty series out")
    return x


def flags_given(name, flags, shape, default):
    """(B, T) bool; left out, `default` everywhere."""
    if flags is None:
        return np.full(shape, default)
    flags = np.asarray(flags)
    if flags.dtype != bool:
        raise refusal(name, "bool", flags.dtype, f"compare first, as in {name} == 1")
    if flags.shape != shape:
        raise refusal(name, f"shape {shape} like x without features", flags.shape, "lay flags and x with one layout")
    return flags


def state_given(name, state, shape, used=True):
    """State of two (B, H) arrays; left out, zeros. Finite in the lanes that are `used`, (B, 1): not reset at once."""
    if state is None:
        return State(np.zeros(shape), np.zeros(shape))
    if not isinstance(state, tuple) or len(state) != 2:
        raise refusal(name, "State(h, c)", type(state).__name__, "give both, or leave it out for zeros")
    arrays = State(*(numbers(f"{name}.{n}", a, shape) for n, a in zip("hc", state, strict=True)))
    for n, array in zip("hc", arrays, strict=True):
        finite(f"{name}.{n}", np.where(used, array, 0.0))
    return arrays


def numbers(name, value, shape):
    """`value` as float64 of `shape`, in which None stands for any size."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise refusal(name, "real numbers", array.dtype, "give floats")
    if array.ndim != len(shape) or any(want not in (None, n) for want, n in zip(shape, array.shape, strict=True)):
        want = str(shape).replace("None", "any")
        raise refusal(name, f"shape {want}", array.shape, "check axes, features and lanes")
    return array.astype(np.float64, copy=False)


def finite(name, array):
    """Refuse NaN and infinity, and say where the first one is."""
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        first = tuple(wrong[0].tolist())
        raise refusal(name, "finite values", f"{array[first]} at {first}", "mask such steps, or clean the data")
