"""Serve a trained NameNet: one letter at a time, in constant memory, by a stateful LSTM over the same weights."""

from typing import NamedTuple

import torch
from torch.nn.functional import one_hot

from ..refusal import kind, refusal, whole
from ..torch_lstm import StatefulLSTM
from .given import name_given
from .net import LETTERS, NameNet


class Unfolded(NamedTuple):
    """A name as it is read.

    posterior  (n, 8), how likely each category is after each letter
    h          (n, H), the hidden state after each letter
    """

    posterior: torch.Tensor
    h: torch.Tensor


class NameReader:
    """Reads letters as they come. Keeps the state, and each unit's maximum and sum so far: nothing that grows."""

    def __init__(self, net):
        self.net = kind("net", net, NameNet, "load or train one").eval()
        self.lstm = StatefulLSTM(LETTERS, net.rnn.lstm.hidden_size)
        self.lstm.lstm = net.rnn.lstm
        self.forget()

    def forget(self):
        """Before the next name."""
        self.lstm.reset_states()
        units = self.net.rnn.lstm.hidden_size
        like = self.net.head.weight.detach()
        self.most, self.total = like.new_full((1, units), -1.0), like.new_zeros(1, units)  # no h is below -1

    @torch.no_grad()
    def read(self, code):
        """The posterior (8,) after one letter more; `code` as `encode` gives it."""
        code = whole("code", _plain(code), at_least=0)
        if code >= LETTERS:
            raise refusal("code", f"a letter, 0 to {LETTERS - 1}", code, "encode(name) turns letters into codes")
        x = one_hot(torch.tensor(code), LETTERS).to(self.total.dtype)
        h = self.lstm(x[None, None])[0]
        self.most, self.total = torch.maximum(self.most, h), self.total + h
        return self.net.categorise(h, self.most, self.total)[0].softmax(dim=0)

    @property
    def h(self):
        """The hidden state (H,) after the last letter; zeros before the first."""
        state = self.lstm.state
        return torch.zeros_like(self.total[0]) if state is None else state.h[0]


def _plain(code):
    plain = isinstance(code, torch.Tensor) and not code.is_sparse and code.device.type != "meta"
    return code.tolist() if plain else code


@torch.no_grad()
def unfold(net, name):
    """What a NameReader says after each letter of a name (n,), from one stateless pass: an Unfolded."""
    kind("net", net, NameNet, "load or train one")
    name_given("name", name)
    h = net.eval().rnn([one_hot(name, LETTERS).to(net.head.weight.dtype)])[0][0]
    return Unfolded(net.categorise(h, h.cummax(dim=0).values, h.cumsum(dim=0)).softmax(dim=1), h)
