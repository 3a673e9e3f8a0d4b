"""Checks: right answers pass, each named mistake is told by its name, and nothing that an answer does makes one raise.

The wrong answers below are written as a learner would write them; none calls the code of the checks.
"""

import inspect
import re
import sys
import warnings

import numpy as np
import pytest
import torch

import lstm_demo as ld
from lstm_demo import checks


def said(check, answer, *words):
    """The check does not pass, and its sentence has these words."""
    verdict = check(answer)
    assert isinstance(verdict, checks.Verdict)
    assert verdict.passed is False
    assert re.fullmatch(r"✗ \S.*\s.*\S", str(verdict), re.DOTALL)
    assert repr(verdict) == str(verdict)
    for word in words:
        assert word in verdict.sentence, (word, verdict.sentence)
    return verdict.sentence


def passes(check, answer):
    verdict = check(answer)
    assert isinstance(verdict, checks.Verdict)
    return verdict.passed is True and str(verdict).startswith("✓ Right")


def named(check, answers):
    """Each answer is told its own mistake: {words: answer}, and no two get the same sentence."""
    sentences = [said(check, answer, words) for words, answer in answers.items()]
    assert len(set(sentences)) == len(answers)
    return sentences


# --- the empty share -------------------------------------------------------------------------------------------------

SHARES = {
    "the part that is filled": lambda n: sum(n) / (len(n) * max(n)),
    "the number of empty places": lambda n: len(n) * max(n) - sum(n),
    "by the real steps": lambda n: (len(n) * max(n) - sum(n)) / sum(n),
    "in per cent": lambda n: 100 * (1 - sum(n) / (len(n) * max(n))),
    "the shortest series": lambda n: 1 - sum(n) / (len(n) * min(n)),
    "Draw the rectangle": lambda n: 0.5,
}


def test_the_right_share_passes_however_it_is_found():
    assert passes(checks.check_empty_share, lambda n: 1 - sum(n) / (len(n) * max(n)))
    assert passes(checks.check_empty_share, lambda n: 1 - n.mean() / n.max())
    assert passes(checks.check_empty_share, lambda n: torch.tensor(12 / 28))
    assert passes(checks.check_empty_share, lambda n: 1 - ld.pad_left(n).mask.mean())


def test_each_mistake_in_the_share_is_named():
    named(checks.check_empty_share, SHARES)


def test_an_unfinished_or_misshapen_share_is_told_what_to_do():
    said(checks.check_empty_share, lambda n: None, "return one number")
    said(checks.check_empty_share, lambda n: n, "(4,)")


# --- where a name is decided -----------------------------------------------------------------------------------------


def leads(posterior):
    return [row.argmax() for row in posterior]


def decided(posterior):
    kinds = leads(posterior)
    return max([k + 1 for k in range(1, len(kinds)) if kinds[k] != kinds[k - 1]], default=1)


DECIDED = {
    "counted from 0; the question": lambda p: decided(p) - 1,
    "first time that the last category leads": lambda p: leads(p).index(leads(p)[-1]) + 1,
    "first time counted from 0": lambda p: leads(p).index(leads(p)[-1]),
    "the length of the name": len,
    "how often the likeliest category changed": lambda p: sum(
        a != b for a, b in zip(leads(p), leads(p)[1:], strict=False)
    ),
    "go backwards": lambda p: 7,
    "never changes": lambda p: decided(p) if decided(p) > 1 else 0,
    "changes at its last letter": lambda p: decided(p) if len(p) != 2 else 1,
}


def test_the_right_letter_passes_however_it_is_found():
    assert passes(checks.check_decided, decided)
    assert passes(checks.check_decided, lambda p: torch.tensor(decided(p)))
    turned = lambda p: len(p) - next((k for k, kind in enumerate(leads(p)[::-1]) if kind != leads(p)[-1]), len(p)) + 1  # noqa: E731
    assert passes(checks.check_decided, turned)


def test_each_mistake_about_the_letter_is_named():
    named(checks.check_decided, DECIDED)


def test_the_posteriors_that_are_given_are_probabilities_with_one_leader_who_leads_by_more_and_more():
    seen = []
    checks.check_decided(lambda posterior: seen.append(posterior) or decided(posterior))
    assert [leads(posterior) for posterior in seen] == [[2, 1, 1, 2, 0, 1, 1, 1], [0, 0, 0], [1, 2]]
    for posterior in seen:
        assert posterior.shape[1] == 3
        assert (posterior > 0).all()
        assert np.allclose(posterior.sum(axis=1), 1)
        assert (np.diff(posterior.max(axis=1)) > 0).all()


