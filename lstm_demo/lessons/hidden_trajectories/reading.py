"""States of two nets that read names: the plane that shows most of them, what units tell, what is left over."""

import functools
from typing import NamedTuple

import numpy as np

from ...cell import Params, init_params, run
from ...series import ALPHABET, data_file, encode, one_hot, unicode_names

UNITS = 128  # of the nets
NETS = ("trained", "untrained")


@functools.cache
def weights(net):
    """Params of 128 units that read letters: those of lesson 09, or fresh ones."""
    if net != "trained":
        return init_params(len(ALPHABET), UNITS, seed=0)
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


class Plane(NamedTuple):
    """The two directions (2, H) along which states vary most around their centre, and their shares of the variance."""

    centre: np.ndarray
    directions: np.ndarray
    share: np.ndarray

    def __call__(self, states):
        """States (..., H) as points (..., 2)."""
        return (states - self.centre) @ self.directions.T


def plane_of(states):
    """The Plane of states (N, H): principal components, by SVD; the largest entry of each direction is positive."""
    centre = states.mean(axis=0)
    _, lengths, directions = np.linalg.svd(states - centre, full_matrices=False)
    largest = np.abs(directions[:2]).argmax(axis=1)
    variance = lengths**2 / (lengths**2).sum()
    return Plane(centre, directions[:2] * np.sign(directions[[0, 1], largest])[:, None], variance[:2])


def distances(points):
    """(N, N) between points (N, K)."""
    square = (points**2).sum(axis=1)
    return np.sqrt(np.maximum(square[:, None] + square - 2 * points @ points.T, 0))


def telling(values, labels):
    """(H,) areas under the ROC curve: how often each unit (N, H) is higher at a step with the label than without."""
    ranks = np.empty(values.shape)
    for unit, column in enumerate(values.T):
        _, group, count = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, unit] = (count.cumsum() - (count - 1) / 2)[group]  # equal ones share the mean of their places
    with_it = labels.sum()
    return (ranks[labels].sum(axis=0) - with_it * (with_it + 1) / 2) / (with_it * (len(labels) - with_it))


class Tracker(NamedTuple):
    """The unit that tells a label best on the first half of the series, and how well: on the second, and by chance."""

    unit: int
    tested: float
    borrowed: float


def best_unit(states, labels, seed=0):
    """The Tracker of labels [(n,) bool] among units [(n, H)].

    borrowed  what the best of all units reaches for the labels of *another* series, which know the step alone
    """
    half = len(states) // 2
    told = telling(np.concatenate(states[:half]), np.concatenate(labels[:half]))
    unit = int(np.abs(told - 0.5).argmax())
    tested = telling(np.concatenate(states[half:])[:, [unit]], np.concatenate(labels[half:]))[0]
    lent = telling(*borrowed(states[:half], labels[:half], np.random.default_rng(seed)))
    return Tracker(unit, float(tested if told[unit] >= 0.5 else 1 - tested), float(0.5 + np.abs(lent - 0.5).max()))


def borrowed(states, labels, rng):
    """Each series with the labels of another one, both cut to the shorter."""
    order = rng.permutation(len(states))
    pairs = [(states[a], labels[b]) for a, b in zip(order, np.roll(order, 1), strict=True)]
    cut = [(s[: len(y)], y[: len(s)]) for s, y in pairs]
    return np.concatenate([s for s, _ in cut]), np.concatenate([y for _, y in cut])


def left_over(distance):
    """A distance (T,) in per cent of the first."""
    return 100 * distance / distance[0]
