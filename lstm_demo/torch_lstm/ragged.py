"""Series of any lengths through the fused kernel, exactly: back to back in a few lanes, with closed gates between."""

from functools import cache

import numpy as np
import torch
from torch import nn

from ..cell import State
from ..layout import pad_right
from ..refusal import flag, refusal, short
from .closed import fused, shut_column, widened
from .given import joined, start_given
from .lanes import layout_for, time_major
from .recover import final_cells
from .weights import plain_lstm

# Hidden values of one window. The kernel keeps about 15 times as many floats for backward: much longer ones pass the
# 32 MiB above which glibc gives every block back at once (see `keep_pages`), much shorter ones pay for their number.
WINDOW = 2**18


@cache
def keep_pages():
    """Let glibc keep freed memory, up to 62 MiB, instead of giving it back and clearing fresh pages at every pass.

    It gives back at once what is larger than a bound that begins at 128 KiB and that grows to the largest block freed
    so far, up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD). So one block just below is asked for and freed; it is never
    touched, so it costs no memory. Seen: names 65 to 41 ms a pass, page faults 8,400 to 0. Elsewhere it does nothing.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)


class RaggedLSTM(nn.Module):
    """An LSTM over a list of series of any lengths: each gets what it would get alone, in a few fused calls."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = plain_lstm(features, units)

    def forward(self, series, state=None, cells=False, lanes=None):
        """N tensors (n, D) to N tensors (n, H), all hidden states, and the final State of (N, H); the caller's order.

        state  State (N, H) to begin from; left out, zeros. Runs one series a lane, padded right, so that nothing
               wipes it
        cells  whether the final State has c. The kernel hands out none inside a lane: it is recovered from x and h,
               at 0.6 to 1.5 times the price of the pass again, most on long series. Without, c is None
        lanes  how many lanes the series share; left out, chosen from the lengths (see lanes.layout_for)

        Values equal those of each series alone to rounding, and so do gradients. Raises ValueError by name for an
        empty list or series, other dtypes, devices or features than the weights', and more lanes than series.
        """
        return run_ragged(self.lstm, series, state, cells, lanes)


def run_ragged(lstm, series, state=None, cells=False, lanes=None):
    """RaggedLSTM.forward with the weights of an nn.LSTM of one layer and one direction."""
    keep_pages()
    flag("cells", cells, "True for a final State with c")
    flat, lengths = joined(lstm, series)
    start = None if state is None else start_given(lstm, len(lengths), state, "give one row for each series")
    layout, closed = _layout(lengths, start, lanes)
    places = torch.from_numpy(time_major(layout)).to(flat.device)
    ends = torch.from_numpy(np.cumsum(lengths) - 1).to(flat.device)
    x = _scattered(flat, places, layout.series.shape[::-1], closed)
    grid = torch.cat(_windows(x, _weights(lstm, closed), start)).flatten(0, 1)
    out, h = grid.index_select(0, places), grid.index_select(0, places[ends])
    c = final_cells(lstm, flat, out, lengths, start) if cells else None
    return list(out.split(lengths.tolist())), State(h, c)


def _layout(lengths, start, lanes):
    """(Layout, whether the padding has to close the gates)."""
    if start is None:
        return layout_for(lengths, lanes)
    if lanes is not None:
        raise refusal("lanes", "None beside a state", short(lanes), "a carried state runs one series a lane")
    return pad_right(lengths), False


def _weights(lstm, closed):
    """The weights as the kernel wants them; with a column more that closes the gates, if wanted."""
    weight_ih, *rest = (weight for _, weight in lstm.named_parameters())
    return [widened(weight_ih, shut_column(weight_ih)) if closed else weight_ih, *rest]


def collate(examples):
    """For DataLoader(collate_fn=collate): ragged series stay a list, as RaggedLSTM reads them.

    Of pairs (series (n, D), target): a list of the series and the targets, made one tensor. Of series alone: the list.
    """
    if not isinstance(examples, list | tuple) or not examples:
        raise refusal("examples", "a list of one example or more", short(examples), "let a DataLoader call it")
    if all(isinstance(one, torch.Tensor) for one in examples):
        return list(examples)
    sizes = {len(one) if isinstance(one, tuple | list) else 0 for one in examples}
    if 0 in sizes or len(sizes) > 1:
        got = "a mixture" if 0 in sizes else f"some shorter or longer, of {sorted(sizes)} parts"
        raise refusal("examples", "series alone, or all with as many targets", got, "see what the data set returns")
    series, *rest = zip(*examples, strict=True)
    try:
        return list(series), *(torch.utils.data.default_collate(list(values)) for values in rest)
    except (TypeError, RuntimeError, ValueError) as error:  # torch's words name no argument
        expected = "targets that torch can make one tensor of"
        raise refusal("examples", expected, short([*rest]), "give numbers, or tensors of one shape") from error


def _scattered(flat, places, shape, closed):
    """The series on a time-major grid (T, B, D), zero in the padding; with the column that closes it, if wanted."""
    x = flat.new_zeros(shape[0] * shape[1], flat.shape[1] + closed)
    if closed:
        x[:, -1] = 1
        flat = nn.functional.pad(flat, (0, 1))
    return x.index_copy(0, places, flat).view(*shape, -1)


def _windows(x, weights, start):
    """The hidden states of each window (T, B, H), the state carried from one to the next with its gradient."""
    units = weights[1].shape[1]
    zeros = x.new_zeros(1, x.shape[1], units)
    hx = (zeros, zeros) if start is None else tuple(s[None].contiguous() for s in start)
    outs = []
    for window in x.split(max(1, WINDOW // (x.shape[1] * units))):
        out, hx = fused(window, hx, weights, batch_first=False)
        outs.append(out)
    return outs