def test_an_unfinished_or_misshapen_letter_is_told_what_to_do():
    said(checks.check_decided, lambda p: None, "return one whole number")
    said(checks.check_decided, lambda p: p[0], "(3,)")


# --- all of them -----------------------------------------------------------------------------------------------------

ALL = (checks.check_empty_share, checks.check_decided)
every_check = pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)


def mistakes_of(check, monkeypatch):
    """The named mistakes that a check holds answers against, {sentence: result}, as it states them itself."""
    seen = []
    room = sys.modules[inspect.unwrap(check).__module__]
    name_of = room.name_of
    monkeypatch.setattr(room, "name_of", lambda got, held: seen.append(held) or name_of(got, held))
    odd = {
        "check_empty_share": SHARES["Draw the rectangle"],
        "check_decided": DECIDED["go backwards"],
    }
    check(odd[check.__name__])
    return seen


@every_check
def test_named_mistakes_differ_from_each_other(check, monkeypatch):
    for mistakes in mistakes_of(check, monkeypatch):
        arrays = [np.asarray(a, float) for a in mistakes.values()]
        apart = [np.abs(a - b).max() for k, a in enumerate(arrays) for b in arrays[:k]]
        assert len(mistakes) >= 3
        assert min(apart) > 1e-3


@every_check
def test_every_named_mistake_is_reached_by_an_answer_of_this_file(check, monkeypatch):
    words = {
        "check_empty_share": SHARES,
        "check_decided": DECIDED,
    }[check.__name__]
    sentences = [sentence for mistakes in mistakes_of(check, monkeypatch) for sentence in mistakes]
    assert len(sentences) >= (5 if check.__name__ in ("check_empty_share", "check_decided") else 8)
    assert [s for s in sentences if not any(word in s for word in words)] == []


def fail(*_):
    raise KeyError("lost")


def loud(*_):
    warnings.warn("listen", stacklevel=2)
    return None


def spoil(*given):
    """Overwrites all that it is given."""
    for array in given:
        for part in array if isinstance(array, tuple) else (array,):
            part[...] = 0
    return given[-2:]


GARBAGE = {
    "nothing": None,
    "a number": 3,
    "a text": "mask",
    "texts": ("yes", "no"),
    "a list of nothing": [None, None],
    "a ragged list": ([[1], [2, 3]], [[1]]),
    "a dict": {"mask": [True]},
    "an array": np.zeros((2, 3, 3)),
    "NaN": (np.full((3, 3), np.nan), np.full((3, 3), np.nan)),
    "complex": (np.full((3, 3), 1j), np.full((3, 3), 1j)),
    "objects": (np.full((3, 3), object()),) * 2,
    "tensors": (torch.zeros(3, 3), torch.zeros(3, 3, requires_grad=True)),
    "no arguments": lambda: None,
    "too many arguments": lambda a, b, c, d, e, f: None,
    "raises": fail,
    "warns": loud,
    "gives NaN": lambda *given: (np.full((2, 3), np.nan),) * 2 if len(given) == 4 else np.full((3, 3), np.nan),
    "gives infinity": lambda *given: (np.full((2, 3), np.inf),) * 2 if len(given) == 4 else np.full((3, 3), np.inf),
    "gives text": lambda *given: (np.full((2, 3), "h"),) * 2 if len(given) == 4 else np.full((3, 3), "h"),
    "gives itself": lambda *given: fail,
    "gives what it was given": lambda *given: given,
    "gives an empty list": lambda *given: [],
    "gives an empty tuple": lambda *given: (),
    "gives much": lambda *given: np.zeros((1000, 1000)),
    "gives tensors with gradient": lambda *given: (torch.ones(2, 3, requires_grad=True),) * 2,
    "spoils": spoil,
    "a class": dict,
    "the check": checks.check_empty_share,
}


@every_check
@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_never_raises_and_never_passes(check, what):
    said(check, GARBAGE[what])


def test_what_an_answer_raises_is_said():
    said(checks.check_decided, fail, "KeyError", "lost")
    said(checks.check_decided, lambda: None, "TypeError")
    said(checks.check_decided, None, "TypeError")


def test_a_verdict_is_a_value_that_shows_its_sentence():
    assert str(checks.Verdict(True, "Well done.")) == "✓ Well done."
    assert repr(checks.Verdict(False, "Look again.")) == "✗ Look again."
    assert checks.Verdict(True, "a") == checks.Verdict(True, "a") != checks.Verdict(False, "a")
