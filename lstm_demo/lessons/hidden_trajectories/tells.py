"""What units tell: how well one marks the steps with a label, against chance, and where several are on together."""

from typing import NamedTuple

import numpy as np


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
    shuffled: float
    borrowed: float


def best_unit(states, labels, seed=0):
    """The Tracker of labels [(n,) bool] among units [(n, H)].

    shuffled  what the best of all units reaches for labels shuffled over all steps
    borrowed  ... for the labels of *another* series, which know the step but not the series
    """
    rng, half = np.random.default_rng(seed), len(states) // 2
    here, values = np.concatenate(labels[:half]), np.concatenate(states[:half])
    told = telling(values, here)
    unit = int(np.abs(told - 0.5).argmax())
    tested = telling(np.concatenate(states[half:])[:, [unit]], np.concatenate(labels[half:]))[0]
    chance = [telling(values, rng.permutation(here)), telling(*borrowed(states[:half], labels[:half], rng))]
    shuffled, lent = (float(0.5 + np.abs(one - 0.5).max()) for one in chance)
    return Tracker(unit, float(tested if told[unit] >= 0.5 else 1 - tested), shuffled, lent)


def borrowed(states, labels, rng):
    """Each series with the labels of another one, both cut to the shorter."""
    order = rng.permutation(len(states))
    pairs = [(states[a], labels[b]) for a, b in zip(order, np.roll(order, 1), strict=True)]
    cut = [(s[: len(y)], y[: len(s)]) for s, y in pairs]
    return np.concatenate([s for s, _ in cut]), np.concatenate([y for _, y in cut])


def units_over(on, start, stop):
    """The units on (T, H) at each step from start to stop - 1 and off just before and after. H. Strobelt, 2018."""
    borders = [t for t in (start - 1, stop) if 0 <= t < len(on)]
    return np.flatnonzero(on[start:stop].all(axis=0) & ~on[borders].any(axis=0))


def spans(on):
    """[(start, stop)] of the longest stretches, of two steps or more, over which all units on (T, U) are on."""
    edges = np.diff(on.all(axis=1).astype(int), prepend=0, append=0)
    starts, stops = (np.flatnonzero(edges == edge).tolist() for edge in (1, -1))
    return [(a, b) for a, b in zip(starts, stops, strict=True) if b - a > 1]


def lies_in(text, start, stop, word):
    """Whether text[start:stop] lies within a place where the word stands in the text."""
    return any(text.startswith(word, place) for place in range(max(0, stop - len(word)), start + 1))


def found_again(on, names, units):
    """[(name, start, stop)] of every place in the names where those units are on together."""
    return [(name, *span) for name, marks in zip(names, on, strict=True) for span in spans(marks[:, units])]
