"""What a check says, and how it finds which mistake an answer made."""

import functools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """What a check says of an answer: shown as its sentence."""

    passed: bool
    sentence: str

    def __str__(self):
        return f"{'✓' if self.passed else '✗'} {self.sentence}"

    __repr__ = __str__


def never_raises(check):
    """A check that turns whatever the answer raises into a verdict that says so."""

    @functools.wraps(check)
    def checked(answer):
        try:
            return check(answer)
        except Exception as error:
            reason = str(error).rstrip(".")
            return wrong(f"Your answer raised {type(error).__name__}: {reason}. Run it by itself to see where.")

    return checked


def wrong(sentence):
    return Verdict(False, sentence)


def numbers(value):
    """What an answer returned as an array; a torch tensor also where it hangs on a graph."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=np.float64)


def same(got, truth):
    return np.allclose(got, truth, atol=1e-6)  # an answer may have been computed in float32


def name_of(got, mistakes):
    """The sentence of the mistake that gives just this; None if none does."""
    return next((sentence for sentence, result in mistakes.items() if same(got, result)), None)
