"""What the fuzz knows of `series`."""

import contextlib

import numpy as np
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import series

from .case import Case, few, read, takes
from .names import texts


def judge_encoded(given, codes):
    assert [ld.ALPHABET[code] for code in codes] == [*given["name"].upper()]


def judge_one_hot(given, grid):
    codes = read(given["codes"])
    assert grid.shape == (*np.shape(given["codes"]), 38)
    assert (grid.argmax(-1) == codes).all()
    assert (grid.sum(-1) == 1).all()


def judge_ragged(given, result):
    count, shortest, longest = (int(given[k]) for k in ("count", "shortest", "longest"))
    assert len(result[0]) == len(result[1]) == count
    assert all(shortest <= len(one) <= longest for one in result[0])


def judge_echo(given, result):
    for heard, said in zip(*result, strict=True):
        lag = int(given["lag"])
        assert said[lag:].tolist() == heard[: len(heard) - lag].tolist()
        assert len(heard) == int(given["steps"])
        assert not said[:lag].any()


def data_file(name):
    with contextlib.suppress(OSError):  # FileNotFoundError of a name that is not there; the system has more to say
        return series.data_file(name)


def judge_file(given, path):
    assert path is None or (path.name == given["name"] and path.read_bytes())


def judge_rows(given, found):
    text = series.data_file(given["name"]).read_text(encoding="utf-8")
    assert [line.split(",") for line in text.splitlines()[1:]] == found or '"' in text


CASES = {
    "series.encode": Case(takes(name=texts), ld.encode, judge_encoded, share=3),
    "series.one_hot": Case(takes(codes=texts.map(ld.encode)), ld.one_hot, judge_one_hot, share=3),
    "series.recall_first": Case(
        takes(count=few, shortest=few, longest=st.just(5), seed=few), ld.recall_first, judge_ragged, share=2
    ),
    "series.running_parity": Case(
        takes(count=few, shortest=few, longest=st.just(5), seed=few), ld.running_parity, judge_ragged, share=2
    ),
    "series.delayed_echo": Case(
        takes(count=few, steps=st.just(5), lag=few, seed=few), ld.delayed_echo, judge_echo, share=2
    ),
    "series.data_file": Case(takes(name=st.just("race.csv")), data_file, judge_file),
    "series.rows": Case(takes(name=st.just("race.csv")), series.rows, judge_rows),
}
