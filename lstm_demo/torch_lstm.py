"""The same LSTM on torch.nn.LSTM: masks, resets and carried state over the fused kernel.

The nets hold their weights in `.lstm`, a plain nn.LSTM(features, units, batch_first=True): a state_dict fits them all.
Whether values are finite at real steps is left to the caller here; lstm_demo.run looks, and says where.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from .cell import Params, State
from .cell.given import numbers
from .refusal import array, refusal, whole


class StatelessLSTM(nn.Module):
    """An LSTM whose state the caller gives each time: nothing is remembered between calls."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = _plain_lstm(features, units)

    def forward(self, x, *, mask=None, resets=None, state=None):
        """x (B, T, D) to all hidden states (B, T, H) and the final State of (B, H). Each step: reset, read, hold.

        mask    (B, T) bool, True = a real step; left out, all are. Elsewhere the state is held and x is not read.
        resets  (B, T) bool, True = the state is zeroed before this step is read; left out, none is
        state   State (B, H) to begin from; left out, zeros. Gradients flow into it unless it is detached.

        Raises ValueError by name for wrong shapes, dtypes, devices, and flags that are not bool.
        """
        return _run(self.lstm, x, mask, resets, state)


class StatefulLSTM(nn.Module):
    """An LSTM that keeps its state between calls, detached, until `reset_states` is called."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = _plain_lstm(features, units)
        # buffers, so that .to() moves them; not persistent, so that no state_dict holds them
        for name in State._fields:
            self.register_buffer(name, None, persistent=False)

    @property
    def state(self):
        """State (B, H) that the next call begins from, or None before the first call and after a reset of all lanes.

        A copy: to write into it changes nothing here.
        """
        return None if self.h is None else State(self.h.clone(), self.c.clone())

    def forward(self, x, *, mask=None, resets=None):
        """x (B, T, D) to all hidden states (B, T, H), beginning from `.state`; flags as in StatelessLSTM.

        Row b of this call continues row b of the last one. Raises ValueError also if the number of rows has changed.
        """
        out, final = _run(self.lstm, x, mask, resets, None if self.h is None else State(self.h, self.c))
        self.h, self.c = (s.detach() for s in final)
        return out

    def reset_states(self, lanes=None):
        """Zero the state: of all lanes, or of those that are set in `lanes`, (B,) bool."""
        if lanes is None:
            self.h = self.c = None
            return
        lanes = _lanes(lanes, None if self.h is None else len(self.h))
        if self.h is not None:
            zero = self.h.new_zeros(())
            self.h, self.c = _choose(lanes.to(self.h.device), State(zero, zero), State(self.h, self.c))


def params_of(lstm):
    """The weights of an nn.LSTM of one layer and one direction as float64 Params; its two biases become their sum."""
    _check_plain(lstm)
    weights = {name: p.detach().double().cpu().numpy() for name, p in lstm.named_parameters()}
    rows = 4 * lstm.hidden_size
    bias = weights["bias_ih_l0"] + weights["bias_hh_l0"] if lstm.bias else np.zeros(rows)
    return Params(weights["weight_ih_l0"].copy(), weights["weight_hh_l0"].copy(), bias)


def load_params(lstm, params):
    """Put Params into an nn.LSTM of one layer and one direction, in place; the second of its two biases becomes 0."""
    _check_plain(lstm)
    if not lstm.bias:
        raise refusal("lstm", "an nn.LSTM with bias", "bias=False", "make it with bias=True")
    if not isinstance(params, Params):
        raise refusal("params", "Params(weight_ih, weight_hh, bias)", type(params).__name__, "see init_params")
    weights = (lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0)
    values = [  # all are looked at before the first is put in
        numbers(f"params.{name}", value, tuple(weight.shape))
        for name, value, weight in zip(Params._fields, params, weights, strict=True)
    ]
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(torch.tensor(value))
        lstm.bias_hh_l0.zero_()


def _plain_lstm(features, units):
    features, units = whole("features", features, at_least=1), whole("units", units, at_least=1)
    return nn.LSTM(features, units, batch_first=True)


def _run(lstm, x, mask, resets, state):
    """Reset, read, hold: one fused call for each stretch of steps over which no flag changes."""
    _check_input(lstm, x)
    mask, resets = _flags("mask", mask, x, default=True), _flags("resets", resets, x, default=False)
    state = _start(lstm, x, state)
    x = torch.where(mask[..., None], x, 0.0)
    outs = []
    for span in _stretches(mask, resets):
        state = _choose(resets[:, span.start], State(x.new_zeros(()), x.new_zeros(())), state)
        out, new = lstm(x[:, span], tuple(s[None].contiguous() for s in state))
        real = mask[:, span.start]
        outs.append(torch.where(real[:, None, None], out, state.h[:, None]))
        state = _choose(real, State(*(s[0] for s in new)), state)
    return torch.cat(outs, dim=1), state


def _stretches(mask, resets):
    """Slices of time that begin wherever a lane is reset or its mask changes."""
    begins = resets.any(dim=0)
    begins[1:] |= (mask[:, 1:] != mask[:, :-1]).any(dim=0)
    begins[0] = True
    edges = [*begins.nonzero()[:, 0].tolist(), mask.shape[1]]
    return [slice(a, b) for a, b in pairwise(edges)]


def _choose(lanes, there, elsewhere):
    """`there` in the lanes that are set, `elsewhere` in the others: by choice, never by multiplication."""
    return State(*(torch.where(lanes[:, None], a, b) for a, b in zip(there, elsewhere, strict=True)))


def _lanes(lanes, rows):
    """(B,) bool, a tensor or whatever NumPy makes an array of, as a tensor; `rows` of them unless that is None."""
    lanes = lanes if isinstance(lanes, torch.Tensor) else array("lanes", lanes)
    if str(lanes.dtype).removeprefix("torch.") != "bool" or lanes.ndim != 1 or rows not in (None, len(lanes)):
        want = "(B,) bool" if rows is None else f"({rows},) bool, one for each lane"
        raise refusal("lanes", want, f"{lanes.dtype} of shape {tuple(lanes.shape)}", "leave it out to reset all")
    # copied, as torch warns of sharing memory that NumPy holds read-only, like the flags of a layout
    return lanes if isinstance(lanes, torch.Tensor) else torch.tensor(lanes)


def _start(lstm, x, state):
    """The State (B, H) to begin from: the one given, checked, or zeros."""
    shape = (len(x), lstm.hidden_size)
    if state is None:
        return State(x.new_zeros(shape), x.new_zeros(shape))
    if not isinstance(state, tuple) or len(state) != 2:
        raise refusal("state", "State(h, c)", type(state).__name__, "give both, or leave it out for zeros")
    for name, value in zip(("state.h", "state.c"), state, strict=True):
        _check_tensor(name, value, lstm)
        if tuple(value.shape) != shape:
            cure = "carry the state of the same lanes, or reset_states() first"
            raise refusal(name, f"shape {shape}, lanes by units", tuple(value.shape), cure)
    return State(*state)


def _check_input(lstm, x):
    _check_tensor("x", x, lstm)
    if x.ndim != 3 or x.shape[2] != lstm.input_size:
        want = f"shape (B, T, {lstm.input_size})"
        raise refusal("x", want, tuple(x.shape), "check the axes, and the features the net was made for")
    if 0 in x.shape[:2]:
        raise refusal("x", "at least one lane and one step", tuple(x.shape), "leave empty series out")


def _flags(name, flags, x, default):
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


def _check_tensor(name, value, lstm):
    weight = lstm.weight_ih_l0
    if not isinstance(value, torch.Tensor):
        raise refusal(name, "a tensor", type(value).__name__, "convert it with torch.as_tensor")
    if value.dtype != weight.dtype or value.device != weight.device:
        want = f"{weight.dtype} on {weight.device} like the weights"
        raise refusal(name, want, f"{value.dtype} on {value.device}", "convert it with .to(), or the net")


def _check_plain(lstm):
    if not isinstance(lstm, nn.LSTM):
        raise refusal("lstm", "an nn.LSTM", type(lstm).__name__, "nets of this module hold one in .lstm")
    if lstm.num_layers != 1 or lstm.bidirectional or lstm.proj_size:
        got = f"{lstm.num_layers} layers, bidirectional={lstm.bidirectional}, proj_size={lstm.proj_size}"
        raise refusal("lstm", "one layer, one direction, no projection", got, "take the layers one by one")
