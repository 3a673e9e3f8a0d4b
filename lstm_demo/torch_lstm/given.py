"""What a caller gave, as tensors that fit the weights, or a refusal by name. Nothing is guessed or broadcast."""

import numpy as np
import torch

from ..cell import State
from ..refusal import array, refusal


def lanes_given(lanes, rows):
    """(B,) bool, a tensor or whatever NumPy makes an array of, as a tensor; `rows` of them unless that is None."""
    plain = isinstance(lanes, torch.Tensor) and lanes.layout == torch.strided and lanes.device.type != "meta"
    lanes = lanes if plain else array("lanes", lanes)
    if str(lanes.dtype).removeprefix("torch.") != "bool" or lanes.ndim != 1 or rows not in (None, len(lanes)):
        want = "(B,) bool" if rows is None else f"({rows},) bool, one for each lane"
        raise refusal("lanes", want, f"{lanes.dtype} of shape {tuple(lanes.shape)}", "leave it out to reset all")
    # copied, as torch warns of sharing memory that NumPy holds read-only, like the flags of a layout
    return lanes if isinstance(lanes, torch.Tensor) else torch.tensor(np.ascontiguousarray(lanes))


def start_given(lstm, lanes, state, cure="carry the state of the same lanes, or reset_states() first"):
    """The State (B, H) to begin from: the one given, checked, or zeros."""
    shape = (lanes, lstm.hidden_size)
    if state is None:
        zeros = lstm.weight_hh_l0.new_zeros(shape)
        return State(zeros, zeros)
    if not isinstance(state, tuple) or len(state) != 2:
        raise refusal("state", "State(h, c)", type(state).__name__, "give both, or leave it out for zeros")
    for name, value in zip(("state.h", "state.c"), state, strict=True):
        check_tensor(name, value, lstm)
        if tuple(value.shape) != shape:
            raise refusal(name, f"shape {shape}, lanes by units", tuple(value.shape), cure)
    return State(*state)


def check_input(lstm, x):
    check_tensor("x", x, lstm)
    if x.ndim != 3 or x.shape[2] != lstm.input_size:
        want = f"shape (B, T, {lstm.input_size})"
        raise refusal("x", want, tuple(x.shape), "check the axes, and the features the net was made for")
    if 0 in x.shape[:2]:
        raise refusal("x", "at least one lane and one step", tuple(x.shape), "leave empty series out")


def flags_given(name, flags, x, default):
    """(B, T) bool; left out, `default` everywhere."""
    if flags is None:
        return torch.full(x.shape[:2], default, device=x.device)
    if not isinstance(flags, torch.Tensor) or flags.dtype != torch.bool or flags.layout != torch.strided:
        got = getattr(flags, "dtype", type(flags).__name__)
        got = got if getattr(flags, "layout", torch.strided) == torch.strided else flags.layout
        raise refusal(name, "a bool tensor", got, f"compare first, as in {name} == 1")
    if flags.shape != x.shape[:2] or flags.device != x.device:
        got = f"{tuple(flags.shape)} on {flags.device}"
        raise refusal(name, f"shape {tuple(x.shape[:2])} on {x.device}", got, "lay flags and x with one layout")
    return flags


def check_tensor(name, value, lstm):
    weight = lstm.weight_ih_l0
    if not isinstance(value, torch.Tensor):
        raise refusal(name, "a tensor", type(value).__name__, "convert it with torch.as_tensor")
    if value.layout != torch.strided:
        raise refusal(name, "a dense tensor", f"one of layout {value.layout}", "convert it with .to_dense()")
    if value.dtype != weight.dtype or value.device != weight.device:
        want = f"{weight.dtype} on {weight.device} like the weights"
        raise refusal(name, want, f"{value.dtype} on {value.device}", "convert it with .to(), or the net")


def joined(lstm, series):
    """A list of N tensors (n, D) end to end, (sum n, D), and their lengths (N,)."""
    if not isinstance(series, list | tuple) or not series:
        got = "an empty one" if isinstance(series, list | tuple) else type(series).__name__
        raise refusal("series", "a list of one tensor (n, D) or more", got, "give one tensor for each series")
    try:
        flat, lengths = torch.cat(series), [one.size(0) for one in series]
    except (TypeError, RuntimeError):  # torch's words; ours name the series
        flat = None
    if flat is None or 0 in lengths or not _fits(lstm, flat, series):
        for k, one in enumerate(series):
            _check_one(f"series[{k}]", one, lstm)
    return flat, np.array(lengths)


def _fits(lstm, flat, series):
    """Whether joined series are what the weights read: a thousand looks one by one would take as long as a pass."""
    weight, dtypes = lstm.weight_ih_l0, {one.dtype for one in series}  # torch joins two kinds of float to one
    return (
        flat.ndim == 2
        and flat.shape[1] == lstm.input_size
        and dtypes == {weight.dtype}
        and flat.device == weight.device
        and flat.layout == torch.strided
    )


def _check_one(name, one, lstm):
    check_tensor(name, one, lstm)
    if one.ndim != 2 or one.shape[1] != lstm.input_size:
        cure = "check the axes, and the features the net was made for"
        raise refusal(name, f"shape (n, {lstm.input_size})", tuple(one.shape), cure)
    if not len(one):
        raise refusal(name, "one step or more", "length 0", "leave out series without steps")
