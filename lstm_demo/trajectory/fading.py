"""How fast a difference fades: when half of it is gone, and what the forget gates alone would leave."""

import numpy as np

from ..refusal import numbers, refusal


def half_life(distance):
    """The first step at which a distance (T,) is below half of what it was at step 0, or None if it never is.

    >>> half_life([8, 5, 4, 3.9, 9])
    3
    """
    distance = numbers("distance", distance, (None,), finite=False)
    if not len(distance):
        raise refusal("distance", "one step or more", "none", "give it from the start on")
    below = np.flatnonzero(distance < distance[0] / 2)
    return int(below[0]) if len(below) else None


def foreseen(forget, difference):
    """How far two cell states would lie apart if nothing but the forget gates acted: (T + 1,), from step 0 on.

    forget  (T, H) the gates of one of the two runs; difference  (H,) of the cell states they begin from
    Exact where both runs have the same gates and write the same; gates that read different h do neither.
    """
    forget = numbers("forget", forget, (None, None))
    if not ((forget >= 0) & (forget <= 1)).all():
        raise refusal("forget", "gates, 0 to 1", f"{forget.min():g} to {forget.max():g}", "give the f of a Trace")
    difference = numbers("difference", difference, forget.shape[1:])
    left = np.concatenate([np.ones((1, forget.shape[1])), forget.cumprod(axis=0)])
    return np.hypot.reduce(left * difference, axis=1)
