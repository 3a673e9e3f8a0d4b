"""Train a NameNet: the loop of lesson 09, with what makes it reach the n-grams."""

import time
from typing import NamedTuple

import torch
from torch import nn

from ..keep import light
from ..refusal import kind, whole
from ..series import ALPHABET
from .given import name_given, names_given, share, targets_given

SPACE = ALPHABET.index(" ")


class Progress(NamedTuple):
    """Where training stands after a pass over all names: the mean loss of that pass, seconds since the start."""

    epoch: int
    loss: float
    seconds: float


def train(net, names, targets, *, epochs, rate=0.02, words=0.2, batch=64):
    """Train on N tensors (n,) of codes and (N,) categories; a generator of Progress, one after each pass.

    rate   the largest learning rate of a one-cycle schedule (L. Smith, N. Topin, 2018), by AdamW without decay
    words  how likely each word of every other name is left out: a name is known by any of its words
    Draws from torch's generator: seed it, and on one machine and number of threads the same weights come out.
    """
    epochs, batch = whole("epochs", epochs, at_least=1), whole("batch", batch, at_least=1)
    targets_given(targets, names_given(names))
    rate, words = share("rate", rate, 1, "0.02 is usual"), share("words", words, 1, "0.2 is usual")
    optimizer = light(torch.optim.AdamW)(net.parameters(), lr=rate, weight_decay=0.0, betas=(0.9, 0.99))
    total = epochs * -(-len(names) // batch)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=total + 1)
    start = time.perf_counter()
    for epoch in range(1, epochs + 1):
        net.train()
        losses = []
        for chosen in torch.randperm(len(names)).split(batch):
            loss = net.loss([_thinned(names[k], words) for k in chosen.tolist()], targets[chosen])
            losses.append(_downhill(net, loss, optimizer, plan))
        net.eval()
        yield Progress(epoch, sum(losses) / len(losses), time.perf_counter() - start)


def drop_words(name, likely):
    """A name (n,) without some of its words, or as it is: every other name loses each of them so likely, never all."""
    return _thinned(name_given("name", name), share("likely", likely, 1, "0.2 is usual"))


def _thinned(name, likely):
    if torch.rand(()) < 0.5:
        return name
    word = (name == SPACE).cumsum(0)
    kept = torch.rand(int(word[-1]) + 1) >= likely
    short = name[kept[word]]
    short = short[1:] if len(short) and short[0] == SPACE else short  # the space that led to the word
    return short if len(short) else name


def predicted(net, names, at_once=64):
    """The category of each name, (N,); the net is left as it was, training or not. `at_once` as for `posterior`."""
    return posterior(net, names, at_once).argmax(dim=1)


@torch.no_grad()
def posterior(net, names, at_once=64):
    """How likely each category is for each name, (N, 8); the net is left as it was, training or not.

    at_once  how many names are read together: it bounds the memory, and changes nothing else but rounding
    """
    kind("net", net, nn.Module, "give a NameNet or a WindowNet"), names_given(names)
    at_once = whole("at_once", at_once, at_least=1)
    batches = range(0, len(names), at_once)
    training = net.training
    net.eval()
    logits = [net(names[k : k + at_once]).logits for k in batches]
    net.train(training)
    return torch.cat(logits).softmax(dim=1)


def _downhill(net, loss, optimizer, plan):
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    plan.step()
    return loss.item()
