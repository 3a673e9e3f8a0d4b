"""The check of the half-life: right answers pass, and each mistake is told by its name."""

import numpy as np
import torch
from test_checks import GARBAGE, named, passes, said

from lstm_demo import checks


def half_life(distance):
    return next((k for k, one in enumerate(distance) if one < distance[0] / 2), None)


def kept(distance):
    return [k for k, one in enumerate(distance) if one >= distance[0] / 2]


MISTAKES = {
    "counted the start as step 1": lambda d: half_life(d) + 1,
    "last step before it": lambda d: half_life(d) - 1,
    "half of the largest": lambda d: next(k for k, one in enumerate(d) if one < max(d) / 2),
    "from which on it stays below half": lambda d: kept(d)[-1] + 1,
    "last step that is not below half": lambda d: kept(d)[-1],
    "counted all steps": lambda d: len(kept(d)),
    "a third is left": lambda d: next(k for k, one in enumerate(d) if one < d[0] / np.e),
    "halved the logarithm": lambda d: next(k for k, one in enumerate(d) if np.log(one) < np.log(d[0]) / 2),
    "a fixed 0.5": lambda d: next((k for k, one in enumerate(d) if one < 0.5), None),
    "the smallest distance": lambda d: int(np.argmin(d)),
    "Mark half of the first distance": lambda d: 3.3,
    "never below half you say 0": lambda d: int(np.argmax(d < d[0] / 2)),
    "exactly half is not yet": lambda d: next((k for k, one in enumerate(d) if one <= d[0] / 2), None),
}


def test_the_right_half_life_passes_however_it_is_found():
    assert passes(checks.check_half_life, half_life)
    assert passes(checks.check_half_life, lambda d: None if (one := half_life(d)) is None else torch.tensor(one))
    assert passes(checks.check_half_life, lambda d: None if (one := half_life(d)) is None else np.float32(one))


def test_each_mistake_about_the_half_life_is_named_by_a_sentence_of_its_own():
    named(checks.check_half_life, MISTAKES)


def test_an_unfinished_or_misshapen_half_life_is_told_what_to_do():
    said(checks.check_half_life, lambda d: None, "return a whole number")
    said(checks.check_half_life, lambda d: d, "(16,)")
    said(checks.check_half_life, lambda d: np.flatnonzero(d < 0)[0], "IndexError")


def test_a_mistake_that_shows_only_where_nothing_halves_is_told():
    said(checks.check_half_life, lambda d: len(d) if half_life(d) is None else half_life(d), "the answer is None")
    for raises, error in (
        (lambda d: np.flatnonzero(d < d[0] / 2)[0], "IndexError"),
        (lambda d: next(k for k, one in enumerate(d) if one < d[0] / 2), "StopIteration"),
    ):
        said(checks.check_half_life, raises, f"your answer raises {error}; the answer is None")


def test_garbage_never_raises_and_never_passes():
    for what in GARBAGE.values():
        said(checks.check_half_life, what)
