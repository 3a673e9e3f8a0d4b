"""How to read a trajectory of states: where it runs, what its units tell, how fast it forgets, where it recurs.

A trajectory is (T, H): H units over T steps. Nothing here draws, and nothing here knows what net made the states.
"""

from typing import NamedTuple

import numpy as np

from .refusal import array, refusal, whole


class Projection(NamedTuple):
    """A plane to look at states of H units in, fitted once and then used for every series that is compared.

    centre      (H,) the mean of the states that it was fitted on
    directions  (2, H) of unit length, at right angles
    share       (2,) of the variance along each of them, 0 to 1
    """

    centre: np.ndarray
    directions: np.ndarray
    share: np.ndarray

    def __call__(self, states):
        """States (..., H) as points (..., 2)."""
        return (np.asarray(states) - self.centre) @ self.directions.T


def projection(states):
    """The Projection onto the two directions along which states (N, H) vary most: principal components, by SVD.

    Source: K. Pearson, 1901. The sign, which is free, is such that the largest entry of a direction is positive.
    Raises ValueError for states that are not (N, H) with N and H of at least 2, or that do not vary.
    """
    states = array("states", states).astype(float)
    if states.ndim != 2 or min(states.shape) < 2:
        raise refusal("states", "(N, H), both at least 2", f"shape {states.shape}", "put the steps of all series below")
    centre = states.mean(axis=0)
    _, lengths, directions = np.linalg.svd(states - centre, full_matrices=False)
    if not lengths[0] > 0:
        raise refusal("states", "states that vary", "the same one at every step", "look at a net that reads something")
    largest = np.abs(directions[:2]).argmax(axis=1)
    signs = np.sign(directions[[0, 1], largest])
    return Projection(centre, directions[:2] * signs[:, None], (lengths**2 / (lengths**2).sum())[:2])


class Deception(NamedTuple):
    """Two states that look alike in a plane and are not.

    pair   their two places among the states
    plane, full  how far apart they are in the plane, and in all units
    usual  how far apart in all units two states are, the median of all pairs
    """

    pair: tuple[int, int]
    plane: float
    full: float
    usual: float


def deception(plane, states, near):
    """Of all pairs of states (N, H) less than `near` apart in a plane, the one furthest apart in truth: a Deception.

    plane  a Projection. Raises ValueError if no two of the states are that near.
    """
    in_plane, in_full = (_apart(points) for points in (plane(states), np.asarray(states)))
    one, other = np.triu_indices(len(states), k=1)
    alike = in_plane[one, other] < near
    if not alike.any():
        raise refusal("near", "a distance that some pair is below", near, "take a larger one, or more states")
    pair = np.flatnonzero(alike)[in_full[one, other][alike].argmax()]
    a, b = int(one[pair]), int(other[pair])
    return Deception((a, b), float(in_plane[a, b]), float(in_full[a, b]), float(np.median(in_full[one, other])))


def _apart(points):
    """All distances between points (N, K), (N, N), without an array of (N, N, K)."""
    square = (points**2).sum(axis=1)
    return np.sqrt(np.maximum(square[:, None] + square - 2 * points @ points.T, 0))


def half_life(distance):
    """The first step at which a distance (T,) is below half of what it was at step 0, or None if it never is.

    >>> half_life([8, 5, 4, 3.9, 9])
    3
    """
    distance = array("distance", distance)
    below = np.flatnonzero(distance < distance[0] / 2)
    return int(below[0]) if len(below) else None


def foreseen(forget, difference):
    """How far two cell states would lie apart if nothing but the forget gates acted: (T + 1,), from step 0 on.

    forget  (T, H) the gates of one of the two runs; difference  (H,) of the cell states they begin from
    Exact where both runs have the same gates and write the same; gates that read different h do neither.
    """
    forget, difference = array("forget", forget), array("difference", difference)
    left = np.concatenate([np.ones((1, forget.shape[1])), forget.cumprod(axis=0)])
    return np.linalg.norm(left * difference, axis=1)


