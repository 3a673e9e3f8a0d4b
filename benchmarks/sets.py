"""The ragged sets that are raced, and the weights that all entrants share; seeded, so that all get the same numbers."""

from typing import NamedTuple

import numpy as np

import lstm_demo as ld

LONGEST = 400  # where the tail of the heavy set is cut


class Ragged(NamedTuple):
    """series: list of (n, D) float32; units: H of the LSTM that runs them."""

    series: list
    units: int

    @property
    def features(self):
        return self.series[0].shape[1]


def uniform():
    """270 series of 7 to 29 steps: hardly any spread, so padding costs little."""
    return filled(between(270, 7, 29), 12, 100)


def heavy():
    """256 series with a Pareto tail: a few are ten times as long as most, so padding is nearly all there is."""
    return filled(tailed(256), 12, 64)


def names():
    """512 series as long as names of characters are, 28 steps in the mean, 3 to 83."""
    lengths = np.random.default_rng(0).gamma(7.3, 3.85, 512).round().clip(3, 83).astype(int)
    lengths[:2] = 3, 83  # the shortest and the longest are always there: one long series is what padding pays for
    return filled(lengths, 38, 64)


def seed():
    """1,024 series of 2 to 4 steps, as in the question that started it all: there is next to nothing to compute."""
    return filled(between(1024, 2, 4), 2, 16)


def real():
    """512 of the names in data/unicode_names.csv, drawn at random, one-hot."""
    codes, _, _ = ld.unicode_names()
    chosen = np.random.default_rng(0).choice(len(codes), 512, replace=False)
    return Ragged([ld.one_hot(codes[k]).astype(np.float32) for k in chosen], 64)


SETS = {f.__name__: f for f in (uniform, heavy, names, seed, real)}


def between(count, shortest, longest):
    """Lengths (count,), each as likely as any other."""
    return np.random.default_rng(0).integers(shortest, longest, count, endpoint=True)


def tailed(count):
    """Lengths (count,) of 8 and more: half as many series are twice as long, until LONGEST cuts the tail."""
    return (8 * (1 + np.random.default_rng(0).pareto(1, count))).astype(int).clip(max=LONGEST)


def filled(lengths, features, units):
    """Ragged series of these lengths, standard normal, all cut from one draw."""
    steps = np.random.default_rng(1).standard_normal((int(lengths.sum()), features), dtype=np.float32)
    return Ragged(np.split(steps, np.cumsum(lengths)[:-1]), units)


def weights(features, units):
    """Params for every entrant, drawn as torch draws its own: uniform within 1 / sqrt(H)."""
    rng, rows = np.random.default_rng(2), 4 * units
    shapes = ((rows, features), (rows, units), (rows,))
    return ld.Params(*(rng.uniform(-(units**-0.5), units**-0.5, shape).astype(np.float32) for shape in shapes))
