"""What the fuzz knows of `checks`."""

import numpy as np
from hypothesis import strategies as st

from lstm_demo import checks

from .case import Case, takes


def returning(value):
    return lambda *_: value


answers = st.one_of(st.just(None), st.just(np.zeros((3, 3))), st.just(returning(0.5)), st.just(returning((1, 2))))


def judge_check(_given, verdict):
    assert isinstance(verdict, checks.Verdict)
    assert verdict.passed is False
    assert len(verdict.sentence) > 10


def check_case(name):
    def call(answer, wrapped):
        return getattr(checks, name)(returning(answer) if wrapped is True else answer)

    return Case(
        takes(answer=answers, wrapped=st.booleans()), call, judge_check, never=True, share=2, fixed=("wrapped",)
    )


CASES = {f"checks.{name}": check_case(name) for name in checks.__all__ if name.startswith("check_")}
