"""From a name to its category: which names are held out, a net that reads letters, and what trains it in full."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from ... import keep
from ...series import ALPHABET, CATEGORIES, data_file
from ...torch_lstm import RaggedLSTM

LETTERS, SPACE = len(ALPHABET), ALPHABET.index(" ")
BLOCK = 40  # neighbours that are held out together, as neighbours are near-twins


def block_split(count):
    """(train, test), indices in order: of blocks of 40 neighbours every fifth is held out."""
    held_out = np.arange(count) // BLOCK % 5 == 4
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def random_split(count):
    """(train, test), indices in order: 9,000 names are drawn, and the others held out."""
    order = np.random.default_rng(0).permutation(count)
    return np.sort(order[:9000]), np.sort(order[9000:])


class NameNet(nn.Module):
    """N names, tensors (n,) of codes, to logits (N, 8): read at the last h, and at the maximum and the sum of all."""

    def __init__(self, units=128, drop=0.2):
        super().__init__()
        self.rnn = RaggedLSTM(LETTERS, units)
        self.drop = nn.Dropout(drop)
        self.head = nn.Linear(3 * units, len(CATEGORIES))
        self.following = nn.Linear(units, LETTERS)  # guesses the next letter, while training only
        with torch.no_grad():  # all biases zero but the forget gate's, so that early letters are kept at first
            self.rnn.lstm.bias_hh_l0.zero_()
            self.rnn.lstm.bias_ih_l0.zero_()
            self.rnn.lstm.bias_ih_l0[units : 2 * units] = 1

    def forward(self, names):
        return self.read(names)[0]

    def read(self, names):
        """(logits (N, 8), all hidden states (sum n, H), name after name)."""
        outputs, final = self.rnn([one_hot(name, LETTERS).to(self.head.weight.dtype) for name in names])
        h, lengths = torch.cat(outputs), torch.tensor([len(name) for name in names])
        most, total = (torch.segment_reduce(h, how, lengths=lengths) for how in ("max", "sum"))
        return self.judge(final.h, most, total), h

    def judge(self, last, most, total):
        """Logits (N, 8) from the last h, and the maximum and the sum of all so far, (N, H) each."""
        return self.head(self.drop(torch.cat([last, most, total / 8], dim=1)))  # about as large as the others

    def loss(self, names, targets):
        """Cross-entropy of the category, and of each next letter: to foresee a name is to know its kind."""
        logits, h = self.read(names)
        inner = torch.cat([torch.arange(len(name)) < len(name) - 1 for name in names])  # no letter follows the last
        guessed = self.following(self.drop(h[inner]))
        return cross_entropy(logits, targets) + cross_entropy(guessed, torch.cat([name[1:] for name in names]))


def trained():
    """The NameNet whose weights lie in data/: 128 units, 15 passes over all names of the split by blocks, seed 0."""
    with torch.random.fork_rng(devices=[]):
        return keep.load(NameNet(), data_file("name_net.npz")).eval()


@torch.no_grad()
def posterior(net, names):
    """(N, 8) how likely each category is for each name, after all its letters."""
    logits = [net.eval()(names[k : k + 64]) for k in range(0, len(names), 64)]  # a few at once bound the memory
    return torch.cat(logits).softmax(dim=1)


def train(net, names, targets, passes, rate=0.02, words=0.2):
    """The loop of the lesson, with a rate that rises and falls (L. Smith, N. Topin, 2018) and some words left out."""
    adam = keep.light(torch.optim.AdamW)(net.parameters(), lr=rate, weight_decay=0.0, betas=(0.9, 0.99))
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=passes * -(-len(names) // 64) + 1)
    net.train()
    for _ in range(passes):
        for chosen in torch.randperm(len(names)).split(64):
            loss = net.loss([thinned(names[k], words) for k in chosen.tolist()], targets[chosen])
            downhill(net, loss, adam, plan)


def downhill(net, loss, adam, plan):
    adam.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    adam.step()
    plan.step()


def thinned(name, likely):
    """A name (n,) of which, every other time, each word is left out so likely, but never all of them."""
    if torch.rand(()) < 0.5:
        return name
    word = (name == SPACE).cumsum(0)
    short = name[(torch.rand(int(word[-1]) + 1) >= likely)[word]]
    short = short[1:] if len(short) and short[0] == SPACE else short  # the space that led to the word
    return short if len(short) else name
