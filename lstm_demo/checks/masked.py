"""04: the mean loss over the real steps."""

import numpy as np

from .verdict import Verdict, name_of, never_raises, numbers, same, wrong


@never_raises
def check_masked_mean(answer):
    """answer: a function (loss, mask) -> one number: the mean of loss (B, T) over the real steps, all alike."""
    mask = np.array([[1, 1, 1, 1, 0], [0, 0, 0, 1, 1], [1, 0, 0, 0, 0]], dtype=bool)
    real = [[1.0, 2.0, 4.0, 8.0, 0.0], [0.0, 0.0, 0.0, 3.0, 9.0], [5.0, 0.0, 0.0, 0.0, 0.0]]
    loss = np.where(mask, real, 6.5)
    got = answer(loss.copy(), mask.copy())
    if got is None:
        return wrong("Nothing to check yet: return one number.")
    got = numbers(got)
    if got.shape != ():
        return wrong(f"Your answer has shape {got.shape}; one number is asked for.")
    if not same(got, loss[mask].mean()):
        return wrong(name_of(got, _wrong_means(loss, mask)) or "Take the seven real steps alone, then their mean.")
    with np.errstate(all="ignore"):
        poisoned = answer(np.where(mask, loss, np.nan), mask.copy())
    if poisoned is None or not same(numbers(poisoned), loss[mask].mean()):
        return wrong("Right on this example, but NaN in the padding spoils it: 0 times NaN is NaN. Choose by index.")
    return Verdict(True, "Right: seven real steps, a seventh each, and what the padding holds is not read.")


def _wrong_means(loss, mask):
    """What each common mistake gives, by name."""
    real, lengths = np.where(mask, loss, 0), mask.sum(axis=1)
    return {
        "You took the mean over all places: the padding's loss is in it.": loss.mean(),
        "You left the padding's loss out, but divided by all B * T places: it counts as perfect.": real.mean(),
        "You took each series' mean, then the mean of these: a step of a short series weighs more. That is a fair "
        "question too, but another one.": (real.sum(axis=1) / lengths).mean(),
        "The mask is turned round: that is the mean over the padding.": loss[~mask].mean(),
        "That is the sum over the real steps; divide by how many there are.": real.sum(),
        "You divided the sum by the number of series; divide by the number of real steps.": real.sum() / len(loss),
        "You divided the sum of everything by the real steps: the padding's loss is still in it.": loss.sum()
        / mask.sum(),
    }
