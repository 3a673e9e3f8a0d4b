"""Laws of lstm_demo.series: what the loaders hand out, and how far back each toy makes one remember."""

from collections import Counter

import numpy as np
import pytest
from problems import bits

from lstm_demo import series


def test_unicode_names_are_ragged_series_of_codes_that_decode_to_the_names():
    codes, categories, names = series.unicode_names()
    assert {(code.ndim, code.dtype.kind) for code in codes} == {(1, "i")}
    assert (categories.shape, categories.dtype.kind) == ((len(names),), "i")
    assert ["".join(series.ALPHABET[code] for code in row) for row in codes] == names
    assert list(series.ALPHABET) == [*map(chr, range(65, 91)), *"0123456789", " ", "-"]


@pytest.mark.parametrize("load", [series.four_labels, series.unicode_names])
def test_loaders_share_nothing_between_calls_nor_one_series_with_another(load):
    ragged, labels, *_ = load()
    untouched = bits((ragged, labels))
    ragged[0][:] = 7
    assert bits((ragged, labels))[1:] == untouched[1:]
    for x in (*ragged, labels):
        x[:] = 7
    assert bits(load()[:2]) == untouched


def test_what_is_typed_is_never_cut_in_silence():
    assert series.typed("snow") == ("SNOW", "")
    assert series.typed("é7") == ("7", " Not read: É")
    assert series.typed("W" * 41) == ("W" * 40, " Of 41 letters the first 40 are read.")
    assert series.typed("") == (" ", " No letter is typed: a space stands for one.")


@pytest.mark.parametrize("shape", [(), (0,), (2, 1, 3)])
def test_one_hot_holds_a_single_1_at_the_place_of_the_code(shape):
    codes = np.random.default_rng(1).integers(0, 38, shape, dtype=np.uint8)
    vectors = series.one_hot(codes)
    assert (vectors.shape, vectors.dtype) == ((*shape, 38), np.float64)
    assert np.array_equal(vectors, codes[..., None] == np.arange(38))


@pytest.mark.parametrize(
    ("toy", "arguments"),
    [
        (series.recall_first, (40, 2, 9)),
        (series.running_parity, (40, 2, 9)),
        (series.delayed_echo, (40, 9, 3)),
        (series.delayed_echo, (40, 9, 0)),  # an echo without lag is no view of what was heard either
    ],
)
def test_a_toy_is_its_seeds_shares_nothing_and_more_series_leave_the_first_ones_as_they_were(toy, arguments):
    inputs, answers = toy(*arguments, seed=3)
    untouched, said = bits((inputs, answers)), bits(answers)
    assert bits(toy(5, *arguments[1:], seed=3)) == bits((inputs[:5], answers[:5]))
    assert bits(toy(*arguments)) == bits(toy(*arguments, seed=0)) != untouched
    for x in inputs:
        x[:] = 7
    assert bits(answers) == said  # no view of its input
    assert bits(toy(*map(np.int32, arguments), seed=np.uint8(3))) == untouched


@pytest.mark.parametrize("toy", [series.recall_first, series.running_parity])
def test_lengths_fill_the_range_from_shortest_to_longest_and_no_more(toy):
    lengths = Counter(len(x) for x in toy(400, 3, 6)[0])
    assert sorted(lengths) == [3, 4, 5, 6]
    assert min(lengths.values()) > 60  # 100 expected, 8.7 the standard deviation
    assert [one.shape for one in toy(1, 1, 1)[0]] == [(1, 1)]


def test_recall_first_is_told_by_the_sign_of_the_first_step_and_by_no_other():
    ragged, labels = series.recall_first(4000, 6, 6)
    x = np.stack(ragged)[:, :, 0]
    agree = ((x > 0) == (labels == 1)[:, None]).mean(axis=0)
    assert agree[0] == 1.0
    assert np.abs(agree[1:] - 0.5).max() < 0.04  # 5 standard deviations of a coin thrown 4,000 times
    assert abs(labels.mean() - 0.5) < 0.04
    assert abs(x.mean()) < 0.03
    assert abs(x.std() - 1) < 0.03


@pytest.mark.parametrize("lag", [0, 3, 8])
def test_delayed_echo_says_what_was_heard_lag_steps_ago(lag):
    heard, said = series.delayed_echo(50, 9, lag, seed=2)
    assert {(x.shape, x.dtype) for x in heard + said} == {((9, 1), np.dtype("float64"))}
    assert {*np.concatenate(heard).ravel()} == {-1.0, 1.0}
    for x, target in zip(heard, said, strict=True):
        assert target[:, 0].tolist() == ([0.0] * lag + x[:, 0].tolist())[:9]


def test_running_parity_counts_the_ones():
    bits_, parity = series.running_parity(50, 1, 12, seed=2)
    assert {x.dtype for x in bits_ + parity} == {np.dtype("float64")}
    assert 0.4 < np.concatenate(bits_).mean() < 0.6
    for x, target in zip(bits_, parity, strict=True):
        assert {*x[:, 0]} <= {0.0, 1.0}
        assert target.tolist() == [[sum(x[: t + 1, 0]) % 2] for t in range(len(x))]
