"""Series of any lengths through the fused kernel, exactly: back to back in a few lanes, with closed gates between."""

import torch
from torch import nn

from ..cell import State
from ..refusal import flag, refusal, short
from .apart import read
from .flow import uncompiled
from .given import joined, start_given
from .lanes import grid_of
from .weights import check_lstm, plain_lstm, weights_of


class RaggedLSTM(nn.Module):
    """An LSTM over a list of series of any lengths: each gets what it would get alone, in a few fused calls."""

    def __init__(self, features, units, layers=1, bidirectional=False):
        super().__init__()
        self.lstm = plain_lstm(features, units, layers, bidirectional)

    def forward(self, series, state=None, cells=False, lanes=None):
        """N tensors (n, D) to N tensors (n, H), all hidden states, and the final State of (N, H); the caller's order.

        state  State (N, H) to begin from; left out, zeros. Runs one series a lane, padded right, so that nothing
               wipes it
        cells  whether the final State has c. The kernel hands out none inside a lane: it is recovered from x and h,
               at 0.6 to 1.5 times the price of the pass again, most on long series. Without, c is None
        lanes  how many lanes the series share; left out, chosen from the lengths (see lanes.layout_for)

        Of more layers or two directions, states are (layers * directions, N, H) and outputs (n, directions * H), as
        nn.LSTM has them; dropout between layers is drawn as there, though not the same numbers.

        Values equal those of each series alone to rounding, and so do gradients; what is not finite in one series
        reaches no other. Raises ValueError by name for an empty list or series, other dtypes, devices or features than
        the weights', more lanes than series, and an `.lstm` that is no nn.LSTM.
        """
        return run_ragged(self.lstm, series, state, cells, lanes)


@uncompiled  # layouts are made by NumPy
def run_ragged(lstm, series, state=None, cells=False, lanes=None):
    """RaggedLSTM.forward with the weights of any nn.LSTM."""
    check_lstm(lstm)
    flag("cells", cells, "True for a final State with c")
    flat, lengths = joined(lstm, series)
    weights = [[one.to(flat.dtype) for one in some] for some in weights_of(lstm)]
    starts = _starts(lstm, len(weights), len(lengths), state, lanes)
    grid = grid_of(lengths, flat.device, lanes, alone=state is not None)
    out, ends = _stacked(lstm, grid, weights, flat, starts, cells)
    ends = ends[0] if len(ends) == 1 else torch.stack(ends)
    state = State(*(part.clone() for part in ends.chunk(2, dim=-1))) if cells else State(ends, None)
    return list(out.split(lengths.tolist())), state


def _starts(lstm, count, rows, state, lanes):
    """h and c (N, H) of each direction of each layer, or () where they are zero."""
    if state is None:
        return [()] * count
    if lanes is not None:
        raise refusal("lanes", "None beside a state", short(lanes), "a carried state runs one series a lane")
    shape = (rows, lstm.hidden_size) if count == 1 else (count, rows, lstm.hidden_size)
    state = start_given(lstm, shape, state, "give one row for each series")
    return [state] if count == 1 else list(zip(*state, strict=True))


def _stacked(lstm, grid, weights, flat, starts, cells):
    """Layer upon layer, the second direction on each series turned round: the last outputs, and the ends of each."""
    ways, ends, turned = 1 + lstm.bidirectional, [], grid.turned() if lstm.bidirectional else None
    for layer in range(lstm.num_layers):
        x, outs = nn.functional.dropout(flat, lstm.dropout, lstm.training and layer > 0), []
        for k in range(layer * ways, (layer + 1) * ways):
            out, end = read(grid, weights[k], x.index_select(0, turned) if outs else x, starts[k], cells)
            outs.append(out.index_select(0, turned) if outs else out)
            ends.append(end)
        flat = torch.cat(outs, dim=1) if len(outs) > 1 else outs[0]
    return flat, ends
