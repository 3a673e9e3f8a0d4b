"""Which names are trained on and which are kept for the test: at random, or in blocks of neighbours."""

import numpy as np

from ..refusal import refusal, whole

TRAINED = 9_000  # of the 11,606 names, in the random split
BLOCK, EVERY = 40, 5


def random_split(count):
    """(train, test), indices in ascending order: 9,000 names drawn at random, and the rest.

    Neighbours in code-point order are near-twins (CAPITAL LETTER A, SMALL LETTER A), so that most names of the test
    have one among those trained on: this flatters every model.
    """
    if whole("count", count, at_least=1) <= TRAINED:
        raise refusal("count", f"more than {TRAINED} names", count, "give all of them")
    order = np.random.default_rng(0).permutation(count)
    return np.sort(order[:TRAINED]), np.sort(order[TRAINED:])


def block_split(count):
    """(train, test), indices in ascending order: of blocks of 40 neighbours, every fifth is kept for the test."""
    place = np.arange(whole("count", count, at_least=BLOCK * EVERY))
    kept = place // BLOCK % EVERY == EVERY - 1
    return place[~kept], place[kept]


SPLITS = {"random": random_split, "blocks": block_split}
