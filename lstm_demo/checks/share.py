"""08: the price of padding."""

import numpy as np

from .verdict import Verdict, name_of, never_raises, numbers, same, wrong


@never_raises
def check_empty_share(answer):
    """answer: a function (lengths) -> the part of the padded rectangle that is empty, 0 to 1."""
    lengths = np.array([2, 7, 3, 4])
    got = answer(lengths.copy())
    if got is None:
        return wrong("Nothing to check yet: return one number.")
    got = numbers(got)
    if got.shape != ():
        return wrong(f"Your answer has shape {got.shape}; one number is asked for.")
    if same(got, 1 - lengths.mean() / lengths.max()):
        return Verdict(True, "Right: of 4 lanes of 7 places, 16 hold a step and 12 of 28 are empty.")
    return wrong(name_of(got, _wrong_shares(lengths)) or "Draw the rectangle: 4 lanes, as long as the longest series.")


def _wrong_shares(lengths):
    """What each common mistake gives, by name."""
    filled, places = lengths.sum(), lengths.max() * len(lengths)
    return {
        "That is the part that is filled; the empty part is what is left of 1.": filled / places,
        "That is the number of empty places; divide it by all places.": places - filled,
        "You divided the empty places by the real steps; divide by all places.": (places - filled) / filled,
        "That is in per cent; a part of 1 is asked for.": 100 * (1 - filled / places),
        "You took the shortest series for the width; nothing would fit.": 1 - filled / (lengths.min() * len(lengths)),
    }
