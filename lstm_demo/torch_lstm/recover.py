"""The cell state that the fused kernel keeps to itself, recovered from the hidden states that it hands out."""

import numpy as np
import torch
from torch.nn.functional import linear

from ..cell import State


def final_cells(lstm, flat, out, lengths, start):
    """The last cell state of each series, (N, H), from inputs (sum n, D) and hidden states (sum n, H) end to end.

    Every gate follows from x and the h before it, so one product gives them all; what is left is elementwise:
    c = f * c + i * g, a step at a time, for all series that still run.
    """
    first = torch.from_numpy(np.cumsum(lengths) - lengths).to(flat.device)
    start = _zeros(out, len(lengths)) if start is None else start
    before = torch.cat([out[:1], out[:-1]]).index_copy(0, first, start.h)
    keep, new = _kept_and_new(lstm, flat, before)
    order = np.argsort(-lengths, kind="stable")  # the longest first: those that still run come first at every step
    rows, alive = _step_by_step(lengths, order)
    rows = torch.from_numpy(rows).to(flat.device)
    c, ended = start.c[torch.from_numpy(order).to(flat.device)], []
    for f, ig in zip(*(gate.index_select(0, rows).split(alive) for gate in (keep, new)), strict=True):
        if len(f) < len(c):
            ended.append(c[len(f) :])
        c = f * c[: len(f)] + ig
    return torch.cat([c, *reversed(ended)])[torch.from_numpy(np.argsort(order)).to(flat.device)]


def _kept_and_new(lstm, flat, before):
    """f and i * g of every step, (sum n, H) each."""
    three = slice(0, 3 * lstm.hidden_size)  # o is not needed
    bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0)[three] if lstm.bias else None
    z = linear(flat, lstm.weight_ih_l0[three], bias) + linear(before, lstm.weight_hh_l0[three])
    i, f, g = z.chunk(3, dim=1)
    return f.sigmoid(), i.sigmoid() * g.tanh()


def _step_by_step(lengths, order):
    """(rows of the flat tensor, how many each step has): first the first steps of all series, then the second, ..."""
    alive = np.searchsorted(np.sort(lengths), np.arange(lengths.max()), side="right")
    alive = len(lengths) - alive
    first = (np.cumsum(lengths) - lengths)[order]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(alive) - alive, alive)
    return first[within] + np.repeat(np.arange(len(alive)), alive), alive.tolist()


def _zeros(out, count):
    zeros = out.new_zeros(count, out.shape[1])
    return State(zeros, zeros)
