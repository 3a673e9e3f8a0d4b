"""Series of any lengths through the fused kernel, exactly: back to back in a few lanes, with closed gates between."""

from functools import partial

from torch import nn

from ..cell import State
from ..refusal import flag, refusal, short, whole
from .apart import apart, in_lanes_apart
from .given import joined, start_given
from .kernel import by_itself, uncompiled
from .lanes import grid_of
from .weights import check_lstm, plain_lstm, weights_of


class RaggedLSTM(nn.Module):
    """An LSTM over a list of series of any lengths: each gets what it would get alone, in a few fused calls."""

    def __init__(self, features, units, layers=1, bidirectional=False):
        super().__init__()
        self.lstm = plain_lstm(features, units, layers, bidirectional)

    def forward(self, series, state=None, cells=False, lanes=None):
        """N tensors (n, D) to N tensors (n, H), all hidden states, and the final State of (N, H); the caller's order.

        state  State (N, H) to begin from; left out, zeros
        cells  whether the final State has c; without, c is None
        lanes  how many lanes the series share; left out, chosen from the lengths (see lanes.layout_for)

        Of more layers or two directions, states are (layers * directions, N, H) and outputs (n, directions * H), as
        nn.LSTM has them. With a state, with cells, with dropout between layers, and where values are not finite, each
        series gets a row of its own in torch's packed kernel, which takes several times as long.

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
    _check_lanes(lanes, len(lengths), state)
    weights = [weight.to(flat.dtype) for weight in weights_of(lstm)]
    start = _start(lstm, len(lengths), state)
    dropped = lstm.dropout and lstm.training  # by torch's own kernel, anew in each call
    together = partial(by_itself, lstm) if cells or start or dropped else partial(_in_lanes, lstm, lanes)
    out, *ends = apart(lstm, together, lengths, start, flat, weights)
    h, c, *_ = (*(end[0] if len(end) == 1 else end for end in ends), None)
    return list(out.split(lengths.tolist())), State(h, c if cells else None)


def _check_lanes(lanes, rows, state):
    if lanes is not None and state is not None:
        raise refusal("lanes", "None beside a state", short(lanes), "a carried state runs one series a lane")
    if lanes is not None and whole("lanes", lanes, at_least=1) > rows:
        raise refusal("lanes", f"at most {rows}, one for each series", lanes, "ask for fewer, or no lane has work")


def _in_lanes(lstm, lanes, lengths, start, flat, weights):
    grid = grid_of(lengths, flat.device, lanes and min(lanes, len(lengths)))
    return in_lanes_apart(lstm, grid, lengths, flat, weights)


def _start(lstm, rows, state):
    """h and c (layers * directions, N, H), or nothing where the state is zero."""
    if state is None:
        return ()
    count = lstm.num_layers * (1 + lstm.bidirectional)
    shape = (rows, lstm.hidden_size) if count == 1 else (count, rows, lstm.hidden_size)
    state = start_given(lstm, shape, state, "give one row for each series")
    return [part[None] for part in state] if count == 1 else state
