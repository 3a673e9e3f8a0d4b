"""Reset, read, hold over the fused kernel: masks and resets that nn.LSTM itself has not."""

from functools import wraps
from itertools import pairwise

import torch

from ..cell import State
from .given import flags_given, input_given, start_given
from .weights import check_plain


def uncompiled(function):
    """The function, left as it is by torch.compile. Without this, torch.compiler.disable would load the compiler."""

    @wraps(function)
    def call(*args, **kwargs):
        if torch.compiler.is_compiling():
            return torch.compiler.disable(function)(*args, **kwargs)
        return function(*args, **kwargs)

    return call


def run(lstm, x, mask, resets, state):
    """Reset, read, hold: one fused call for each stretch of steps over which no flag changes."""
    check_plain(lstm, batch_first=True)
    x = input_given(lstm, x)
    state = start_given(lstm, (len(x), lstm.hidden_size), state)
    told = ("mask", mask, True), ("resets", resets, False)
    if mask is None and resets is None:  # nothing depends on what is in a tensor: torch.export can follow
        return _read(lstm, x, state)
    return _told(lstm, x, *(flags_given(name, flags, x, default) for name, flags, default in told), state)


@uncompiled  # where the flags change depends on what is in them
def _told(lstm, x, mask, resets, state):
    x, zero = torch.where(mask[..., None], x, 0.0), x.new_zeros(())
    outs = []
    for span in _stretches(mask, resets):
        state = choose(resets[:, span.start], State(zero, zero), state)
        out, new = _read(lstm, x[:, span], state)
        real = mask[:, span.start]
        outs.append(torch.where(real[:, None, None], out, state.h[:, None]))
        state = choose(real, new, state)
    return torch.cat(outs, dim=1), state


def _read(lstm, x, state):
    """The layer itself on (B, T, D), every step of it read."""
    out, (h, c) = lstm(x, tuple(s[None].contiguous() for s in state))
    return out, State(h[0], c[0])


def _stretches(mask, resets):
    """Slices of time that begin wherever a lane is reset or its mask changes."""
    begins = resets.any(dim=0)
    begins[1:] |= (mask[:, 1:] != mask[:, :-1]).any(dim=0)
    begins[0] = True
    edges = [*begins.nonzero()[:, 0].tolist(), mask.shape[1]]
    return [slice(a, b) for a, b in pairwise(edges)]


def choose(lanes, there, elsewhere):
    """`there` in the lanes that are set, `elsewhere` in the others: by choice, never by multiplication."""
    return State(*(torch.where(lanes[:, None], a, b) for a, b in zip(there, elsewhere, strict=True)))
