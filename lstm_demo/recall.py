"""Recall the first step, trained in each way to tell a net where the padding is: the same net, series and batches.

Lesson 04 trains one of these anew, scripts/sweep_flags.py all of them.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pack_padded_sequence

from .cell import State, init_params, run
from .keep import fit
from .layout import pad_left, pad_right
from .refusal import choice, kind, random_seed, refusal, whole
from .series import recall_first
from .torch_lstm import StatelessLSTM, close_gates, load_params, params_of
from .torch_lstm.given import check_tensor, flags_given

WAYS = ("nothing", "flag", "closed gates", "packed", "mask", "mask + learnt first state")
# Where the padding changes nothing, so that these compute one function of the same weights.
EXACT = (("mask", "left"), ("mask", "right"), ("closed gates", "left"), ("packed", "right"))
SIDES = {"left": pad_left, "right": pad_right}
STARTS = ("PyTorch", "Keras")
SHORTEST, LONGEST, WIDTH, UNITS, BATCHES = 3, 15, 30, 16, 300


class Laid(NamedTuple):
    """Series on one grid: x (B, T, 1), mask (B, T) bool, and whether each first step was positive, (B,) of 0 and 1."""

    x: torch.Tensor
    mask: torch.Tensor
    positive: torch.Tensor


class Learnt(NamedTuple):
    """What a net came to on series that it had not seen, all 0 to 1 but the gap.

    accuracy  share of right answers, read at the final state
    alone     the same, each series run alone: without padding, and with no flag set
    gap       how far the final h lies from that of the series alone, part of its norm, mean over the series
    forget    mean of f on padded steps, NaN where a way does not let the gates read them
    input     mean of i there
    """

    accuracy: float
    alone: float
    gap: float
    forget: float
    input: float


class RecallNet(nn.Module):
    """An LSTM that is told of the padding in one of the WAYS, and a head that reads its final h."""

    def __init__(self, way, start="PyTorch", units=UNITS):
        super().__init__()
        choice("way", way, list(WAYS)), choice("start", start, list(STARTS))
        self.way, features = way, 2 if way == "flag" else 1
        seed = torch.randint(2**31, ()).item()
        self.net, self.head = StatelessLSTM(features, units), nn.Linear(units, 1)
        if start == "Keras":
            load_params(self.net.lstm, init_params(features, units, seed))
        if way == "mask + learnt first state":
            self.first = nn.Parameter(torch.zeros(2, units))

    def forward(self, x, mask):
        """x (B, T, 1) and mask (B, T) bool to the final State of (B, H)."""
        check_tensor("x", x, self.net.lstm)
        mask = _mask_given(x, mask)
        if self.way == "mask":
            return self.net(x, mask=mask)[1]
        if self.way == "mask + learnt first state":
            return self.net(x, mask=mask, state=State(*self.first[:, None].expand(-1, len(x), -1)))[1]
        if self.way == "packed":  # as it is called: so many steps from the left, whatever they hold
            if not mask.any(dim=1).all():
                raise refusal("mask", "one real step or more in each lane", "a lane without", "leave empty series out")
            packed = pack_padded_sequence(x, mask.sum(dim=1), batch_first=True, enforce_sorted=False)
            return State(*(s[0] for s in self.net.lstm(packed)[1]))
        if self.way == "closed gates":
            return State(*(s[0] for s in close_gates(self.net.lstm)(flagged(x, mask))[1]))
        return self.net(flagged(x, mask) if self.way == "flag" else x)[1]

    def answers(self, x, mask):
        """(B,) logits: above 0 for 'the first step was positive'."""
        return self.head(self(x, mask).h)[:, 0]


def flagged(x, mask):
    """x (B, T, D) with the flag feature behind it, 1 on padding."""
    if kind("x", x, torch.Tensor, "convert it with torch.as_tensor").layout != torch.strided:
        raise refusal("x", "a dense tensor", f"one of layout {x.layout}", "convert it with .to_dense()")
    mask = _mask_given(x, mask, None)
    return torch.cat([x, (~mask)[..., None].to(x)], dim=2)


def laid(side, count=1000, seed=1, width=WIDTH):
    """So many series of 3 to 15 steps, padded on a side to `width` columns: Laid."""
    choice("side", side, list(SIDES))
    series, positive = recall_first(count, SHORTEST, LONGEST, seed=seed)
    layout = SIDES[side]([len(one) for one in series], width=width)
    return Laid(torch.tensor(layout.lay(series)).float(), torch.tensor(layout.mask), torch.tensor(positive).float())


def fresh(way, start="PyTorch", seed=0):
    """An untrained RecallNet, drawn from `seed`: all ways without a parameter of their own get the same weights."""
    torch.manual_seed(random_seed("seed", seed))
    return RecallNet(way, start)


def train(way, side, start="PyTorch", seed=0, *, batches=BATCHES, count=1000):
    """A RecallNet trained on series padded on a side, all of it drawn from `seed`."""
    batches = whole("batches", batches, at_least=1)
    net, (x, mask, positive) = fresh(way, start, seed), laid(side, count)
    fit(
        [net], lambda k: binary_cross_entropy_with_logits(net.answers(x[k], mask[k]), positive[k]), count, steps=batches
    )
    return net


@torch.no_grad()
def learnt(net, side, count=1000):
    """What a RecallNet came to, on series of another seed padded on that side: Learnt."""
    kind("net", net, RecallNet, "train makes one")
    x, mask, positive = laid(side, count, seed=2)
    alone = _alone(net, side, count)
    final = net(x, mask).h
    right = [_share_right(net, h, positive) for h in (final, alone)]
    gap = ((final - alone).norm(dim=1) / alone.norm(dim=1)).mean().item()
    return Learnt(*right, gap, *_on_padding(net, x, mask))


@torch.no_grad()
def answered(net, x, positive, **told):
    """The share of right answers of a RecallNet whose LSTM is told this (mask, state), whatever it was trained with."""
    check_tensor("x", x, kind("net", net, RecallNet, "train makes one").net.lstm)
    check_tensor("positive", positive, net.net.lstm)
    if positive.shape != x.shape[:1]:
        raise refusal("positive", f"shape {tuple(x.shape[:1])}, one a lane", tuple(positive.shape), "take that of laid")
    return _share_right(net, net.net(x, **told)[1].h, positive)


@torch.no_grad()
def apart(batches, start="PyTorch", seed=0, count=1000):
    """How far the four EXACT ways have come apart after so many batches: the largest difference of an answer's logit.

    All four have the same weights at the start and see the same batches, so that only rounding can tell them apart.
    """
    batches, found = whole("batches", batches, at_least=0), []
    for way, side in EXACT:
        with torch.enable_grad():
            net = train(way, side, start, seed, batches=batches) if batches else fresh(way, start, seed)
        x, mask, _ = laid(side, count, seed=2)
        found.append(net.answers(x, mask))
    return max((one - found[0]).abs().max().item() for one in found)


def reach(way, side, start="PyTorch", seed=0, count=100):
    """How strongly an untrained net's answer depends on the step to be recalled: the median of |d answer / d step|."""
    net, (x, mask, _) = fresh(way, start, seed), laid(side, count)
    net.answers(x.requires_grad_(), mask).sum().backward()
    first = mask.int().argmax(dim=1)
    return x.grad[torch.arange(count), first, 0].abs().median().item()


