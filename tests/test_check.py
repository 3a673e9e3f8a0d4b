"""The one mechanism of exercise checks: right passes, each mistake is named, and nothing makes one raise.

Every check of every lesson is handed its own truth and its own mistakes; answers as learners write them stand in
wrong_answers.py and in the test file of the lesson.
"""

import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest
import torch

from lstm_demo import lessons
from lstm_demo.check import Verdict, check

ROOMS = [importlib.import_module(f"lstm_demo.lessons.{m.name}") for m in pkgutil.iter_modules(lessons.__path__)]
CHECKS = {f"{r.__name__}.{n}": c for r in ROOMS for n, c in vars(r).items() if hasattr(c, "mistakes")}
every_check = pytest.mark.parametrize("one", CHECKS.values(), ids=CHECKS)

double = check(
    lambda x: 2 * x,
    {
        "You left it as it was.": lambda x: x,
        "You squared it.": lambda x: x**2,
        "That is the sum; twice each is asked for.": lambda x: 2 * x.sum(),
    },
    (np.array([1.0, 3.0]),),
    (np.array([5.0, 6.0, 7.0]),),
    right="Right: twice as much.",
    otherwise="Multiply by two.",
    unset="Nothing to check yet: return an array.",
)


@every_check
def test_the_truth_passes_and_each_mistake_gets_its_own_sentence(one):
    assert one(one.truth).passed
    assert len(one.mistakes) >= 3
    for sentence, wrong in one.mistakes.items():
        assert one(wrong) == Verdict(False, sentence)


@every_check
def test_nothing_that_an_answer_does_makes_a_check_raise(one):
    for answer in (None, 3, lambda *_: None, lambda *_: 1 / 0, lambda: 1, lambda *_: "text", lambda *_: [[1], [2, 3]]):
        verdict = one(answer)
        assert verdict.passed is False
        assert len(verdict.sentence.split()) >= 5


SAID = {
    "Right: twice as much.": [
        lambda x: [2 * one for one in x],
        lambda x: torch.tensor(2 * x, requires_grad=True),
        lambda x: np.float32(2 * x),
        lambda x: pd.Series(2 * x),
    ],
    "Nothing to check yet: return an array.": [lambda x: None],
    "Multiply by two.": [lambda x: x + 5, lambda x: np.full(len(x), np.nan)],
    "Your answer has shape (2, 2); expected (2,).": [lambda x: np.ones((2, 2))],
    "Right on the first example, but not on another one": [lambda x: np.array([2.0, 6.0])],
    "Your answer raised IndexError: index 9 is out of bounds for axis 0 with size 2. Run it by itself to see where.": [
        lambda x: x[9]
    ],
}


@pytest.mark.parametrize("sentence", SAID)
def test_an_answer_in_any_form_is_told_what_it_is(sentence):
    for answer in SAID[sentence]:
        verdict = double(answer)
        assert repr(verdict).startswith(f"{'✓' if verdict.passed else '✗'} {sentence}")
        assert verdict.passed == (sentence == "Right: twice as much.")


def test_an_answer_that_spoils_what_it_is_given_spoils_nothing_else():
    def spoiling(x):
        right = 2 * x
        x[:] = 0
        return right

    assert double(spoiling).passed
    assert double(lambda x: 2 * x).passed
