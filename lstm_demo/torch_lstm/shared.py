"""One layer, one direction, all series in lanes that they share: the kernel over a grid, and the final cell states."""

from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn.functional import linear

from .closed import closing
from .weights import fused

# Hidden values of one window. The kernel keeps about 15 times as many floats for backward: much longer ones pass the
# 32 MiB above which glibc gives every block back at once (see `keep_pages`), much shorter ones pay for their number.
WINDOW = 2**18


@cache
def keep_pages():
    """Let glibc keep freed memory, up to 62 MiB, instead of clearing fresh pages at every pass: a third of its time.

    It gives back at once what is larger than the largest block freed so far, up to 32 MiB (mallopt(3)). So one block
    just below is asked for and freed; it is never touched, so it costs no memory. Elsewhere it does nothing.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


def hidden_states(grid, weights, flat, start):
    """Of series (sum n, D): all hidden states (sum n, H), the last of each series (N, H) and of each lane (B, H).

    start  h and c (N, H) to begin from, where each series has a lane of its own; empty, zeros
    """
    keep_pages()
    x, units = _scattered(grid, flat), weights[1].shape[1]
    hx = [s[None].contiguous() for s in start] or [x.new_zeros(1, x.shape[1], units)] * 2
    weights, outs = closing(weights) if grid.closed else weights, []
    for window in x.split(max(1, WINDOW // (x.shape[1] * units))):
        out, hx = fused(window, hx, weights, batch_first=False)
        outs.append(out)
    cells = (torch.cat(outs) if len(outs) > 1 else out).flatten(0, 1)
    last = grid.places[grid.index(grid.first + grid.lengths - 1)]
    return cells.index_select(0, grid.places), cells.index_select(0, last), hx[0][0]


def _scattered(grid, flat):
    """The series on the grid (T, B, D), zero in the padding; with the column that closes the gates, if wanted."""
    steps, lanes = grid.shape
    x = flat.new_zeros(steps * lanes, flat.shape[1] + grid.closed)
    if grid.closed:
        x[:, -1] = 1
        flat = nn.functional.pad(flat, (0, 1))
    return x.index_copy(0, grid.places, flat).view(steps, lanes, -1)


def final_cells(grid, weights, flat, out, start):
    """The last cell state of each series, (N, H), which the kernel keeps to itself, from its inputs and outputs.

    Every gate follows from x and the h before it, so one product gives them all; what is left is elementwise:
    c = f * c + i * g, a step at a time, for all series that still run.
    """
    lengths, zeros = grid.lengths, out.new_zeros(len(grid.lengths), out.shape[1])
    h, c = start or (zeros, zeros)
    before = torch.cat([out[:1], out[:-1]]).index_copy(0, grid.index(grid.first), h)
    order = np.argsort(-lengths, kind="stable")  # the longest first: those that still run come first at every step
    rows, alive = in_turn(lengths, order)
    gates = [gate.index_select(0, grid.index(rows)).split(alive) for gate in _kept_and_new(weights, flat, before)]
    c, ended = c[grid.index(order)], []
    for f, ig in zip(*gates, strict=True):
        if len(f) < len(c):
            ended.append(c[len(f) :])
        c = f * c[: len(f)] + ig
    return torch.cat([c, *reversed(ended)])[grid.index(np.argsort(order))]


def _kept_and_new(weights, flat, before):
    """f and i * g of every step, (sum n, H) each."""
    w_x, w_h, *biases = (weight[: 3 * weights[1].shape[1]] for weight in weights)  # o is not needed
    i, f, g = (linear(flat, w_x, sum(biases) if biases else None) + linear(before, w_h)).chunk(3, dim=1)
    return f.sigmoid(), i.sigmoid() * g.tanh()


def in_turn(lengths, order):
    """(rows of the series end to end, how many each step has): the first steps of all series, then the second, ..."""
    alive = len(lengths) - np.searchsorted(np.sort(lengths), np.arange(lengths.max()), side="right")
    first = (np.cumsum(lengths) - lengths)[order]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(alive) - alive, alive)
    return first[within] + np.repeat(np.arange(len(alive)), alive), alive.tolist()