def _share_right(net, h, positive):
    return ((net.head(h)[:, 0] > 0) == (positive > 0)).float().mean().item()


def _alone(net, side, count):
    """The final h (B, H) of each series without its padding, those of one length together."""
    x, mask, _ = laid(side, count, seed=2)
    lengths, found = mask.sum(dim=1), torch.empty(count, net.head.in_features)
    for n in lengths.unique():
        lanes = lengths == n
        rows = x[lanes][mask[lanes]].view(-1, n, 1)
        found[lanes] = net(rows, torch.ones(rows.shape[:2], dtype=torch.bool)).h
    return found


def _on_padding(net, x, mask):
    """The mean of f and i on padded steps."""
    if net.way not in ("nothing", "flag"):
        return np.nan, np.nan
    read = flagged(x, mask) if net.way == "flag" else x
    trace, padding = run(params_of(net.net.lstm), read.double().numpy()), ~mask.numpy()
    return trace.f[padding].mean().item(), trace.i[padding].mean().item()


def _mask_given(x, mask, features=1):
    """The mask, if x is (B, T, features) and the mask (B, T) bool; None for any number of features."""
    if x.ndim != 3 or features not in (None, x.shape[2]) or 0 in x.shape[:2]:
        want = f"shape (B, T, {features or 'D'}), no axis empty"
        raise refusal("x", want, tuple(x.shape), "take x and mask from one layout, as laid does")
    return flags_given("mask", mask, x, True)
