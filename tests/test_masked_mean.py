"""The check of a masked mean: right answers pass, each common mistake is told by its name."""

import numpy as np
import pytest
import torch
from test_checks import named, passes, said

from lstm_demo import checks

RIGHT = {
    "index": lambda loss, mask: loss[mask].mean(),
    "where": lambda loss, mask: loss.mean(where=mask),
    "sum over sum": lambda loss, mask: np.where(mask, loss, 0).sum() / mask.sum(),
    "torch": lambda loss, mask: torch.tensor(loss)[torch.tensor(mask)].mean(),
    "python": lambda loss, mask: sum(v for v, m in zip(loss.flat, mask.flat, strict=True) if m) / int(mask.sum()),
    "float32": lambda loss, mask: loss[mask].astype(np.float32).mean(),
}
WRONG = {
    "the mean over all places": lambda loss, mask: loss.mean(),
    "B * T": lambda loss, mask: (loss * mask).mean(),
    "each series' mean": lambda loss, mask: np.mean([a[m].mean() for a, m in zip(loss, mask, strict=True)]),
    "turned round": lambda loss, mask: loss[~mask].mean(),
    "sum over the real steps; divide": lambda loss, mask: loss[mask].sum(),
    "number of series": lambda loss, mask: loss[mask].sum() / len(loss),
    "sum of everything": lambda loss, mask: loss.sum() / mask.sum(),
    "0 times NaN": lambda loss, mask: (loss * mask).sum() / mask.sum(),
    "seven real steps": lambda loss, mask: 1.0,
    "shape (3,)": lambda loss, mask: np.where(mask, loss, 0).sum(axis=1),
    "Nothing to check yet": lambda loss, mask: None,
    "ZeroDivisionError": lambda loss, mask: 1 / 0,
}


@pytest.mark.parametrize("name", RIGHT)
def test_any_mean_over_the_real_steps_passes(name):
    assert passes(checks.check_masked_mean, RIGHT[name])


def test_each_mistake_is_named():
    named(checks.check_masked_mean, WRONG)


def test_an_answer_that_fails_only_where_padding_is_nan_is_told_so():
    def answer(loss, mask):
        return loss[mask].mean() if np.isfinite(loss).all() else None

    said(checks.check_masked_mean, answer, "0 times NaN")


def test_an_answer_may_write_into_what_it_is_given():
    def answer(loss, mask):
        loss[~mask] = 0
        total = loss.sum() / mask.sum()
        mask[:] = False
        return total

    assert passes(checks.check_masked_mean, answer)
