"""07: the half-life of a difference."""

import numpy as np

from .verdict import Verdict, name_of, never_raises, numbers, same, wrong

# 9 at the start, so that half is 4.5: it rises first, falls below half at step 5, and is above it twice again.
_DISTANCE = np.array([9, 20, 12, 8, 7, 4.2, 6, 3.2, 2.9, 5, 4.8, 4.6, 2, 1, 0.4, 0.3])


@never_raises
def check_half_life(answer):
    """answer: a function (distance) -> int or None: the first step at which a distance (T,) is below half its first."""
    got = answer(_DISTANCE.copy())
    if got is None:
        return wrong(
            "Nothing to check yet, or the distance was taken for one that never halves: return a whole number."
        )
    got = numbers(got)
    if got.shape != ():
        return wrong(f"Your answer has shape {got.shape}; one whole number is asked for.")
    if not same(got, 5):
        return wrong(name_of(got, _WRONG) or "Mark half of the first distance, and take the first step below it.")
    never, exact = _where_none_is(answer), answer(np.array([4.0, 2.0, 1.5]))
    if never is not None:
        return wrong(f"Right on this example, but of a distance that is never below half {never}; the answer is None.")
    if exact is None or not same(numbers(exact), 2):
        return wrong("Right on this example, but exactly half is not yet below half.")
    return Verdict(True, "Right: the first step below half of the start, and None where there is none.")


def _where_none_is(answer):
    """What the answer does where nothing is below half, in words; None where that is right."""
    try:
        said = answer(np.array([2.0, 3.0, 1.5]))
    except Exception as error:
        return f"your answer raises {type(error).__name__}"
    return None if said is None else f"you say {said}"


# Of the distance above, what each common mistake gives.
_WRONG = {
    "You counted the start as step 1; it is step 0.": 6,
    "That is the last step before it; the first one below half is asked for.": 4,
    "You took half of the largest distance; half of the first is meant.": 0,
    "That is the step from which on it stays below half; the first one below is asked for.": 12,
    "That is the last step that is not below half.": 11,
    "You counted all steps that are not below half; later ones may be above it again.": 9,
    "That is where a third is left (1/e is 0.37), not a half.": 7,
    "You halved the logarithm; half of the distance is meant.": 8,
    "You compared with a fixed 0.5; half of the first distance is meant.": 14,
    "That is the step of the smallest distance, or the last one.": 15,
}
