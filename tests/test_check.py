"""The one mechanism of exercise checks: right passes, each mistake is named, and nothing makes one raise.

Every check of every lesson is handed its own truth and its own mistakes; answers as learners write them stand in
wrong_answers.py and in the test file of the lesson.
"""

import numpy as np
import pytest
import torch
from test_show import ROOMS

from lstm_demo.check import Verdict, check

CHECKS = {f"{r.__name__}.{n}": c for r in ROOMS for n, c in vars(r).items() if hasattr(c, "mistakes")}


@pytest.mark.parametrize("one", CHECKS.values(), ids=CHECKS)
def test_the_truth_passes_each_mistake_gets_its_own_sentence_and_no_answer_makes_a_check_raise(one):
    assert one(one.truth).passed
    assert len(one.mistakes) >= 3
    for sentence, wrong in one.mistakes.items():
        assert one(wrong) == Verdict(False, sentence)
    for answer in (None, 3, lambda *_: None, lambda *_: 1 / 0, lambda: 1, lambda *_: "text", lambda *_: [[1], [2, 3]]):
        assert one(answer).passed is False
        assert len(one(answer).sentence.split()) >= 5


double = check(
    lambda x: 2 * x,
    {"You left it as it was.": lambda x: x, "You squared it.": lambda x: x**2},
    (np.array([1.0, 3.1]),),
    (np.array([5.0, 6.0, 7.0]),),
    right="Right: twice as much.",
    otherwise="Multiply by two.",
    unset="Nothing to check yet: return an array.",
)


def spoiling(x):
    right = 2 * x
    x[:] = 0
    return right


SAID = [
    (spoiling, "✓ Right: twice as much."),
    (lambda x: [2 * one for one in x], "✓ Right: twice as much."),
    (lambda x: torch.tensor(2 * x, requires_grad=True), "✓ Right: twice as much."),
    (lambda x: np.float32(2 * x), "✓ Right: twice as much."),
    (lambda x: None, "✗ Nothing to check yet: return an array."),
    (lambda x: x + 5, "✗ Multiply by two."),
    (lambda x: np.full(len(x), np.nan), "✗ Multiply by two."),
    (lambda x: np.ones((2, 2)), "✗ Your answer has shape (2, 2); expected (2,)."),
    (lambda x: np.array([2.0, 6.2]), "✗ Right on the first example, but not on another one: take the sizes from"),
    (lambda x: x[9], "✗ Your answer raised IndexError: index 9 is out of bounds for axis 0 with size 2. Run it by"),
]


@pytest.mark.parametrize(("answer", "said"), SAID)
def test_an_answer_in_any_form_is_told_what_it_is(answer, said):
    for _ in range(2):  # one that spoils what it is given spoils nothing else
        verdict = double(answer)
        assert repr(verdict).startswith(said)
        assert verdict.passed == (said[0] == "✓")
