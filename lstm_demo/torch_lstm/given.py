"""What a caller gave, as tensors that fit the weights, or a refusal by name. Nothing is guessed or broadcast."""

import numpy as np
import torch
from torch.nn.utils.rnn import PackedSequence

from ..cell import State
from ..refusal import array, refusal
from .weights import like

FEATURES = "check the axes, and the features the net was made for"
CAST = (torch.float32, torch.bfloat16, torch.float16)  # what autocast casts
PARTS = ("state.h", "state.c")


def _is_cast(weight):
    return weight.dtype in CAST and torch.is_autocast_enabled(weight.device.type)


def working_dtype(weight):
    """The dtype in which the layer of this weight computes here: that of its weights, or what autocast makes of it."""
    return torch.get_autocast_dtype(weight.device.type) if _is_cast(weight) else weight.dtype


def check_tensor(name, value, lstm):
    """`value`, a tensor like the weights; under autocast any that it casts, cast as it would be."""
    weight = like(lstm)
    if not isinstance(value, torch.Tensor):
        raise refusal(name, "a tensor", type(value).__name__, "convert it with torch.as_tensor")
    if value.dtype not in (CAST if _is_cast(weight) else [weight.dtype]) or value.device != weight.device:
        want = f"{weight.dtype} on {weight.device} like the weights"
        raise refusal(name, want, f"{value.dtype} on {value.device}", "convert it with .to(), or the net")
    return value.to(working_dtype(weight))


def input_given(lstm, x):
    x = check_tensor("x", x, lstm)
    if x.ndim != 3 or x.shape[2] != lstm.input_size:
        raise refusal("x", f"shape (B, T, {lstm.input_size})", tuple(x.shape), FEATURES)
    if 0 in x.shape[:2]:
        raise refusal("x", "at least one lane and one step", tuple(x.shape), "leave empty series out")
    return x


def flags_given(name, flags, x, default):
    """(B, T) bool; left out, `default` everywhere."""
    if flags is None:
        return torch.full(x.shape[:2], default, device=x.device)
    if not isinstance(flags, torch.Tensor) or flags.dtype != torch.bool:
        got = getattr(flags, "dtype", type(flags).__name__)
        raise refusal(name, "a bool tensor", got, f"compare first, as in {name} == 1")
    if flags.shape != x.shape[:2] or flags.device != x.device:
        got = f"{tuple(flags.shape)} on {flags.device}"
        raise refusal(name, f"shape {tuple(x.shape[:2])} on {x.device}", got, "lay flags and x with one layout")
    return flags


def start_given(lstm, shape, state, cure="carry the state of the same lanes, or reset_states() first"):
    """The State to begin from, h and c of `shape`: the one given, checked; left out, zeros."""
    if state is None:
        zeros = like(lstm).new_zeros(shape, dtype=working_dtype(like(lstm)))
        return State(zeros, zeros)
    state = State(*(check_tensor(name, part, lstm) for name, part in pair_given(state).items()))
    for name, part in zip(PARTS, state, strict=True):
        if part.shape != shape:
            want = f"shape {tuple(shape)}, {'lanes' if len(shape) == 2 else 'layers by lanes'} by units"
            raise refusal(name, want, tuple(part.shape), cure)
    return state


def pair_given(state):
    """{name: part} of a State or any other pair of h and c."""
    if not isinstance(state, tuple | list) or len(state) != 2:
        raise refusal("state", "State(h, c)", type(state).__name__, "give both, or leave it out for zeros")
    return dict(zip(PARTS, state, strict=True))


def lanes_given(lanes, rows):
    """(B,) bool, a tensor or whatever NumPy makes an array of, as a tensor; `rows` of them unless that is None."""
    lanes = lanes if isinstance(lanes, torch.Tensor) else array("lanes", lanes)
    if str(lanes.dtype).removeprefix("torch.") != "bool" or lanes.ndim != 1 or rows not in (None, len(lanes)):
        want = "(B,) bool" if rows is None else f"({rows},) bool, one for each lane"
        raise refusal("lanes", want, f"{lanes.dtype} of shape {tuple(lanes.shape)}", "leave it out to reset all")
    # copied, as torch warns of sharing memory that NumPy holds read-only, like the flags of a layout
    return lanes if isinstance(lanes, torch.Tensor) else torch.tensor(np.ascontiguousarray(lanes))


def joined(lstm, series):
    """A list of N tensors (n, D) end to end, (sum n, D), and their lengths (N,)."""
    if isinstance(series, PackedSequence) or not isinstance(series, list | tuple) or not series:
        _refuse_series(series)
    weight = like(lstm)
    try:
        flat, lengths = torch.cat(series), np.array([one.shape[0] for one in series])
        # all at once, as a thousand looks one by one take as long as a pass; torch joins two kinds of float to one
        fits = flat.ndim == 2 and flat.shape[1] == lstm.input_size and flat.device == weight.device
        fits = fits and lengths.all() and {one.dtype for one in series} == {weight.dtype}
    except (TypeError, RuntimeError):  # torch's words; ours name the series
        fits = False
    if not fits:
        flat = torch.cat([_one_given(f"series[{k}]", one, lstm) for k, one in enumerate(series)])
    return flat.to(working_dtype(weight)), lengths


def _one_given(name, one, lstm):
    one = check_tensor(name, one, lstm)
    if one.ndim != 2 or one.shape[1] != lstm.input_size:
        raise refusal(name, f"shape (n, {lstm.input_size})", tuple(one.shape), FEATURES)
    if not len(one):
        raise refusal(name, "one step or more", "length 0", "leave out series without steps")
    return one


def _refuse_series(series):
    got, cure = type(series).__name__, "give one tensor for each series"
    if isinstance(series, PackedSequence):
        got = "a PackedSequence, which holds the steps of all series by time"
        cure = "take it apart with torch.nn.utils.rnn.unpack_sequence"
    elif isinstance(series, list | tuple):
        got = "an empty one"
    raise refusal("series", "a list of one tensor (n, D) or more", got, cure)
