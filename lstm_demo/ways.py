"""Every way to run ragged series with the weights of one nn.LSTM, under its own name, and in what each is exact.

One registry: lessons compare it, tests hold each way to what it says of itself, benchmarks race it.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from .cell import State
from .cell import run as run_numpy
from .layout import back_to_back, pad_left, pad_right
from .torch_lstm import close_gates, params_of
from .torch_lstm.kernel import fused
from .torch_lstm.nets import run
from .torch_lstm.ragged import run_ragged
from .torch_lstm.weights import weights_of


class Way(NamedTuple):
    """run(lstm, series) -> (outputs, State): N tensors (n, D) to N tensors (n, H) and the last (N, H), each series'.

    Of one layer and one direction, batch first; that is for the caller to see to.

    What is exact is what equals each series alone, to rounding:

    value     the outputs
    gradient  gradients of a loss on what is exact; None where torch gets no gradient at all
    final     the final State; its c is None where the way has none to give
    """

    run: Callable
    value: bool
    gradient: bool | None
    final: bool


def _lengths(series):
    return [len(one) for one in series]


def _laid(layout, series):
    """The series on the grid (B, T, D), zero in the padding, with their gradients."""
    flat = torch.cat(list(series))
    grid = flat.new_zeros(layout.series.size, flat.shape[1])
    return grid.index_copy(0, _places(layout), flat).view(*layout.series.shape, -1)


def _unlaid(layout, out):
    """The series' own outputs, off the grid (B, T, H)."""
    return list(out.flatten(0, 1).index_select(0, _places(layout)).split(layout.lengths.tolist()))


def _places(layout):
    return torch.tensor(layout.places)


def _last(outputs):
    return State(torch.stack([one[-1] for one in outputs]), None)


def _one_by_one(lstm, series):
    """A stateful LSTM whose state is reset before each series: it begins from zeros."""
    results = [lstm(one[None]) for one in series]
    h, c = (torch.cat([hx[k][0] for _, hx in results]) for k in (0, 1))
    return [out[0] for out, _ in results], State(h, c)


def _last_column(place, lstm, series):
    """Read in the last column, nothing told. On the right the state has gone on over the padding until there."""
    layout = place(_lengths(series))
    out, (h, c) = lstm(_laid(layout, series))
    return _unlaid(layout, out), State(h[0], c[0])


def _left_reset(lstm, series):
    """What the state drifted to over the padding is thrown away before the first real step is read."""
    layout = pad_left(_lengths(series))
    out, final = run(lstm, _laid(layout, series), None, torch.tensor(layout.resets), None)
    return _unlaid(layout, out), final


def _flag_feature(lstm, series):
    """One more input, 1 on padding, for the net to learn from: its weights here are drawn as torch draws them."""
    layout, (weight_ih, *rest) = pad_left(_lengths(series)), weights_of(lstm)
    bound = lstm.hidden_size**-0.5
    column = torch.empty(len(weight_ih), 1).uniform_(-bound, bound, generator=torch.Generator().manual_seed(0))
    weights = [torch.cat([weight_ih, column.to(weight_ih)], dim=1), *rest]
    zeros = weight_ih.new_zeros(1, len(series), lstm.hidden_size)
    out, (h, c) = fused(_flagged(layout, series), (zeros, zeros), weights, batch_first=True)
    return _unlaid(layout, out), State(h[0], c[0])


def _flagged(layout, series):
    padding = ~torch.tensor(layout.mask)[..., None]
    return torch.cat([_laid(layout, series), padding.to(series[0].dtype)], dim=2)


def _right_gather(lstm, series):
    layout = pad_right(_lengths(series))
    outputs = _unlaid(layout, lstm(_laid(layout, series))[0])
    return outputs, _last(outputs)


def _masked(lstm, series):
    layout = pad_right(_lengths(series))
    out, final = run(lstm, _laid(layout, series), torch.tensor(layout.mask), None, None)
    return _unlaid(layout, out), final


def _packed(lstm, series):
    out, (h, c) = lstm(nn.utils.rnn.pack_sequence(list(series), enforce_sorted=False))
    return nn.utils.rnn.unpack_sequence(out), State(h[0], c[0])


def _closed_left(lstm, series):
    layout = pad_left(_lengths(series))
    out, (h, c) = close_gates(lstm)(_flagged(layout, series))
    return _unlaid(layout, out), State(h[0], c[0])


def _windows(lstm, series, lanes=16, width=32):
    """Back to back in windows, the state carried from each to the next by value alone: truncated backpropagation."""
    layout = back_to_back(_lengths(series), min(lanes, len(series)))
    x, outs, state = _laid(layout, series), [], None
    for window, part in zip(layout.windows(width), x.split(width, dim=1), strict=True):
        out, state = run(lstm, part, torch.tensor(window.mask), torch.tensor(window.resets), state)
        state = State(*(s.detach() for s in state))
        outs.append(out)
    outputs = _unlaid(layout, torch.cat(outs, dim=1))
    return outputs, _last(outputs)


def _numpy(lstm, series):
    layout = pad_right(_lengths(series))
    trace = run_numpy(params_of(lstm), layout.lay([one.detach().numpy() for one in series]), mask=layout.mask)
    like = series[0]
    outputs = [torch.from_numpy(one).to(like) for one in layout.unlay(trace.h)]
    return outputs, State(*(torch.from_numpy(s).to(like) for s in trace.final))


WAYS = {
    "stateful one by one with reset": Way(_one_by_one, value=True, gradient=True, final=True),
    "left padding": Way(partial(_last_column, pad_left), value=False, gradient=False, final=False),
    "left padding + reset flag": Way(_left_reset, value=True, gradient=True, final=True),
    "left padding + flag feature": Way(_flag_feature, value=False, gradient=False, final=False),
    "right padding + last column": Way(partial(_last_column, pad_right), value=True, gradient=True, final=False),
    "right padding + gather": Way(_right_gather, value=True, gradient=True, final=True),
    "exact mask": Way(_masked, value=True, gradient=True, final=True),
    "packed": Way(_packed, value=True, gradient=True, final=True),
    "closed gates left": Way(_closed_left, value=True, gradient=True, final=True),
    "back to back": Way(run_ragged, value=True, gradient=True, final=True),
    "windows with carried state": Way(_windows, value=True, gradient=False, final=True),
    "NumPy reference": Way(_numpy, value=True, gradient=None, final=True),
}
