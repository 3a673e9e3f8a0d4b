"""Closed gates: one more input column, 1 on padding, shuts the gates there, so that the state after it is zero.

With i = f = o = 0 exactly, c = 0*c + 0*g = 0 and h = 0*tanh(0) = 0, in the stock fused kernel, which knows no mask.
"""

import torch
from torch import nn

from ..refusal import refusal, short
from .given import check_tensor
from .weights import check_plain

# exp(1e4) is infinite in every float format, so that the sigmoid of this and of any sane sum beside it is exactly 0.
SHUT = -1e4


def close_gates(lstm):
    """The same weights as a module that reads one more column: 1 on padding, 0 on real steps (see `with_flag`).

    After each padded step the state is exactly zero, and no gradient passes back through it: padding on the left does
    no harm, and series may lie back to back with one padded step between them. So it is for padding around series,
    not for holes inside them, where a mask would hold the state; and a carried state is wiped by padding.

    Called as the given nn.LSTM is, (B, T, D + 1) with batch_first; what x holds on padding must be finite and far from
    1e4. Trains, moves and saves like the nn.LSTM, whose parameters it shares. Raises ValueError by name for more than
    one layer, two directions, projections and dropout.
    """
    check_plain(lstm)
    if lstm.dropout:
        raise refusal("lstm", "dropout 0 between layers", lstm.dropout, "one layer has none; put nn.Dropout beside it")
    return ClosedGates(lstm)


class ClosedGates(nn.Module):
    """What `close_gates` returns: the parameters of an nn.LSTM, under their own names, and a column of weights."""

    def __init__(self, lstm):
        super().__init__()
        check_plain(lstm)
        for name, weight in lstm.named_parameters():
            self.register_parameter(name, weight)
        # no parameter, or weight decay would wear it away; not persistent, or the state_dict would not fit nn.LSTM
        self.register_buffer("column", shut_column(lstm.weight_ih_l0), persistent=False)
        self.batch_first = lstm.batch_first

    def forward(self, x, hx=None):
        """x (B, T, D + 1) and hx (1, B, H) each to out (B, T, H) and the last (h, c), as nn.LSTM has them."""
        self._check(x)
        start = self._start(hx, x.shape[0 if self.batch_first else 1])
        return fused(x, start, [widened(self.weight_ih_l0, self.column), *self._rest()], self.batch_first)

    def extra_repr(self):
        return f"{self.weight_ih_l0.shape[1]} + 1, {self.weight_hh_l0.shape[1]}, batch_first={self.batch_first}"

    def _rest(self):
        return [weight for name, weight in self.named_parameters() if name != "weight_ih_l0"]

    def _start(self, hx, lanes):
        """hx, or zeros. The kernel looks at no shape of hx: of a wrong one it reads, and writes, beyond the end."""
        shape = (1, lanes, self.weight_hh_l0.shape[1])
        if hx is None:
            zeros = self.weight_hh_l0.new_zeros(shape)
            return zeros, zeros
        hx = hx if isinstance(hx, tuple | list) else [hx]
        got = [tuple(s.shape) if isinstance(s, torch.Tensor) else type(s).__name__ for s in hx]
        if got != [shape, shape]:
            raise refusal(
                "hx", f"(h, c), of shape {shape} each", short(tuple(got)), "give both, or leave it out for zeros"
            )
        for one in hx:
            check_tensor("hx", one, self)
        return tuple(hx)

    def _check(self, x):
        check_tensor("x", x, self)
        columns = self.weight_ih_l0.shape[1] + 1
        if x.ndim != 3 or x.shape[2] != columns or 0 in x.shape:
            cure = "append the column that says where padding is, as with_flag does"
            raise refusal("x", f"three axes, none empty, the last of {columns}", tuple(x.shape), cure)


def shut_column(weight_ih):
    """(4H, 1) weights that shut i, f and o and leave g alone, like `weight_ih` in dtype and device."""
    i_f, g, o = (weight_ih.new_full((n * len(weight_ih) // 4, 1), w) for n, w in ((2, SHUT), (1, 0.0), (1, SHUT)))
    return torch.cat([i_f, g, o])


def widened(weight_ih, column):
    """(4H, D + 1): the weights of the input, and those of the padding's column."""
    return torch.cat([weight_ih, column.to(weight_ih)], dim=1)  # the given nn.LSTM may have been moved by itself


def fused(x, hx, weights, batch_first):
    """One call of the kernel of nn.LSTM, with weights of one's own: (out, (h, c))."""
    has_bias = len(weights) == 4
    out, h, c = torch.lstm(x, hx, weights, has_bias, 1, 0.0, torch.is_grad_enabled(), False, batch_first)
    return out, (h, c)
