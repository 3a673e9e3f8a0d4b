"""Closed gates: one more input column, 1 on padding, shuts the gates there, so that the state after it is zero.

With i = f = o = 0 exactly, c = 0*c + 0*g = 0 and h = 0*tanh(0) = 0, in the stock fused kernel, which knows no mask.
But 0 * NaN is NaN: what is not finite would spoil all that lies behind it in its lane.
"""

import torch
from torch import nn

from ..refusal import refusal, short
from .given import check_tensor
from .kernel import closing, fused
from .weights import check_plain, like, weights_of


def close_gates(lstm):
    """The same weights as a module that reads one more column: 1 on padding, 0 on real steps (see `with_flag`).

    After each padded step the state is exactly zero, and no gradient passes back through it: padding on the left does
    no harm, and series may lie back to back with one padded step between them. So it is for padding around series,
    not for holes inside them, where a mask would hold the state; and a carried state is wiped by padding.

    Called as the given nn.LSTM is, (B, T, D + 1) with batch_first; what x holds on padding must be far from 1e4.
    Trains, moves and saves like the nn.LSTM, whose parameters it shares. Raises ValueError by name for more than
    one layer, two directions, projections and dropout, and for values that are not finite.
    """
    return ClosedGates(lstm)


class ClosedGates(nn.Module):
    """What `close_gates` returns: the parameters of an nn.LSTM, under their own names, read with a column more."""

    def __init__(self, lstm):
        super().__init__()
        check_plain(lstm)
        if lstm.dropout:
            cure = "one layer has none; put nn.Dropout beside it"
            raise refusal("lstm", "dropout 0 between layers", lstm.dropout, cure)
        # The layer's own tables, whatever it makes its weights of: parameters, masks and the state_dict are the same.
        # The column is in none of them, or weight decay would wear it away, and the state_dict not fit.
        self.__dict__["lstm"] = lstm
        self._parameters, self._buffers, self._modules = lstm._parameters, lstm._buffers, lstm._modules

    def forward(self, x, hx=None):
        """x (B, T, D + 1) and hx (1, B, H) each to out (B, T, H) and the last (h, c), as nn.LSTM has them."""
        x = self._input(x)
        start = self._start(hx, x.shape[0 if self.lstm.batch_first else 1])
        weights = [weight.to(x.dtype) for weight in weights_of(self.lstm)]
        out, (h, c) = fused(x, start, closing(weights), self.lstm.batch_first)
        if not h.isfinite().all():  # once NaN, a state stays so to the end of its lane
            cure = "scale x, or look for NaN in weights and hx"
            raise refusal("x", "values that keep the state finite", "a last state with NaN", cure)
        return out, (h, c)

    def train(self, mode=True):
        self.lstm.train(mode)
        return super().train(mode)

    def _apply(self, fn, recurse=True):
        self.lstm._apply(fn, recurse)
        return self

    def _start(self, hx, lanes):
        """hx, or zeros. The kernel looks at no shape of hx: of a wrong one it reads, and writes, beyond the end."""
        shape = (1, lanes, self.lstm.hidden_size)
        if hx is None:
            hx = [like(self.lstm).new_zeros(shape)] * 2
        given = hx if isinstance(hx, tuple | list) else [hx]
        got = [tuple(s.shape) if isinstance(s, torch.Tensor) else type(s).__name__ for s in given]
        if got != [shape, shape]:
            cure = "give both, or leave it out for zeros"
            raise refusal("hx", f"(h, c), of shape {shape} each", short(tuple(got)), cure)
        return tuple(check_tensor("hx", one, self.lstm) for one in hx)

    def _input(self, x):
        x = check_tensor("x", x, self.lstm)
        columns = self.lstm.input_size + 1
        if x.ndim != 3 or x.shape[2] != columns or 0 in x.shape:
            cure = "append the column that says where padding is, as with_flag does"
            raise refusal("x", f"three axes, none empty, the last of {columns}", tuple(x.shape), cure)
        if not x.isfinite().all():
            got = x.detach()[~x.isfinite()][0].item()
            raise refusal("x", "finite values", got, "clean the data, or let RaggedLSTM run it: 0 * nan is nan")
        return x
