"""What a unit tells: how well it marks the steps with a label, and how well chance does."""

from typing import NamedTuple

import numpy as np

from ..refusal import array, flags, numbers, refusal, several, whole


def telling(values, labels):
    """How well each unit tells steps with a label from those without: (H,) areas under the ROC curve, 0 to 1.

    values  (N, H), labels (N,) bool. 0.5 is what a coin does; 1 is a unit that is higher at every step with the label,
    0 one that is lower at every such step. Equal values count half. Source: J. Hanley, B. McNeil, 1982.
    Raises ValueError where all steps have the label, or none has.
    """
    values, labels = numbers("values", values, (None, None)), array("labels", labels)
    if labels.dtype != bool or labels.shape != values.shape[:1]:
        expected = f"{values.shape[:1]} bool, one a step"
        raise refusal("labels", expected, f"{labels.shape} {labels.dtype}", "compare with == or > to get bool")
    with_it = labels.sum()
    without = len(labels) - with_it
    if not with_it * without:
        raise refusal("labels", "steps with the label and steps without", f"{with_it} with, {without} without", "mix")
    return (_ranks(values)[labels].sum(axis=0) - with_it * (with_it + 1) / 2) / (with_it * without)


class Tracker(NamedTuple):
    """The unit that tells a label best, found on some series and judged on others.

    unit      its index
    chosen    how well it tells on the series it was chosen on, 0.5 to 1; high or low is turned to high
    tested    the same unit, turned the same way, on the other series, 0 to 1
    shuffled  how well the best of all units tells labels that were shuffled over all steps
    borrowed  how well the best of all units tells the labels of *other* series, which know the step but not the series
    """

    unit: int
    chosen: float
    tested: float
    shuffled: float
    borrowed: float


def best_unit(states, labels, draws=5, seed=0):
    """The Tracker of a label among the units: chosen on the first half of the series, tested on the second.

    states  list of (n, H), no series of one half with a twin in the other; labels  list of (n,) bool
    draws   over how many shuffles of the labels the two levels of chance are means
    """
    cure = "give one array of labels a series"
    states, labels = several("states", states, cure), several("labels", labels, cure)
    if len(states) != len(labels) or len(states) < 4:
        got = f"{len(states)} and {len(labels)}"
        raise refusal("states", "four series or more, and labels for each", got, cure)
    units = numbers("states[0]", states[0], (None, None)).shape[1]
    states = [numbers(f"states[{k}]", one, (None, units)) for k, one in enumerate(states)]
    labels = [flags(f"labels[{k}]", one, (len(states[k]),)) for k, one in enumerate(labels)]
    draws, rng = whole("draws", draws, at_least=1), np.random.default_rng(whole("seed", seed, at_least=0))
    half = len(states) // 2
    here, values = np.concatenate(labels[:half]), np.concatenate(states[:half])
    told = telling(values, here)
    unit = int(np.abs(told - 0.5).argmax())
    tested = telling(np.concatenate(states[half:])[:, [unit]], np.concatenate(labels[half:]))[0]
    shuffled = [_best(telling(values, rng.permutation(here))) for _ in range(draws)]
    borrowed = [_best(telling(*_borrowed(states[:half], labels[:half], rng))) for _ in range(draws)]
    turned = tested if told[unit] >= 0.5 else 1 - tested
    return Tracker(unit, _best(told), float(turned), float(np.mean(shuffled)), float(np.mean(borrowed)))


def _best(told):
    return float(0.5 + np.abs(told - 0.5).max())


def _borrowed(states, labels, rng):
    """Each series with the labels of the one drawn for it, both cut to the shorter; none keeps its own."""
    order = rng.permutation(len(states))
    pairs = [(states[a], labels[b]) for a, b in zip(order, np.roll(order, 1), strict=True)]
    cut = [(s[: len(y)], y[: len(s)]) for s, y in pairs]
    return np.concatenate([s for s, _ in cut]), np.concatenate([y for _, y in cut])


def _ranks(values):
    """The place of each entry in its column, counted from 1; equal ones share the mean of their places."""
    ranks = np.empty(values.shape)
    for unit, column in enumerate(values.T):
        _, group, count = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, unit] = (count.cumsum() - (count - 1) / 2)[group]
    return ranks
