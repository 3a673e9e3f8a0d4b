"""09: the letter from which on a name is decided."""

import numpy as np

from .verdict import Verdict, name_of, never_raises, numbers, same, wrong


@never_raises
def check_decided(answer):
    """answer: a function (posterior) -> int: of (n, K), the number of letters after which the likeliest stays so."""
    given = _leaning([2, 1, 1, 2, 0, 1, 1, 1])
    got = answer(given.copy())
    if got is None:
        return wrong("Nothing to check yet: return one whole number.")
    got = numbers(got)
    if got.shape != ():
        return wrong(f"Your answer has shape {got.shape}; one whole number is asked for.")
    if not same(got, 6):
        return wrong(name_of(got, _WRONG) or "Write down the likeliest category after each letter, and go backwards.")
    at_once, late = answer(_leaning([0, 0, 0])), answer(_leaning([1, 2]))
    if at_once is None or not same(numbers(at_once), 1):
        return wrong(
            "Right on this example, but a name that never changes its category is decided after its first letter."
        )
    if late is None or not same(numbers(late), 2):
        return wrong("Right on this example, but a name that changes at its last letter is decided only there.")
    return Verdict(True, "Right: after that letter the likeliest category is the last one and stays so.")


# Of the name above, whose likeliest categories are 2 1 1 2 0 1 1 1, what each common mistake gives.
_WRONG = {
    "That is the place counted from 0; the question is how many letters were read.": 5,
    "That is the first time that the last category leads; later another one led again.": 2,
    "That is the first time counted from 0, and later another one led again.": 1,
    "That is the length of the name.": 8,
    "That is how often the likeliest category changed.": 4,
}


def _leaning(kinds, count=3):
    """A posterior (n, K) that leans to these categories, one a letter, and more so as it goes on."""
    sure = np.linspace(0.5, 0.9, len(kinds))[:, None]
    return np.where(np.eye(count)[kinds] == 1, sure, (1 - sure) / (count - 1))
