"""The names as one stream of letters: a net that foretells the next one, its state carried over names or reset at each.

A reset is written into the data: a padded step before each name closes the gates (see close_gates), so that carried
and reset run through the same fused calls.
"""

from math import log
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from ..keep import light
from ..refusal import refusal, whole
from ..series import ALPHABET
from ..torch_lstm import close_gates
from ..torch_lstm.weights import plain_lstm

END = len(ALPHABET)  # stands after each name, and so before the next
RESET = END + 1  # read by the column that closes the gates alone
UNASKED = -100  # where no letter is to be foretold; cross_entropy leaves it out
LANES, WIDTH = 16, 50


class Passed(NamedTuple):
    """Where training stands after a pass over the stream: bits per character while it was learnt."""

    number: int
    bits: float


class NameStream(nn.Module):
    """Foretells the next letter of a stream of names, END among them."""

    def __init__(self, units=128):
        super().__init__()
        self.lstm = plain_lstm(END + 1, units)
        self.head = nn.Linear(units, END + 1)
        with torch.no_grad():
            self.lstm.bias_ih_l0[units : 2 * units] += 1  # keep at first, as NameNet does

    def forward(self, tokens, hx=None):
        """tokens (B, T) to logits (B, T, 39) of the token that follows, and the last (h, c)."""
        x = one_hot(tokens, RESET + 1).to(self.head.weight.dtype)
        out, hx = close_gates(self.lstm)(x, hx)
        return self.head(out), hx


def tokens(names, reset):
    """A stream: (what is read, what is to be foretold), two (L,) of whole numbers, from names (n,) of codes.

    Read are END and the letters of a name, to be foretold its letters and END; with `reset` a RESET before each.
    """
    gap = [RESET] * reset
    read = [np.concatenate([gap, [END], name]) for name in names]
    told = [np.concatenate([[UNASKED] * reset, name, [END]]) for name in names]
    return tuple(torch.from_numpy(np.concatenate(part).astype(np.int64)) for part in (read, told))


def train_stream(net, names, *, passes, reset, together=None, rate=0.01):
    """Train on names (n,) of codes as one stream; a generator of Passed, one after each pass.

    together  how many neighbours stay in a row when the order is drawn anew for each pass: 1 shuffles the names, 40
              blocks of them; left out, all stay in order

    The stream is cut into 16 lanes and windows of 50 steps; from window to window the state is carried, detached.
    Draws from torch's generator.
    """
    lanes = _lanes(tokens(names, reset))
    passes = whole("passes", passes, at_least=1)
    optimizer = light(torch.optim.Adam)(net.parameters(), lr=rate)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=passes * len(lanes) + 1)
    for number in range(1, passes + 1):
        if together is not None:
            lanes = _lanes(tokens(_drawn_anew(names, together), reset))
        hx, losses = None, []
        for read, told in lanes:
            logits, hx = net(read, hx)
            hx = tuple(s.detach() for s in hx)
            loss = cross_entropy(logits.flatten(0, 1), told.flatten(), ignore_index=UNASKED)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            plan.step()
            losses.append(loss.item())
        yield Passed(number, sum(losses) / len(losses) / log(2))


def _drawn_anew(names, together):
    runs = range(0, len(names), whole("together", together, at_least=1))
    return [name for k in torch.randperm(len(runs)).tolist() for name in names[runs[k] : runs[k] + together]]


def _lanes(stream):
    """The windows of a stream cut into lanes: [(read, told), ...], each (B, up to 50). A rest of the stream is left."""
    long = len(stream[0]) // LANES
    if not long:
        raise refusal("names", f"{LANES} letters or more", len(stream[0]), "give more names")
    return list(zip(*(part[: LANES * long].view(LANES, long).split(WIDTH, dim=1) for part in stream), strict=True))


@torch.no_grad()
def bits(net, blocks, *, reset, at_once=4):
    """Bits per character, END counted, over blocks of names, each a stream of its own that begins from zeros.

    at_once  how many blocks are read side by side: it bounds the memory, and changes nothing else but rounding
    """
    streams = [tokens(names, reset) for names in blocks]
    batches = range(0, len(streams), whole("at_once", at_once, at_least=1))
    lost, letters = zip(*(_lost(net, streams[k : k + at_once]) for k in batches), strict=True)
    return sum(lost) / sum(letters) / log(2)


def _lost(net, streams):
    """(nats, letters): what foretelling streams side by side costs, summed over how many letters."""
    read, told = (
        nn.utils.rnn.pad_sequence([stream[k] for stream in streams], batch_first=True, padding_value=fill)
        for k, fill in ((0, RESET), (1, UNASKED))
    )
    logits, _ = net(read)
    nats = cross_entropy(logits.flatten(0, 1), told.flatten(), ignore_index=UNASKED, reduction="sum")
    return nats.item(), (told != UNASKED).sum().item()


@torch.no_grad()
def invent(net, before, count, *, longest=60):
    """`count` names (n,) of codes that the net thinks may follow names (n,) read with the state carried.

    Letters are drawn as likely as the net says, from torch's generator; a name that does not end is cut at `longest`.
    """
    logits, hx = net(tokens(before, reset=False)[0][None])
    made = []
    for _ in range(whole("count", count, at_least=1)):
        logits, hx, name = *net(torch.tensor([[END]]), hx), []
        while len(name) < longest:
            letter = int(torch.multinomial(logits[0, -1].softmax(dim=0), 1))
            if letter == END:
                break
            name.append(letter)
            logits, hx = net(torch.tensor([[letter]]), hx)
        made.append(np.array(name, dtype=np.int64))
    return made
