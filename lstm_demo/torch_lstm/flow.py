"""Reset, read, hold over the fused kernel: masks and resets that nn.LSTM itself has not."""

from itertools import pairwise

import torch

from ..cell import State
from .given import check_input, flags_given, start_given


def run(lstm, x, mask, resets, state):
    """Reset, read, hold: one fused call for each stretch of steps over which no flag changes."""
    check_input(lstm, x)
    mask, resets = flags_given("mask", mask, x, default=True), flags_given("resets", resets, x, default=False)
    state = start_given(lstm, len(x), state)
    x = torch.where(mask[..., None], x, 0.0)
    outs = []
    for span in _stretches(mask, resets):
        state = choose(resets[:, span.start], State(x.new_zeros(()), x.new_zeros(())), state)
        out, new = lstm(x[:, span], tuple(s[None].contiguous() for s in state))
        real = mask[:, span.start]
        outs.append(torch.where(real[:, None, None], out, state.h[:, None]))
        state = choose(real, State(*(s[0] for s in new)), state)
    return torch.cat(outs, dim=1), state


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
