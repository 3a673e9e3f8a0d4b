"""Where states run: a plane fitted once, and what it hides."""

from typing import NamedTuple

import numpy as np

from ..refusal import kind, number, numbers, refusal


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
        centre = numbers("plane.centre", self.centre, (None,))
        directions = numbers("plane.directions", self.directions, (2, len(centre)))
        states = numbers("states", states)
        if states.shape[-1:] != centre.shape:
            raise refusal("states", f"shape (..., {len(centre)})", states.shape, "give states of the net that it fits")
        return (states - centre) @ directions.T


def projection(states):
    """The Projection onto the two directions along which states (N, H) vary most: principal components, by SVD.

    Source: K. Pearson, 1901. The sign, which is free, is such that the largest entry of a direction is positive.
    Raises ValueError for states that are not (N, H) with N and H of at least 2, or that do not vary.
    """
    states = numbers("states", states)
    if states.ndim != 2 or min(states.shape) < 2:
        raise refusal("states", "(N, H), both at least 2", f"shape {states.shape}", "put the steps of all series below")
    centre = states.mean(axis=0)
    _, lengths, directions = np.linalg.svd(states - centre, full_matrices=False)
    if not lengths[0] > 0:
        raise refusal("states", "states that vary", "the same one at every step", "look at a net that reads something")
    largest = np.abs(directions[:2]).argmax(axis=1)
    signs = np.sign(directions[[0, 1], largest])
    variance = (lengths / lengths[0]) ** 2
    return Projection(centre, directions[:2] * signs[:, None], (variance / variance.sum())[:2])


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
    states, near = numbers("states", states, (None, None)), number("near", near, "take a distance in the plane")
    in_plane, in_full = (_apart(points) for points in (kind("plane", plane, Projection, "fit one")(states), states))
    one, other = np.triu_indices(len(states), k=1)
    alike = in_plane[one, other] < near
    if not alike.any():
        raise refusal("near", "a distance that some pair is below", near, "take a larger one, or more states")
    pair = np.flatnonzero(alike)[in_full[one, other][alike].argmax()]
    a, b = int(one[pair]), int(other[pair])
    return Deception((a, b), float(in_plane[a, b]), float(in_full[a, b]), float(np.median(in_full[one, other])))


def _apart(points):
    """All distances between points (N, K), (N, N), without an array of (N, N, K)."""
    largest = np.abs(points).max(initial=0) or 1.0
    points = points / largest  # or the square of a large one would be infinite
    square = (points**2).sum(axis=1)
    return largest * np.sqrt(np.maximum(square[:, None] + square - 2 * points @ points.T, 0))
