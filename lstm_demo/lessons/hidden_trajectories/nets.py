"""Two nets that read names letter by letter, the names that neither was trained on, and the states they go through."""

import functools

import numpy as np

from ...cell import Params, init_params, run
from ...series import ALPHABET, data_file, encode, one_hot, unicode_names

UNITS = 128  # of the nets
NETS = ("trained", "untrained", "another untrained")


@functools.cache
def weights(net):
    """Params of 128 units that read letters: those of lesson 09, or fresh ones."""
    if net != "trained":
        return init_params(len(ALPHABET), UNITS, seed=NETS.index(net) - 1)
    with np.load(data_file("name_net.npz"), allow_pickle=False) as file:
        ih, hh, b, b2 = (
            file[f"rnn.lstm.{name}_l0"].astype(float) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
    return Params(ih, hh, b + b2)


@functools.cache
def unseen():
    """(names, (N,) categories) that no net was trained on, those of every second block of neighbours first."""
    _, categories, names = unicode_names()
    kept = [k for k in range(0, len(names), 8) if k // 40 % 5 == 4]  # every fifth block of 40 is kept for the test
    kept.sort(key=lambda k: k // 200 % 2)
    return [names[k] for k in kept], categories[kept]


@functools.lru_cache(256)
def states(net, text, part="c"):
    """(n + 1, 128) h or c before the first letter and after each."""
    after = getattr(run(weights(net), one_hot(encode(text))[None]), part)[0]
    return np.concatenate([np.zeros((1, UNITS)), after])


@functools.cache
def read_all(net, part="c"):
    """[(n, 128)] states after each letter of the unseen names."""
    return [states(net, name, part)[1:].copy() for name in unseen()[0]]
