"""The names as one stream of letters: a net that foretells the next one, its state carried over names or reset."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from ... import keep
from ...series import ALPHABET, data_file, unicode_names
from ...table import table
from ...torch_lstm import close_gates
from .net import BLOCK, block_split, downhill

END = len(ALPHABET)  # stands after each name, and so before the next
RESET = END + 1  # a padded step that closes the gates: the state behind it is zero
UNASKED = -100  # where no letter is to be foretold: cross_entropy leaves it out
LANES, WIDTH = 16, 50
ORDERS = {"in order": 20_000, "blocks shuffled": BLOCK, "names shuffled": 1}  # how many neighbours stay together
GRIDS = [
    {"state": ["carried"], "order": [*ORDERS], "seed": range(5), "passes": [16]},
    {"state": ["reset"], "order": ["in order", "names shuffled"], "seed": range(5), "passes": [16]},
    {"state": ["carried"], "order": ["blocks shuffled"], "seed": range(5), "passes": [4]},
    {"state": ["reset"], "order": ["names shuffled"], "seed": range(5), "passes": [4]},
]


class NameStream(nn.Module):
    """tokens (B, T) and a state to logits (B, T, 39) of the token that follows, and the state after it."""

    def __init__(self, units=128):
        super().__init__()
        self.lstm = nn.LSTM(END + 1, units, batch_first=True)
        self.head = nn.Linear(units, END + 1)
        with torch.no_grad():
            self.lstm.bias_ih_l0[units : 2 * units] += 1  # keep at first, as NameNet does

    def forward(self, tokens, state=None):
        out, state = close_gates(self.lstm)(one_hot(tokens, RESET + 1).to(self.head.weight.dtype), state)
        return self.head(out), state


def trained_stream():
    """The NameStream whose weights lie in data/: carried, blocks shuffled, 16 passes, seed 0."""
    with torch.random.fork_rng(devices=[]):
        return keep.load(NameStream(), data_file("name_stream.npz")).eval()


def sides():
    """[(n,) codes to train on], and [[(n,) codes of 40 neighbours]] held out."""
    codes, _, _ = unicode_names()
    train_on, test = block_split(len(codes))
    return [codes[k] for k in train_on], [
        [codes[k] for k in test[at : at + BLOCK]] for at in range(0, len(test), BLOCK)
    ]


def tokens(names, reset):
    """What is read and what is to be foretold, two (L,): END and the letters of each name; its letters and END."""
    read = [np.concatenate([[RESET] * reset, [END], name]) for name in names]
    told = [np.concatenate([[UNASKED] * reset, name, [END]]) for name in names]
    return [torch.from_numpy(np.concatenate(part).astype(np.int64)) for part in (read, told)]


def pieces(stream):
    """A stream cut into 16 lanes, then along time: [(read, told)] of (16, up to 50) each."""
    long = len(stream[0]) // LANES
    return list(zip(*(part[: LANES * long].view(LANES, long).split(WIDTH, dim=1) for part in stream), strict=True))


def shuffled(names, together):
    """The names in a new order, in which so many neighbours stay together."""
    begins = together * torch.randperm(-(-len(names) // together))
    return [name for k in begins.tolist() for name in names[k : k + together]]


def train_stream(net, names, passes, reset, together, rate=0.01):
    """Teach a net to foretell the next letter of names (n,): each pass in a new order, the state carried, detached."""
    adam = keep.light(torch.optim.Adam)(net.parameters(), lr=rate)
    count = len(pieces(tokens(names, reset)))
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=passes * count + 1)
    for _ in range(passes):
        state = None
        for read, told in pieces(tokens(shuffled(names, together), reset)):
            logits, state = net(read, state)
            state = tuple(s.detach() for s in state)
            loss = cross_entropy(logits.flatten(0, 1), told.flatten(), ignore_index=UNASKED)
            downhill(net, loss, adam, plan)


@torch.no_grad()
def bits(net, blocks, reset):
    """Bits per character, END counted, over blocks of names, each a stream of its own that begins from zeros."""
    lost = count = 0
    for read, told in (tokens(names, reset) for names in blocks):
        lost += cross_entropy(net(read[None])[0][0], told, ignore_index=UNASKED, reduction="sum").item()
        count += int((told != UNASKED).sum())
    return lost / count / math.log(2)


@table("name_stream.csv", *GRIDS, quick={"passes": 1})
def foretell(state, order, seed, passes):
    """Train on the stream of all names but the held-out blocks, and say what it costs to foretell those."""
    return {"bits": bits(made_stream(state, order, seed, passes), sides()[1], state == "reset")}


def made_stream(state, order, seed, passes):
    """A net trained anew; carried, blocks shuffled, seed 0 and 16 passes give the weights of data/name_stream.npz."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = NameStream()
        train_stream(net, sides()[0], passes, state == "reset", ORDERS[order])
    return net