# --- what a unit tells -----------------------------------------------------------------------------------------------


def telling(values, labels):
    """How well each unit tells steps with a label from those without: (H,) areas under the ROC curve, 0 to 1.

    values  (N, H), labels (N,) bool. 0.5 is what a coin does; 1 is a unit that is higher at every step with the label,
    0 one that is lower at every such step. Equal values count half. Source: J. Hanley, B. McNeil, 1982.
    Raises ValueError where all steps have the label, or none has.
    """
    values, labels = array("values", values), array("labels", labels)
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
    if len(states) != len(labels) or len(states) < 4:
        got = f"{len(states)} and {len(labels)}"
        raise refusal("states", "four series or more, and labels for each", got, "give one array of labels a series")
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


# --- where else ------------------------------------------------------------------------------------------------------


def units_over(on, start, stop):
    """The units that are on at each step from `start` to `stop` - 1 and off at the steps just before and after.

    on  (T, H) bool. A border at an end of the series has no step that could be on.
    Source: H. Strobelt et al., LSTMVis, 2018. Raises ValueError for a span that is empty or leaves the series.
    """
    on = array("on", on)
    if not 0 <= start < stop <= len(on):
        cure = "count from 0, the stop not included"
        raise refusal("start, stop", f"a span within {len(on)} steps", f"{start}, {stop}", cure)
    borders = [t for t in (start - 1, stop) if 0 <= t < len(on)]
    return np.flatnonzero(on[start:stop].all(axis=0) & ~on[borders].any(axis=0))


def spans(on, shortest=1):
    """Where all units are on together: [(start, stop)] of each longest stretch of at least `shortest` steps.

    on  (T, U) bool, the columns of the units that are looked for. Of no unit at all nothing can be said: no spans.

    >>> spans(np.array([[1, 1], [1, 0], [1, 1], [1, 1]], bool))
    [(0, 1), (2, 4)]
    """
    on, shortest = array("on", on), whole("shortest", shortest, at_least=1)
    if not on.shape[1]:
        return []
    edges = np.diff(on.all(axis=1).astype(int), prepend=0, append=0)
    starts, stops = (np.flatnonzero(edges == edge).tolist() for edge in (1, -1))
    return [(a, b) for a, b in zip(starts, stops, strict=True) if b - a >= shortest]


class Sense(NamedTuple):
    """What the units on over a span of a word say: they are on together `found` times, a `share` of it in that word."""

    span: str
    word: str
    units: int
    found: int
    share: float


def senses(on, texts, which, shortest=3):
    """The Sense of each span of a word, of `shortest` letters or more, in text `which`; on: (n, H) bool a text."""
    places = [(k, k + n) for n in range(shortest, len(texts[which]) + 1) for k in range(len(texts[which]) + 1 - n)]
    within = [(a, b) for a, b in places if " " not in texts[which][a:b]]
    told = [_sense(on, texts, texts[which], a, b, units_over(on[which], a, b)) for a, b in within]
    return [sense for sense in told if sense.units]


def _sense(on, texts, text, start, stop, units):
    word = text[text.rfind(" ", 0, start) + 1 :].split(" ")[0]
    found = [(one, *span) for one, marks in zip(texts, on, strict=True) for span in spans(marks[:, units], 2)]
    share = float(np.mean([lies_in(*place, word) for place in found])) if found else 0.0
    return Sense(text[start:stop], word, len(units), len(found), share)


def lies_in(text, start, stop, word):
    """Whether a span of a text lies within one of the places where a word stands in it.

    >>> lies_in("LATIN LETTER A", 8, 11, "LETTER"), lies_in("LATIN LETTER A", 8, 13, "LETTER")
    (True, False)
    """
    places = range(max(0, stop - len(word)), start + 1)
    return any(text.startswith(word, place) for place in places)
