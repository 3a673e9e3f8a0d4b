"""The kernel of nn.LSTM with weights of one's own: in lanes that series share, and for each series by itself."""

from functools import cache, wraps

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, unpack_sequence

# Hidden values of one window. The kernel keeps about 15 times as many floats for backward: much longer ones pass the
# 32 MiB above which glibc gives every block back at once (see `keep_pages`), much shorter ones pay for their number.
WINDOW = 2**18
# exp(1e4) is infinite in every float format, so that the sigmoid of this and of any sane sum beside it is exactly 0.
SHUT = -1e4


def uncompiled(function):
    """The function, left as it is by torch.compile. Without this, torch.compiler.disable would load the compiler."""

    @wraps(function)
    def call(*args, **kwargs):
        if torch.compiler.is_compiling():
            return torch.compiler.disable(function)(*args, **kwargs)
        return function(*args, **kwargs)

    return call


def fused(x, hx, weights, batch_first):
    """One call for one layer in one direction: (out, (h, c))."""
    has_bias = len(weights) == 4
    out, h, c = torch.lstm(x, hx, weights, has_bias, 1, 0.0, torch.is_grad_enabled(), False, batch_first)
    return out, (h, c)


def closing(weights):
    """The weights of a layer with those of the padding's column in weight_ih, (4H, D + 1): they shut i, f and o."""
    weight_ih, *rest = weights
    i_f, g, o = (weight_ih.new_full((n * len(weight_ih) // 4, 1), w) for n, w in ((2, SHUT), (1, 0.0), (1, SHUT)))
    return [torch.cat([weight_ih, torch.cat([i_f, g, o])], dim=1), *rest]


def in_lanes(lstm, grid, weights, flat):
    """Series end to end (sum n, D) on a grid: all hidden states (sum n, directions * H), the last (layers * ..., N, H).

    Layer upon layer; the second direction reads each series turned round.
    """
    kinds, ends = 2 + 2 * lstm.bias, []
    layers = [weights[k : k + kinds] for k in range(0, len(weights), kinds)]
    for _ in range(lstm.num_layers):
        out = _one_way(grid, layers.pop(0), flat)
        ends.append(out.index_select(0, grid.last))
        if lstm.bidirectional:
            back = _one_way(grid, layers.pop(0), flat.index_select(0, grid.turned))
            ends.append(back.index_select(0, grid.last))
            out = torch.cat([out, back.index_select(0, grid.turned)], dim=1)
        flat = out
    return flat, torch.stack(ends)


@cache
def keep_pages():
    """Let glibc keep freed memory, up to 62 MiB, instead of clearing fresh pages at every pass: up to 0.4 of its time.

    It gives back at once what is larger than the largest block freed so far, up to 32 MiB (mallopt(3)). So one block
    just below is asked for and freed; it is never touched, so it costs no memory. Elsewhere it does nothing.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


def _one_way(grid, weights, flat):
    """(sum n, D) to (sum n, H), in windows; the column that closes the gates is 1 wherever no step lies."""
    keep_pages()
    (steps, lanes), units, weights = grid.shape, weights[1].shape[1], closing(weights)
    x = flat.new_zeros(steps * lanes, flat.shape[1] + 1)
    x[:, -1] = 1
    x = x.index_copy(0, grid.places, nn.functional.pad(flat, (0, 1))).view(steps, lanes, -1)
    hx, outs = [x.new_zeros(1, lanes, units)] * 2, []
    for window in x.split(max(1, WINDOW // (lanes * units))):
        out, hx = fused(window, hx, weights, batch_first=False)
        outs.append(out)
    return torch.cat(outs).flatten(0, 1).index_select(0, grid.places)


def by_itself(lstm, lengths, start, flat, weights):
    """The same by torch's packed kernel, in which each series has a row of its own; and the last c, shaped as h.

    start  h and c (layers * directions, N, H) to begin from; empty, zeros
    """
    pack = pack_sequence(flat.split(lengths.tolist()), enforce_sorted=False)
    count = len(weights) // (2 + 2 * lstm.bias)
    start = list(start) or [flat.new_zeros(count, len(lengths), lstm.hidden_size)] * 2
    start = [part.index_select(1, pack.sorted_indices) for part in start]
    how = lstm.num_layers, lstm.dropout * lstm.training, torch.is_grad_enabled(), lstm.bidirectional
    out, *ends = torch.lstm(pack.data, pack.batch_sizes, start, weights, lstm.bias, *how)
    h, c = (end.index_select(1, pack.unsorted_indices) for end in ends)
    return torch.cat(unpack_sequence(PackedSequence(out, *pack[1:]))), h, c
