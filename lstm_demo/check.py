"""An exercise check is data: the truth, what each mistake would give, and the sizes to try it on. It never raises."""

import copy
from dataclasses import dataclass

import numpy as np

UNSET = "Nothing to check yet: return something."


@dataclass(frozen=True)
class Verdict:
    """What a check says of an answer: shown as its sentence."""

    passed: bool
    sentence: str

    def __repr__(self):
        return f"{'✓' if self.passed else '✗'} {self.sentence}"


def check(truth, mistakes, *examples, right, otherwise, unset=UNSET):
    """A check that holds an answer, a function, against `truth` and names the mistake that gives the same.

    mistakes   {sentence: function of the same arguments}
    examples   tuples of arguments; what fails on the first is named, the others tell who wrote for the first alone
    right, otherwise, unset   sentences: it passes, no mistake is known that gives this, None was returned

    The check has `.mistakes` and `.truth`, which tests hand in as answers.
    """

    def checked(answer):
        try:
            return verdict(answer)
        except Exception as error:
            said = (
                f"Your answer raised {type(error).__name__}: {str(error).rstrip('.')}. Run it by itself to see where."
            )
            return Verdict(False, said)

    def verdict(answer):
        for k, example in enumerate(examples):
            got, want = answer(*_copies(example)), _numbers(truth(*example))
            if got is None:
                return Verdict(False, unset)
            got = _numbers(got)
            if not _same(got, want):
                return Verdict(False, _ELSEWHERE if k else _named(got, want, mistakes, example) or otherwise)
        return Verdict(True, right)

    checked.mistakes, checked.truth = mistakes, truth
    return checked


_ELSEWHERE = "Right on the first example, but not on another one: take the sizes from what you are given."


def _named(got, want, mistakes, example):
    for sentence, wrong in mistakes.items():
        if _same(got, _numbers(wrong(*_copies(example)))):
            return sentence
    return f"Your answer has shape {got.shape}; expected {want.shape}." if got.shape != want.shape else None


def _numbers(value):
    """What an answer returned as one array; a torch tensor also where it hangs on a graph."""
    if isinstance(value, tuple | list):
        return np.array([_numbers(one) for one in value])
    return np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=float)


def _same(got, want):
    return got.shape == want.shape and np.allclose(got, want, atol=1e-6)  # it may have been computed in float32


def _copies(example):
    """The arguments anew: an answer may change what it is given."""
    return copy.deepcopy(example)
